"""Conditions of a frame of a run in which stages change them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def compute(context: FrameContext) -> dict[str, float]:
    """Return the conditions of a frame, by its step in the production; NaN without stages."""
    from janus_md.model.units import BOLTZMANN

    setup = context.setup
    found = dict.fromkeys((column.name for column in OBSERVABLE.columns), math.nan)
    if setup is None or not setup.schedule:
        return found
    told, medium = setup.values(context.frame.step), setup.relative_permittivity
    return found | {
        "stage": told["stage"],
        "frame_volume_fraction": told.get("volume_fraction", math.nan),
        "frame_relative_permittivity": math.nan if medium is None else medium,
        "frame_residual_solvent": told.get("residual_solvent", math.nan),
        "frame_temperature": setup.bath.kT / BOLTZMANN,
        "frame_field": told.get("field", math.nan),
    }


OBSERVABLE = Observable(
    (
        Column("stage", "number of the stage, from 1; null without stages"),
        Column(
            "frame_volume_fraction",
            "volume of the bodies over that of the box; null if no stage changes it",
        ),
        Column(
            "frame_relative_permittivity",
            "relative permittivity of the medium; null without stages or charges",
        ),
        Column(
            "frame_residual_solvent",
            "share of the solvent that is left; null if no stage changes it",
        ),
        Column("frame_temperature", "temperature of the bath; null without stages", "K"),
        Column(
            "frame_field",
            "uniform field over that of the state point; null if no stage changes it",
        ),
    ),
    compute,
    place=25,
)
