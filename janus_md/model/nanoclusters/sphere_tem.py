"""`sphere_tem`: `sphere` with a larger bead, calibrated on the micrographs and the energy.

`sphere` has the spacing of the crystal, 1.61 nm. This model has a spacing in the range of the
micrographs, 1.8 to 2.5 nm, and the paper's bond energy of 37.54 kJ/mol to 10 %. One bond cannot
have all three values (docs/li2022.md), so the two calibrations exclude each other.
"""

from __future__ import annotations

from janus_md.model.nanoclusters.sphere import Sphere

SIGMA = 1.88
"""WCA diameter of the bead of `sphere_tem`, nm."""

MODEL = Sphere("sphere_tem", SIGMA)
