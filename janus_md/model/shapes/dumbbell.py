"""Dumbbell: two balls that touch or are separated."""

from __future__ import annotations

from janus_md.common.settings import Positive, Settings
from janus_md.model.shape import Layout, Shape


class DumbbellSettings(Settings):
    """Two balls, A and B, which do not overlap."""

    diameter_a: Positive
    """Diameter of ball A, nm."""
    diameter_b: Positive
    """Diameter of ball B, nm."""
    distance: Positive
    """Distance of the centres, nm; at least the mean of the diameters, at which the balls touch."""


class Dumbbell(Shape):
    """Ball B at the bottom and ball A at the top of the axis."""

    settings = DumbbellSettings

    def layout(self, given: DumbbellSettings) -> Layout:
        """Return the two beads."""
        touching = 0.5 * (given.diameter_a + given.diameter_b)
        if given.distance < touching * (1.0 - 1e-9):
            raise ValueError(
                f"distance: {given.distance:g} is not allowed; it must be at least {touching:g}, "
                "at which the balls touch (overlapping balls are a snowman)"
            )
        return Layout(
            (("B", (0.0, 0.0, 0.0)), ("A", (0.0, 0.0, given.distance))),
            {"A": given.diameter_a, "B": given.diameter_b},
        )


SHAPE = Dumbbell()
