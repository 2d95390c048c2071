"""A uniform magnetic field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.common.settings import Settings
from janus_md.model.body import FloatArray
from janus_md.model.environment import ExternalField
from janus_md.model.fields.electric_field import field_energies, field_forces
from janus_md.model.units import TESLA, VOLT_PER_NM

if TYPE_CHECKING:
    from janus_md.model.setup import Setup
    from janus_md.model.system import System


class MagneticFieldSettings(Settings):
    """Uniform magnetic field."""

    x: float = 0.0
    """Component along x, T."""
    y: float = 0.0
    """Component along y, T."""
    z: float = 0.0
    """Component along z, T."""


class MagneticField(ExternalField):
    """A field B on magnetic moments: torque m x B, energy -m . B."""

    settings = MagneticFieldSettings

    def energy(self, system: System, parameters: Mapping[str, Any]) -> FloatArray:
        """Return the energy of each body, shape (N,), kJ/mol."""
        return field_energies(system, vector(parameters))

    def forces(
        self, system: System, parameters: Mapping[str, Any]
    ) -> tuple[FloatArray, FloatArray]:
        """Return force (kJ/mol/nm) and torque (kJ/mol) on each body, shape (N, 3)."""
        return field_forces(system, vector(parameters))

    def objection(self, setup: Setup, parameters: Mapping[str, Any]) -> str:
        """Return why the field would have no effect; else empty."""
        if not np.any(vector(parameters)):
            return "has no component other than 0; leave it out"
        if not any(body.magnetic for body in setup.bodies):
            return "acts on magnetic charges, and no body has any"
        if setup.interactions.electrostatics is None:
            return "acts on charges, which electrostatics.method none leaves out; use pppm"
        return ""


def vector(parameters: Mapping[str, Any]) -> FloatArray:
    """Field as a force on a unit of magnetic charge, shape (3,), kJ/mol/nm."""
    return TESLA * VOLT_PER_NM * np.array([parameters[axis] for axis in "xyz"], float)


FIELD = MagneticField()
