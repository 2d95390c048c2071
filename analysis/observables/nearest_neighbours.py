"""Distance to the nearest neighbour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def compute(context: FrameContext) -> dict[str, float]:
    """Compute the mean distance of a body to its nearest neighbour."""
    from janus_md.analysis.frames.neighbours import nearest_distances

    nearest = nearest_distances(context.positions, context.box, context.pairs)
    return {"nn_mean_nm": float(nearest.mean())}


OBSERVABLE = Observable(
    (
        Column(
            "nn_mean_nm",
            "mean distance of a centre to its nearest neighbour",
            "nm",
            averaged=True,
            heading=("nearest", "neighbour / nm"),
            narrow=("nearest", "/ nm"),
        ),
    ),
    compute,
    place=55,
)
