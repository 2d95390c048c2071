"""Whether the bodies of a sweep find room, tried before anything is created."""

from __future__ import annotations

from collections.abc import Iterable

from janus_md.engines.base import SKIN
from janus_md.engines.mesh import check_room
from janus_md.model.interactions.table import wca_table
from janus_md.simulation.start.first_state import box_length, build
from janus_md.study.statepoint import StatePoint

SAMPLE = 32
"""Bodies that are placed at most: enough to tell, and quick."""

Composition = tuple[tuple[str, float], ...]


def check_packing(points: Iterable[StatePoint]) -> None:
    """Place a sample of the bodies of the densest state point of each composition and model.

    Where that finds room, those that are less dense do. The smallest box of each must hold the
    cutoffs of the interactions.

    Raises
    ------
    JanusError
        Where they find no room.
    """
    densest: dict[tuple[Composition, str, int, str], StatePoint] = {}
    smallest: dict[tuple[Composition, str, str], tuple[float, StatePoint]] = {}
    for point in points:
        number = min(point.n_bodies, SAMPLE)
        composition = tuple(point.composition().items())
        alike = (composition, point.model, number, point.start)
        found = densest.setdefault(alike, point)
        if point.volume_fraction > found.volume_fraction:
            densest[alike] = point
        length = box_length(point)
        kind = (composition, point.model, point.electrostatics.method)
        if length < smallest.setdefault(kind, (length, point))[0]:
            smallest[kind] = (length, point)
    for (_, _, method), (length, point) in smallest.items():
        pairs = wca_table(point.bodies()).values()
        check_room(length, point.n_bodies, pairs, method != "none", SKIN)
    for (_, _, number, _), point in densest.items():
        build(point.model_copy(update={"n_bodies": number}))
