"""A uniform electric field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import rowan

from janus_md.common.settings import Settings
from janus_md.model.body import FloatArray
from janus_md.model.environment import ExternalField
from janus_md.model.units import VOLT_PER_NM

if TYPE_CHECKING:
    from janus_md.model.setup import Setup
    from janus_md.model.system import System


class ElectricFieldSettings(Settings):
    """Uniform electric field in the medium."""

    x: float = 0.0
    """Component along x, V/nm."""
    y: float = 0.0
    """Component along y, V/nm."""
    z: float = 0.0
    """Component along z, V/nm."""


class ElectricField(ExternalField):
    """A field E on charges: force q E, torque mu x E and energy -mu . E for neutral bodies."""

    settings = ElectricFieldSettings

    def energy(self, system: System, parameters: Mapping[str, Any]) -> FloatArray:
        """Return the energy of each body, shape (N,), kJ/mol; 0 for a net charge at the origin."""
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
        if not any(np.any(body.charges != 0) and not body.magnetic for body in setup.bodies):
            return "acts on electric charges, and no body has any"
        if setup.interactions.electrostatics is None:
            return "acts on charges, which electrostatics.method none leaves out; use pppm"
        return ""


def vector(parameters: Mapping[str, Any]) -> FloatArray:
    """Field as a force on 1 e, shape (3,), kJ/mol/nm."""
    return VOLT_PER_NM * np.array([parameters[axis] for axis in "xyz"], float)


def field_energies(system: System, field: FloatArray) -> FloatArray:
    """Energy of each body in a field given as the force on 1 e, shape (N,), kJ/mol."""
    charge, dipole = _moments(system)
    return np.asarray(-(dipole + charge[:, None] * system.unwrapped) @ field)


def field_forces(system: System, field: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Force and torque on each body in a field given as the force on 1 e, shape (N, 3)."""
    charge, dipole = _moments(system)
    return charge[:, None] * field, np.cross(dipole, field)


def _moments(system: System) -> tuple[FloatArray, FloatArray]:
    """Charge (N,), e, and dipole moment in the laboratory frame (N, 3), e nm, of each body."""
    charges = np.array([body.charges.sum() for body in system.bodies])[system.kinds]
    dipoles = np.array([body.charges @ body.positions for body in system.bodies])[system.kinds]
    return charges, rowan.rotate(system.orientations, dipoles)


FIELD = ElectricField()
