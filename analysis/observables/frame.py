"""Index, step, time and number of bodies of a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def compute(context: FrameContext) -> dict[str, float]:
    """Return index, step, time and number of bodies of a frame."""
    frame = context.frame
    return {
        "frame": frame.index,
        "step": frame.step,
        "time_ps": frame.time_ps,
        "n_bodies": len(frame.positions),
    }


OBSERVABLE = Observable(
    (
        Column("frame", "index of the frame, from 0", dtype="int64"),
        Column("step", "time step", dtype="int64"),
        Column("time_ps", "time; null if the file does not contain it", "ps"),
        Column("n_bodies", "number of bodies", dtype="int64"),
    ),
    compute,
    place=10,
)
