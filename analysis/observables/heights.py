"""Height of the bodies over the lower wall, and the share of them at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext

ADSORBED = 2.0
"""Largest distance of the nearest bead of an adsorbed body from the wall, sigma of the wall."""


def compute(context: FrameContext) -> dict[str, float]:
    """Mean height and adsorbed share; NaN without walls."""
    from janus_md.model.planes import heights

    fields = {} if context.setup is None else {f.name: f for f in context.setup.environment}
    if context.setup is None or "walls" not in fields:
        return {"mean_height_nm": float("nan"), "share_adsorbed": float("nan")}
    # Bodies of the setup by the names of the file, whose kinds may be in another order.
    order = np.array([[body.name for body in context.setup.bodies].index(n) for n in context.names])
    placed = (order[context.kinds], context.positions, context.orientations)
    centres, nearest, sigma = heights(context.setup.bodies, placed, fields["walls"].parameters)
    return {
        "mean_height_nm": float(centres.mean()),
        "share_adsorbed": float((nearest < ADSORBED * sigma).mean()),
    }


OBSERVABLE = Observable(
    (
        Column(
            "mean_height_nm",
            "mean distance of the centres from the lower wall; null without walls",
            "nm",
            averaged=True,
            heading=("mean height", "/ nm"),
            narrow=("height", "/ nm"),
            in_query=True,
        ),
        Column(
            "share_adsorbed",
            "share of the bodies with a bead closer to the lower wall than 2 sigma of the wall; "
            "null without walls",
            averaged=True,
            heading=("adsorbed", "share"),
            in_query=True,
        ),
    ),
    compute,
    place=85,
)
