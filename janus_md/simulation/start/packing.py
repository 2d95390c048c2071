"""Check that the bodies of a sweep can be placed, before anything is created."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from janus_md.engines.base import SKIN
from janus_md.engines.mesh import check_room
from janus_md.model.setup import Setup
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint

SAMPLE = 32
"""Largest number of bodies in a sample, which keeps the check fast."""

Composition = tuple[tuple[str, float], ...]


def check_packing(points: Iterable[StatePoint]) -> None:
    """Place a sample of the bodies of the densest state point of each composition and model.

    If these can be placed, so can those at lower densities. A structure is placed as a whole. The
    smallest box of each must be large enough for the cutoffs of the interactions.

    Raises
    ------
    JanusError
        If they cannot be placed.
    """
    densest: dict[tuple[Composition, str | None, int, str], tuple[float, StatePoint]] = {}
    smallest: dict[tuple[Composition, str | None, str, str], tuple[float, Setup]] = {}
    for point in points:
        setup = resolve(point)
        length = float(setup.box[0])
        whole = not isinstance(point.start, str)
        number = point.n_bodies if whole else min(point.n_bodies, SAMPLE)
        composition = tuple(point.composition().items())
        alike = (composition, point.model, number, str(point.start))
        density = point.n_bodies / length**3
        if density > densest.setdefault(alike, (density, point))[0]:
            densest[alike] = (density, point)
        terms = str(point.interactions)  # cutoffs depend on them
        kind = (composition, point.model, point.electrostatics.method, terms)
        if length < smallest.setdefault(kind, (length, setup))[0]:
            smallest[kind] = (length, setup)
    for length, setup in smallest.values():
        charged = setup.interactions.electrostatics is not None and any(
            np.any(body.charges != 0) for body in setup.bodies
        )
        check_room(length, setup.n_bodies, setup.interactions.rows, charged, SKIN)
    for (_, _, number, _), (_, point) in densest.items():
        build(resolve(point.model_copy(update={"n_bodies": number})))
