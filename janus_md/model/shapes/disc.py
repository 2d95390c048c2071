"""Disc: a platelet of two layers of beads, one face of each kind."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from janus_md.common.settings import Positive, Settings
from janus_md.model.shape import Layout, Shape
from janus_md.model.sphere_points import checked


class DiscSettings(Settings):
    """Platelet with a face A and a face B."""

    diameter: Positive
    """Diameter, nm."""
    thickness: Positive
    """Thickness, nm."""
    bead_diameter: Positive
    """Diameter of the beads, nm: from half the thickness to all of it."""
    roughness: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Depth of the dimples of a face, over the radius of a bead."""


class Disc(Shape):
    """Two triangular layers in register, A on top."""

    settings = DiscSettings

    def layout(self, given: DiscSettings) -> Layout:
        """Return both layers."""
        bead = given.bead_diameter
        if not 0.5 * given.thickness <= bead < given.thickness:
            raise ValueError(
                f"bead_diameter: {bead:g} is not allowed; it must be at least half the thickness, "
                f"{0.5 * given.thickness:g}, and below it"
            )
        if bead >= given.diameter:
            raise ValueError(
                f"diameter: {given.diameter:g} is not allowed; it must be above bead_diameter"
            )
        # the dimple between three beads a distance d apart is a - sqrt(a^2 - d^2 / 3) deep
        a = 0.5 * bead
        step = a * math.sqrt(3.0 * (1.0 - (1.0 - given.roughness) ** 2))
        reach = 0.5 * (given.diameter - bead)
        rows = math.ceil(reach / step) + 1
        flat = [
            (x, y)
            for i in range(-2 * rows, 2 * rows + 1)
            for j in range(-2 * rows, 2 * rows + 1)
            if math.hypot(x := step * (i + 0.5 * j), y := step * math.sqrt(0.75) * j)
            <= reach * (1.0 + 1e-9)
        ]
        checked(2 * len(flat))
        height = 0.5 * (given.thickness - bead)
        beads = [("B", (x, y, -height)) for x, y in flat] + [("A", (x, y, height)) for x, y in flat]
        return Layout(tuple(beads), {"B": bead, "A": bead})


SHAPE = Disc()
