"""Order of the dipoles along a uniform field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext

FIELDS = ("electric_field", "magnetic_field")
"""Uniform fields."""


def compute(context: FrameContext) -> dict[str, float]:
    """Mean cosine between the dipoles and the field; NaN without a field."""
    environment = () if context.setup is None else context.setup.environment
    for one in environment:
        if one.name in FIELDS:
            field = np.array([one.parameters[axis] for axis in "xyz"], float)
            if not field.any():  # a stage has switched it off
                break
            return {"cos_to_field": float(np.mean(context.axes @ field) / np.linalg.norm(field))}
    return {"cos_to_field": float("nan")}


OBSERVABLE = Observable(
    (
        Column(
            "cos_to_field",
            "mean cosine between the dipoles and the uniform electric or magnetic field; null "
            "without a field; free dipoles have the Langevin function coth(x) - 1/x of "
            "x = moment times field over kT",
            averaged=True,
            heading=("cosine", "to field"),
            narrow=("cos to", "field"),
            source="P. Langevin, Ann. Chim. Phys. 5, 70 (1905)",
        ),
    ),
    compute,
    place=45,
)
