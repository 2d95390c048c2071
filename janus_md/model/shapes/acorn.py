"""Acorn: a nut with a wider cap on top."""

from __future__ import annotations

from janus_md.common.settings import Positive, Settings
from janus_md.model.shape import Layout, Shape


class AcornSettings(Settings):
    """Nut B with a cap A."""

    nut_diameter: Positive
    """Diameter of the nut, nm."""
    cap_diameter: Positive
    """Diameter of the ball of the cap, nm; larger than that of the nut."""
    nut_length: Positive
    """Length of the nut outside the ball of the cap, nm; smaller than the diameter of the nut."""


class Acorn(Shape):
    """Two balls, the wider one on top; the nut protrudes from it at the bottom."""

    settings = AcornSettings

    def layout(self, given: AcornSettings) -> Layout:
        """Return nut and cap."""
        if given.cap_diameter <= given.nut_diameter:
            raise ValueError(
                f"cap_diameter: {given.cap_diameter:g} is not allowed; it must be above "
                f"nut_diameter, {given.nut_diameter:g}"
            )
        if given.nut_length >= given.nut_diameter:
            raise ValueError(
                f"nut_length: {given.nut_length:g} is not allowed; it must be below nut_diameter, "
                f"{given.nut_diameter:g}"
            )
        distance = 0.5 * (given.cap_diameter - given.nut_diameter) + given.nut_length
        return Layout(
            (("B", (0.0, 0.0, 0.0)), ("A", (0.0, 0.0, distance))),
            {"B": given.nut_diameter, "A": given.cap_diameter},
        )


SHAPE = Acorn()
