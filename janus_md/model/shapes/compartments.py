"""Two compartments: a ball of two phases that meet at a plane."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from janus_md.common.settings import Positive, Settings
from janus_md.model.shape import Layout, Shape, around_core
from janus_md.model.sphere_points import shell_beads, threefold


class CompartmentsSettings(Settings):
    """Ball of a phase A on top of a phase B, around a core C."""

    diameter: Positive
    """Diameter of the ball, nm."""
    bead_diameter: Positive
    """Diameter of the beads of its surface, nm."""
    volume_share: Annotated[float, Field(gt=0, lt=1)]
    """Share of the volume that is A."""
    roughness: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Depth of the deepest hole between the beads, over the radius of the ball."""


class Compartments(Shape):
    """The cap above the plane has the stated fraction of the volume."""

    settings = CompartmentsSettings

    def layout(self, given: CompartmentsSettings) -> Layout:
        """Return core and surface."""
        number = shell_beads(0.5 * given.diameter, 0.5 * given.bead_diameter, given.roughness)
        plane = plane_of(given.volume_share)
        surface = [("A" if one[2] >= plane else "B", one) for one in threefold(number).tolist()]
        return around_core(given.diameter, given.bead_diameter, surface[::-1])


def plane_of(share: float) -> float:
    """Height of the plane above which a cap has this fraction of the volume of a unit ball.

    The fraction is ``(1 - z)^2 (2 + z) / 4``.
    """
    from scipy.optimize import brentq

    return float(brentq(lambda z: (1.0 - z) ** 2 * (2.0 + z) / 4.0 - share, -1.0, 1.0))


SHAPE = Compartments()
