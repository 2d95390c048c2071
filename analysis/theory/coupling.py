"""Dipolar coupling of the bodies of a run."""

from __future__ import annotations

import numpy as np

from janus_md.model import units
from janus_md.model.nanocluster import WIRE_SPACING
from janus_md.model.setup import Setup

SPACING = WIRE_SPACING
"""Distance for the dipolar coupling, nm."""


def coupling_of(setup: Setup | None) -> float | None:
    """Return the largest dipolar coupling of two bodies of a kind, at :data:`SPACING`.

    It is None if the setup is not known, charges are off, or no body has an electric dipole.
    """
    if setup is None or setup.relative_permittivity is None:
        return None
    moments = [float(np.linalg.norm(body.dipole)) for body in setup.bodies if body.polar]
    if not moments:
        return None
    temperature = setup.bath.kT / units.BOLTZMANN
    return units.coupling_parameter(max(moments), SPACING, setup.relative_permittivity, temperature)
