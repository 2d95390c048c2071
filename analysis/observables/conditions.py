"""Conditions of a frame: those that stages can change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext

_NULL = "; null if the file does not describe its bodies"


def compute(context: FrameContext) -> dict[str, float]:
    """Return the conditions of a frame, by its step in the production."""
    from janus_md.model.units import BOLTZMANN

    setup = context.setup
    if setup is None:
        return dict.fromkeys((column.name for column in OBSERVABLE.columns), math.nan)
    volume = float(setup.box[:3].prod())
    occupied = sum(n * body.volume for n, body in zip(setup.counts, setup.bodies, strict=True))
    told = setup.values(context.frame.step)
    medium = setup.relative_permittivity
    return {
        "stage": told.get("stage", math.nan),
        "volume_fraction": told.get("volume_fraction", occupied / volume),
        "relative_permittivity": math.nan if medium is None else medium,
        "residual_solvent": told.get("residual_solvent", math.nan),
        "temperature": setup.bath.kT / BOLTZMANN,
        "field": told.get("field", math.nan),
    }


OBSERVABLE = Observable(
    (
        Column("stage", "number of the stage, from 1; null without stages"),
        Column("volume_fraction", "volume of the bodies over that of the box" + _NULL),
        Column(
            "relative_permittivity",
            "relative permittivity of the medium; null without charges" + _NULL,
        ),
        Column(
            "residual_solvent", "share of the solvent that is left; null if no stage changes it"
        ),
        Column("temperature", "temperature of the bath" + _NULL, "K"),
        Column(
            "field",
            "uniform field over that of the state point; null if no stage changes it",
        ),
    ),
    compute,
    place=12,
)
