"""Snowman: two balls that overlap."""

from __future__ import annotations

from janus_md.common.settings import Positive, Settings
from janus_md.model.shape import Layout, Shape


class SnowmanSettings(Settings):
    """A ball B with an overlapping ball A."""

    diameter_a: Positive
    """Diameter of ball A, nm."""
    diameter_b: Positive
    """Diameter of ball B, nm."""
    distance: Positive
    """Distance of the centres, nm: between half the difference and half the sum of the
    diameters."""


class Snowman(Shape):
    """Ball B at the bottom and ball A at the top of the axis."""

    settings = SnowmanSettings

    def layout(self, given: SnowmanSettings) -> Layout:
        """Return the two beads."""
        least = 0.5 * abs(given.diameter_a - given.diameter_b)
        most = 0.5 * (given.diameter_a + given.diameter_b)
        if not least < given.distance < most:
            raise ValueError(
                f"distance: {given.distance:g} is not allowed; it must be above {least:g}, where "
                f"one ball is inside the other, and below {most:g}, where they touch"
            )
        return Layout(
            (("B", (0.0, 0.0, 0.0)), ("A", (0.0, 0.0, given.distance))),
            {"A": given.diameter_a, "B": given.diameter_b},
        )


SHAPE = Snowman()
