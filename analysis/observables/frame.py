"""Which frame it is, and how many bodies it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def compute(context: FrameContext) -> dict[str, float]:
    """Number, step, time and bodies of a frame."""
    frame = context.frame
    return {
        "frame": frame.index,
        "step": frame.step,
        "time_ps": frame.time_ps,
        "n_bodies": len(frame.positions),
    }


OBSERVABLE = Observable(
    (
        Column("frame", "number of the frame, from 0", dtype="int64"),
        Column("step", "time step", dtype="int64"),
        Column("time_ps", "time; null where the file does not state it", "ps"),
        Column("n_bodies", "bodies", dtype="int64"),
    ),
    compute,
    place=10,
)
