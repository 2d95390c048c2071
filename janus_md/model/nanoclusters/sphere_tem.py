"""`sphere_tem`: `sphere` with a larger bead, calibrated on the micrographs and the energy.

`sphere` has the spacing of the crystal, 1.61 nm. This model has a spacing in the range of the
micrographs, 1.8 to 2.5 nm, and the paper's bond energy of 37.54 kJ/mol to 10 %. One bond cannot
have all three values (docs/li2022.md), so the two calibrations exclude each other.
"""

from __future__ import annotations

from janus_md.model.body import RigidBody
from janus_md.model.nanocluster import Nanocluster, NanoclusterModel
from janus_md.model.nanoclusters.sphere import CHARGE, sphere

SIGMA = 1.88
"""WCA diameter of the bead of `sphere_tem`, nm."""


class SphereTEM(NanoclusterModel):
    """Model of one bead and two charges like `sphere`; only the diameter of the bead differs."""

    types = (CHARGE,)

    def build(self, numbers: Nanocluster) -> RigidBody:
        """Return the body (:func:`janus_md.model.nanoclusters.sphere.sphere`)."""
        return sphere(
            numbers.name,
            mass=numbers.mass,
            charge=numbers.charge,
            separation=numbers.separation,
            enantiomer=numbers.enantiomer,
            sigma=SIGMA,
            model="sphere_tem",
        )


MODEL = SphereTEM()
