"""Gravity, or the acceleration in a centrifuge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.common.settings import Settings
from janus_md.model.body import FloatArray
from janus_md.model.environment import ExternalField

if TYPE_CHECKING:
    from janus_md.model.setup import Setup
    from janus_md.model.system import System


class GravitySettings(Settings):
    """Acceleration of the bodies, reduced by their buoyancy where there is a solvent."""

    x: float = 0.0
    """Component along x, nm/ps^2."""
    y: float = 0.0
    """Component along y, nm/ps^2."""
    z: float = 0.0
    """Component along z, nm/ps^2."""


class Gravity(ExternalField):
    """An acceleration g: force m g on the centre of each body, energy -m g . r with r unwrapped."""

    settings = GravitySettings

    def energy(self, system: System, parameters: Mapping[str, Any]) -> FloatArray:
        """Return the energy of each body, shape (N,), kJ/mol; 0 in the middle of the box."""
        return np.asarray(-_masses(system) * (system.unwrapped @ vector(parameters)))

    def forces(
        self, system: System, parameters: Mapping[str, Any]
    ) -> tuple[FloatArray, FloatArray]:
        """Return force (kJ/mol/nm) and torque (kJ/mol) on each body, shape (N, 3)."""
        forces = _masses(system)[:, None] * vector(parameters)
        return forces, np.zeros_like(forces)

    def objection(self, setup: Setup, parameters: Mapping[str, Any]) -> str:
        """Return why bodies would fall without end or not at all; else empty."""
        acting = {axis for axis in "xyz" if parameters[axis] != 0.0}
        if not acting:
            return "has no component other than 0; leave it out"
        fields = {one.name: one.parameters for one in setup.environment}
        closed = {fields["walls"]["normal"]} if "walls" in fields else set()
        if endless := sorted(acting - closed):
            return (
                f"acts along {' and '.join(endless)}, where the box is periodic; it needs walls "
                f"(environment.walls, normal: {endless[0]})"
            )
        return ""


def vector(parameters: Mapping[str, Any]) -> FloatArray:
    """Acceleration, shape (3,), nm/ps^2."""
    return np.array([parameters[axis] for axis in "xyz"], float)


def _masses(system: System) -> FloatArray:
    """Mass of each body, shape (N,), amu."""
    return np.array([body.mass for body in system.bodies])[system.kinds]


FIELD = Gravity()
