"""`narrow`: bodies of `bladed` whose blades are closer to the axis and stand out further.

Its beads fill the volume of a cluster in the crystal (about 3.6 nm^3), and faces of opposite hand
bind less than half as strongly as faces of equal hand, so that a racemate alternates.
"""

from __future__ import annotations

import math
from dataclasses import replace

from janus_md.model.body import RigidBody
from janus_md.model.nanocluster import Nanocluster, NanoclusterModel
from janus_md.model.nanoclusters.bladed import BLADE, CORE, BladedSizes, bladed

SIZES = BladedSizes(
    core_sigma=1.21,
    blade_sigma=0.70,
    radius=1.10,
    height=0.70,
    rise=0.40,
    span=0.40,
    hydrodynamic_radius=0.949,
)
"""Sizes of the model `narrow`."""

TURN = 0.293
"""Angle by which the negative face of `narrow` is rotated, radians, for bodies that have a turn.

It turns each body of a wire by 60 degrees against its neighbour."""


class Narrow(NanoclusterModel):
    """Model of fourteen beads like `bladed`, of the density of the crystal."""

    types = (CORE, BLADE)

    def build(self, numbers: Nanocluster) -> RigidBody:
        """Return the body. Its turn is :data:`TURN`, with the sign of the particle's turn."""
        turn = math.copysign(TURN, numbers.faces.turn) if numbers.faces.turn else 0.0
        return bladed(
            numbers.name,
            mass=numbers.mass,
            charge=numbers.charge,
            separation=numbers.separation,
            faces=replace(numbers.faces, turn=turn),
            enantiomer=numbers.enantiomer,
            sizes=SIZES,
            model="narrow",
        )


MODEL = Narrow()
