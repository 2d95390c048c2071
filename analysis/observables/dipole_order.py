"""Nematic order of all dipoles, and polar order along the wires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def compute(context: FrameContext) -> dict[str, float]:
    """Compute the orientational order of a frame."""
    from janus_md.analysis.order import order

    unknown = float("nan")
    wires, oriented = context.settings.wires, context.frame.oriented
    return {
        "nematic_S": order.nematic_order(context.axes) if oriented else unknown,
        "polar_order": order.polar_order(context.axes, context.bonds) if wires else unknown,
    }


OBSERVABLE = Observable(
    (
        Column(
            "nematic_S",
            "nematic order of the dipoles (body axes without dipoles), the largest eigenvalue of "
            "Q; about N^(-1/2) in an isotropic system; null without orientations",
            averaged=True,
            source="janus_md.analysis.order.order",
        ),
        Column(
            "polar_order",
            "mean cosine between the dipoles of bonded bodies; null without bonds",
            averaged=True,
            heading=("polar order", "along wires"),
            narrow=("polar", "order"),
            source="janus_md.analysis.order.order",
        ),
    ),
    compute,
    place=40,
)
