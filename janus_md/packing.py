"""Whether the bodies of a sweep find room, tried before anything is created."""

from __future__ import annotations

from collections.abc import Iterable

from janus_md.initial import build
from janus_md.statepoint import StatePoint

SAMPLE = 32
"""Bodies that are placed at most: enough to tell, and quick."""

Composition = tuple[tuple[str, float], ...]


def check_packing(points: Iterable[StatePoint]) -> None:
    """Place a sample of the bodies of the densest state point of each composition and model.

    Where that finds room, those that are less dense do.

    Raises
    ------
    JanusError
        Where they find no room.
    """
    densest: dict[tuple[Composition, str, int, str], StatePoint] = {}
    for point in points:
        number = min(point.n_bodies, SAMPLE)
        alike = (tuple(point.composition().items()), point.model, number, point.start)
        found = densest.setdefault(alike, point)
        if point.volume_fraction > found.volume_fraction:
            densest[alike] = point
    for (_, _, number, _), point in densest.items():
        build(point.model_copy(update={"n_bodies": number}))
