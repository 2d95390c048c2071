"""Errors of forces and torques due to a mesh or cutoff, measured on whole bodies."""

from __future__ import annotations

import numpy as np

from janus_md.engines.base import SKIN, Device, Engine, Forces
from janus_md.engines.mesh import Coulomb
from janus_md.engines.mesh_work import tight_mesh
from janus_md.model.body import FloatArray
from janus_md.model.system import System

REFERENCE_SHARE = 0.01
"""Error of the mesh against which errors are measured over the allowed error."""


def rms(vectors: FloatArray) -> float:
    """Root of the mean square length of `vectors`, shape (N, 3)."""
    return float(np.sqrt(np.einsum("ij,ij->i", vectors, vectors).mean()))


def measured_error(
    engine: Engine, system: System, mesh: Coulomb, reference: Forces, kT: float, device: Device
) -> tuple[float, float]:
    """Rms error of force (kT/nm) and torque (kT) on whole bodies against `reference`."""
    found = engine.energies_and_forces(system, mesh, device)
    return (
        rms(found.forces - reference.forces) / kT,
        rms(found.torques - reference.torques) / kT,
    )


def reference_forces(engine: Engine, system: System, allowed: float, device: Device) -> Forces:
    """Return the forces with a mesh whose error is 1 % of `allowed`, kJ/mol/nm.

    It changes a measured error of the allowed size by 0.005 %, and takes a third of the time of a
    mesh that is tight enough to compare engines.
    """
    longest, error = engine.longest_cutoff(system), REFERENCE_SHARE * allowed
    mesh = tight_mesh(system, SKIN, error, longest, least_points=24)
    return engine.energies_and_forces(system, engine.usable(system, mesh), device)


def allowed_error(system: System, kT: float) -> float:
    """Largest allowed rms error of the force on a body, kJ/mol/nm."""
    electrostatics = system.interactions.electrostatics
    assert electrostatics is not None
    return electrostatics.force_error * kT


def remeasure(
    engine: Engine, system: System, mesh: Coulomb, kT: float, device: Device
) -> tuple[float, float]:
    """Rms error of force (kT/nm) and torque (kT) on whole bodies: see :func:`reference_forces`."""
    reference = reference_forces(engine, system, allowed_error(system, kT), device)
    return measured_error(engine, system, mesh, reference, kT, device)
