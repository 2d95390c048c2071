"""Raspberry: a core with smaller balls on its surface."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from janus_md.common.settings import Positive, Settings
from janus_md.model.shape import Layout, Shape
from janus_md.model.sphere_points import fibonacci


class RaspberrySettings(Settings):
    """Core B with lobes A."""

    core_diameter: Positive
    """Diameter of the core, nm."""
    lobe_diameter: Positive
    """Diameter of the lobes, nm."""
    lobes: Annotated[int, Field(ge=4, le=500)]
    """Number of lobes."""
    depth: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Depth of a lobe in the core, in units of its diameter; 0 on the surface."""


class Raspberry(Shape):
    """Lobes on a golden-angle spiral."""

    settings = RaspberrySettings

    def layout(self, given: RaspberrySettings) -> Layout:
        """Return core and lobes."""
        distance = 0.5 * given.core_diameter + (0.5 - given.depth) * given.lobe_diameter
        places = distance * fibonacci(given.lobes)
        apart = np.linalg.norm(places[:, None] - places, axis=2)[~np.eye(given.lobes, dtype=bool)]
        if apart.min() < 0.5 * given.lobe_diameter:
            raise ValueError(
                f"lobes: {given.lobes} is not allowed; lobes would be closer than half their "
                "diameter"
            )
        surface = [("A", (float(x), float(y), float(z))) for x, y, z in places[::-1]]
        return Layout(
            (("B", (0.0, 0.0, 0.0)), *surface),
            {"B": given.core_diameter, "A": given.lobe_diameter},
        )


SHAPE = Raspberry()
