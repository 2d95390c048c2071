"""Uniform fields on the charges of bodies, electric or magnetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import rowan

from janus_md.model.body import FloatArray
from janus_md.model.environment import ExternalField

if TYPE_CHECKING:
    from janus_md.model.setup import Setup
    from janus_md.model.system import System


class UniformField(ExternalField):
    """A field on charges: for neutral bodies, torque and energy of the moment in the field."""

    unit: float
    """Force of a field of 1 on a unit charge, kJ/mol/nm."""
    magnetic: bool
    """Whether the field acts on magnetic charges; else on electric ones."""

    def vector(self, parameters: Mapping[str, Any]) -> FloatArray:
        """Return the field as a force on a unit charge, shape (3,), kJ/mol/nm."""
        return self.unit * np.array([parameters[axis] for axis in "xyz"], float)

    def energy(self, system: System, parameters: Mapping[str, Any]) -> FloatArray:
        """Return the energy of each body, shape (N,), kJ/mol; 0 for a net charge at the origin."""
        charge, dipole = _moments(system)
        return np.asarray(-(dipole + charge[:, None] * system.unwrapped) @ self.vector(parameters))

    def forces(
        self, system: System, parameters: Mapping[str, Any]
    ) -> tuple[FloatArray, FloatArray]:
        """Return force (kJ/mol/nm) and torque (kJ/mol) on each body, shape (N, 3)."""
        field = self.vector(parameters)
        charge, dipole = _moments(system)
        return charge[:, None] * field, np.cross(dipole, field)

    def objection(self, setup: Setup, parameters: Mapping[str, Any]) -> str:
        """Return why the field would have no effect; else empty."""
        if not np.any(self.vector(parameters)):
            return "has no component other than 0; leave it out"
        charged = (body for body in setup.bodies if np.any(body.charges != 0))
        if not any(body.magnetic == self.magnetic for body in charged):
            sort = "magnetic" if self.magnetic else "electric"
            return f"acts on {sort} charges, and no body has any"
        if setup.interactions.electrostatics is None:
            return "acts on charges, which electrostatics.method none leaves out; use pppm"
        return ""


def _moments(system: System) -> tuple[FloatArray, FloatArray]:
    """Charge (N,), e, and dipole moment in the laboratory frame (N, 3), e nm, of each body."""
    charges = np.array([body.charges.sum() for body in system.bodies])[system.kinds]
    dipoles = np.array([body.charges @ body.positions for body in system.bodies])[system.kinds]
    return charges, rowan.rotate(system.orientations, dipoles)
