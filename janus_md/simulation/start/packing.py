"""Check that the bodies of a sweep can be placed, before anything is created."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from janus_md.engines.base import SKIN
from janus_md.engines.mesh import check_room
from janus_md.model.box import face_distances, lattice_vectors
from janus_md.model.setup import Setup
from janus_md.simulation.start.first_state import build
from janus_md.simulation.start.limits import limits_of
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint

SAMPLE = 32
"""Largest number of bodies in a sample, which keeps the check fast."""

Composition = tuple[tuple[str, float], ...]


def check_packing(points: Iterable[StatePoint]) -> None:
    """Place a sample of the bodies of the densest state point of each composition and model.

    If these can be placed, so can those at lower densities. A structure is placed as a whole.
    Between walls and in boxes that are no cubes, all bodies are placed: in a smaller box of this
    shape they might not fit. The smallest box of each must be large enough for the cutoffs of the
    interactions.

    Raises
    ------
    JanusError
        If they cannot be placed.
    """
    densest: dict[tuple[object, ...], tuple[float, int, StatePoint]] = {}
    smallest: dict[tuple[Composition, str | None, str, str], tuple[float, Setup]] = {}
    for point in points:
        setup = resolve(point)
        edges = limits_of(setup).edges
        cube = bool(np.ptp(setup.box[:3]) == 0.0)
        whole = not cube or not isinstance(point.start, str)
        number = point.n_bodies if whole else min(point.n_bodies, SAMPLE)
        composition = tuple(point.composition().items())
        shape = "" if cube else f"{point.box_ratio} {point.environment}"
        alike = (composition, point.model, number, str(point.start), shape)
        density = float(point.n_bodies / edges.prod())
        if density > densest.setdefault(alike, (density, number, point))[0]:
            densest[alike] = (density, number, point)
        terms = str(point.interactions)  # cutoffs depend on them
        kind = (composition, point.model, point.electrostatics.method, terms)
        boxes = [setup.box, *(piece.box for piece in setup.schedule)]
        length = min(float(face_distances(lattice_vectors(box)).min()) for box in boxes)
        if length < smallest.setdefault(kind, (length, setup))[0]:
            smallest[kind] = (length, setup)
    for length, setup in smallest.values():
        charged = setup.interactions.electrostatics is not None and any(
            np.any(body.charges != 0) for body in setup.bodies
        )
        check_room(length, setup.n_bodies, setup.interactions.rows, charged, SKIN)
    for _, number, point in densest.values():
        build(resolve(point.model_copy(update={"n_bodies": number})))
