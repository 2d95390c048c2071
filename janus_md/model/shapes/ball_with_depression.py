"""Ball with a depression: a ball from which another one is subtracted."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from janus_md.common.settings import Positive, Settings
from janus_md.model.shape import Layout, Shape
from janus_md.model.sphere_points import checked, shell_beads, threefold


class BallWithDepressionSettings(Settings):
    """Ball of beads B with a depression A, around a core C."""

    diameter: Positive
    """Diameter of the ball, nm."""
    depression_diameter: Positive
    """Diameter of the subtracted ball, nm."""
    depth: Positive
    """Depth of the depression below the top of the ball, nm."""
    bead_diameter: Positive
    """Diameter of the beads of the surface, nm."""
    roughness: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Depth of the deepest hole between the beads, over the radius of the ball."""


class BallWithDepression(Shape):
    """The depression is open towards +z; beads touch both surfaces from inside."""

    settings = BallWithDepressionSettings

    def layout(self, given: BallWithDepressionSettings) -> Layout:
        """Return core and surface."""
        radius, cut, bead = (
            0.5 * x for x in (given.diameter, given.depression_diameter, given.bead_diameter)
        )
        middle = radius - given.depth + cut  # centre of the subtracted ball
        if given.depth >= given.diameter - 2.0 * given.bead_diameter or middle <= 0.0:
            raise ValueError(
                f"depth: {given.depth:g} is not allowed; it must leave two beads below it, and the "
                "centre of the subtracted ball must be above that of the ball"
            )
        if middle >= radius + cut:
            raise ValueError("depth: it must be above 0")
        number = shell_beads(radius, bead, given.roughness)
        outer = (radius - bead) * threefold(number)
        top = np.array([0.0, 0.0, middle])
        outer = outer[np.linalg.norm(outer - top, axis=1) >= cut + bead]
        # same density of beads inside and outside the depression
        inner_radius = cut + bead
        count = checked(3 * max(3, math.ceil(number / 3 * (inner_radius / (radius - bead)) ** 2)))
        inner = top + inner_radius * threefold(count)
        inner = inner[np.linalg.norm(inner, axis=1) <= radius - bead]
        if len(inner) == 0 or len(outer) == 0:
            raise ValueError("depression_diameter: one of the surfaces has no beads")
        core_low, core_high = -radius + 2.0 * bead, radius - given.depth - 2.0 * bead
        core = max(core_high - core_low, given.bead_diameter)
        place = (0.0, 0.0, 0.5 * (core_low + core_high))
        beads = [("C", place)]
        beads += [("B", (float(x), float(y), float(z))) for x, y, z in outer]
        beads += [("A", (float(x), float(y), float(z))) for x, y, z in inner]
        return Layout(tuple(beads), {"C": core, "B": given.bead_diameter, "A": given.bead_diameter})


SHAPE = BallWithDepression()
