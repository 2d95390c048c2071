"""Whether the bodies of a sweep find room, tried before anything is created."""

from __future__ import annotations

from collections.abc import Iterable

from janus_md.errors import JanusError
from janus_md.statepoint import StatePoint
from janus_md.system import build

MOST_BODIES = 2000
"""Larger systems are not tried: their placement takes too long to be done twice."""


def check_packing(points: Iterable[StatePoint]) -> None:
    """Place the bodies of each state point as the run will, once for all that are as dense.

    Raises
    ------
    JanusError
        Where they find no room.
    """
    tried = set()
    for point in points:
        alike = (
            tuple(point.composition().items()),
            point.model,
            point.n_bodies,
            point.volume_fraction,
            point.start,
        )
        if point.n_bodies > MOST_BODIES or alike in tried:
            continue
        tried.add(alike)
        try:
            build(point)
        except JanusError as error:
            reason = str(error).removeprefix("volume_fraction: ")
            raise JanusError(
                f"volume_fraction: {point.volume_fraction:g} cannot be packed: {reason}"
            ) from error
