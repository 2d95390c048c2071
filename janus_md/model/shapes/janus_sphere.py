"""Janus sphere: a ball with a cap of another kind."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from janus_md.common.settings import Positive, Settings
from janus_md.model.shape import Layout, Shape, around_core
from janus_md.model.sphere_points import shell_beads, threefold


class JanusSphereSettings(Settings):
    """Ball of beads, a cap A and the rest B, around a core C."""

    diameter: Positive
    """Diameter of the ball, nm."""
    bead_diameter: Positive
    """Diameter of the beads of its surface, nm."""
    balance: Annotated[float, Field(ge=0, le=1)]
    """Share of the surface that is A."""
    roughness: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Depth of the deepest hole between the beads, over the radius of the ball."""


class JanusSphere(Shape):
    """Beads on three golden-angle spirals, the uppermost of kind A, around a core."""

    settings = JanusSphereSettings

    def layout(self, given: JanusSphereSettings) -> Layout:
        """Return core and surface."""
        number = shell_beads(0.5 * given.diameter, 0.5 * given.bead_diameter, given.roughness)
        capped = 3 * round(given.balance * number / 3)
        surface = [
            ("A" if k < capped else "B", point)
            for k, point in enumerate(threefold(number).tolist())
        ]
        return around_core(given.diameter, given.bead_diameter, surface[::-1])


SHAPE = JanusSphere()
