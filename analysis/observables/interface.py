"""Bodies at liquid interfaces: how many, how high, and how tilted.

The columns are defined for runs with ``environment.interface``
(:mod:`janus_md.model.fields.interface`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext

NAMES = ("share_at_interface", "interface_height_nm", "interface_rms_height_nm", "interface_cosine")


def compute(context: FrameContext) -> dict[str, float | None]:
    """Share, heights and orientation of the bodies at the two interfaces of the box."""
    setup = context.setup
    if setup is None or all(field.name != "interface" for field in setup.environment):
        return dict.fromkeys(NAMES)
    quarter, z = 0.25 * float(context.box[2]), context.positions[:, 2]
    height = quarter - np.abs(z)
    known = {body.name: body.reach for body in setup.bodies}
    reach = np.array([known.get(name, 0.0) for name in context.names])[context.kinds]
    there = np.abs(height) < reach
    found: dict[str, float | None] = {NAMES[0]: float(there.mean())}
    if not there.any():
        return found | dict.fromkeys(NAMES[1:])
    # Into the slab: upwards at the lower interface and downwards at the upper one.
    cosine = -np.sign(z) * context.axes[:, 2]
    return found | {
        NAMES[1]: float(height[there].mean()),
        NAMES[2]: float(np.sqrt(np.mean(height[there] ** 2))),
        NAMES[3]: float(cosine[there].mean()),
    }


OBSERVABLE = Observable(
    (
        Column(
            "share_at_interface",
            "share of the bodies whose centre is closer to a liquid interface than the radius of "
            "the sphere about the body; null without environment.interface",
            averaged=True,
            heading=("share", "at interface"),
        ),
        Column(
            "interface_height_nm",
            "mean height of these bodies above the interface, positive in the slab",
            "nm",
            averaged=True,
        ),
        Column(
            "interface_rms_height_nm",
            "root mean square of that height",
            "nm",
            averaged=True,
        ),
        Column(
            "interface_cosine",
            "mean cosine between the axis of these bodies and the normal that points into the slab",
            averaged=True,
            heading=("cosine", "at interface"),
        ),
    ),
    compute,
    place=80,
)
