"""Rod: a row of beads with one end of another kind."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from janus_md.common.settings import Positive, Settings
from janus_md.model.shape import Layout, Shape
from janus_md.model.sphere_points import checked, row_step


class RodSettings(Settings):
    """Spherocylinder of beads, one end A and the rest B."""

    length: Positive
    """Length from tip to tip, nm."""
    diameter: Positive
    """Diameter of the rod and of its beads, nm."""
    balance: Annotated[float, Field(ge=0, le=1)]
    """Share of the beads that is A."""
    roughness: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Depth of the notches between the beads, over the radius of the rod."""


class Rod(Shape):
    """Beads in a row along z, A at the top."""

    settings = RodSettings

    def layout(self, given: RodSettings) -> Layout:
        """Return the beads."""
        line = given.length - given.diameter
        if line <= 0.0:
            raise ValueError(
                f"length: {given.length:g} is not allowed; it must be above the diameter, "
                f"{given.diameter:g}"
            )
        step = row_step(0.5 * given.diameter, given.roughness)
        number = checked(1 + math.ceil(line / step - 1e-9))
        first_a = number - round(given.balance * number)
        beads = tuple(
            ("A" if k >= first_a else "B", (0.0, 0.0, k * line / (number - 1)))
            for k in range(number)
        )
        return Layout(beads, dict.fromkeys(sorted({kind for kind, _ in beads}), given.diameter))


SHAPE = Rod()
