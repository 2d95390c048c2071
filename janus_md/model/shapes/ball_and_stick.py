"""Ball and stick: a ball with a protruding rod."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from janus_md.common.settings import Positive, Settings
from janus_md.model.shape import Layout, Shape
from janus_md.model.sphere_points import checked, row_step


class BallAndStickSettings(Settings):
    """Ball B and stick A."""

    diameter: Positive
    """Diameter of the ball, nm."""
    stick_diameter: Positive
    """Diameter of the stick, nm."""
    stick_length: Positive
    """Length of the stick outside the ball, nm."""
    roughness: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Depth of the notches between the beads of the stick, over its radius."""


class BallAndStick(Shape):
    """The stick points along +z from the ball; its first bead is at the surface of the ball."""

    settings = BallAndStickSettings

    def layout(self, given: BallAndStickSettings) -> Layout:
        """Return ball and stick."""
        if given.stick_diameter >= given.diameter:
            raise ValueError(
                f"stick_diameter: {given.stick_diameter:g} is not allowed; it must be below the "
                f"diameter of the ball, {given.diameter:g}"
            )
        radius, thin = 0.5 * given.diameter, 0.5 * given.stick_diameter
        foot = math.sqrt(radius**2 - thin**2)
        tip = radius + given.stick_length - thin
        line = max(tip - foot, 0.0)
        number = checked(1 + math.ceil(line / row_step(thin, given.roughness) - 1e-9))
        places = [tip - k * line / max(number - 1, 1) for k in range(number)][::-1]
        return Layout(
            (("B", (0.0, 0.0, 0.0)), *(("A", (0.0, 0.0, z)) for z in places)),
            {"B": given.diameter, "A": given.stick_diameter},
        )


SHAPE = BallAndStick()
