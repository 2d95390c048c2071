"""Whether the bodies of a sweep find room, tried before anything is created."""

from __future__ import annotations

from collections.abc import Iterable

from janus_md.initial import build
from janus_md.statepoint import StatePoint

SAMPLE = 32
"""Bodies that are placed at most: enough to tell, and quick."""


def check_packing(points: Iterable[StatePoint]) -> None:
    """Place a sample of the bodies of each state point, once for all that are as dense.

    Raises
    ------
    JanusError
        Where they find no room.
    """
    tried = set()
    for point in points:
        composition = tuple(point.composition().items())
        alike = (composition, point.model, point.n_bodies, point.volume_fraction, point.start)
        if alike not in tried:
            tried.add(alike)
            build(point.model_copy(update={"n_bodies": min(point.n_bodies, SAMPLE)}))
