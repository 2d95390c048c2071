"""Energies, temperatures and the box's dipole of a System; when its numbers stop being physical."""

from __future__ import annotations

from typing import Any

import numpy as np
import rowan

from janus_md.bodies import FloatArray
from janus_md.system import System
from janus_md.units import BOLTZMANN

JUMP = 20.0
"""Rise of the potential energy from frame to frame that no equilibrium shows, kT per body."""

HOT = 10.0
"""Kinetic energy, as a multiple of what equipartition gives, that counts as a failure."""

OVERLAP = 0.7
"""Share of sigma below which two beads overlap: WCA costs 257 kT there at 298 K."""


def degrees_of_freedom(system: System) -> tuple[int, int]:
    """Translational and rotational degrees of freedom; an axis without inertia has none."""
    turning = np.array([np.count_nonzero(body.inertia) for body in system.bodies])
    return 3 * system.n_bodies, int(turning[system.kinds].sum())


def kinetic_energies(system: System) -> tuple[float, float]:
    """Kinetic energy of translation and of rotation, kJ/mol."""
    if system.velocities is None or system.angular_momenta is None:
        return 0.0, 0.0
    mass = np.array([body.mass for body in system.bodies])[system.kinds]
    inertia = np.array([body.inertia for body in system.bodies])[system.kinds]
    inverse = np.divide(1.0, inertia, out=np.zeros_like(inertia), where=inertia > 0)
    moving = 0.5 * float((mass[:, None] * system.velocities**2).sum())
    return moving, 0.5 * float((system.angular_momenta**2 * inverse).sum())


def box_dipole(system: System) -> FloatArray:
    """Sum of the bodies' dipole moments, shape (3,), debye."""
    own = np.array([body.dipole for body in system.bodies])[system.kinds]
    return np.asarray(rowan.rotate(system.orientations, own).sum(axis=0))


def quantities(system: System, potential: float, time_ps: float) -> dict[str, Any]:
    """Return the row of the thermodynamic log: ps, kJ/mol, K, debye; energies of the whole box."""
    moving, turning = kinetic_energies(system)
    free, spinning = degrees_of_freedom(system)
    return {
        "time_ps": time_ps,
        "potential_energy": potential,
        "kinetic_translational": moving,
        "kinetic_rotational": turning,
        "temperature_translational": 2.0 * moving / (free * BOLTZMANN),
        "temperature_rotational": 2.0 * turning / (spinning * BOLTZMANN) if spinning else 0.0,
        "box_dipole": box_dipole(system),
    }


def complaint(system: System, potential: float, before: float | None, kT: float) -> str | None:
    """Say in words why the state cannot be physical; None where it can.

    Parameters
    ----------
    system : System
        State to look at.
    potential : float
        Its potential energy, kJ/mol.
    before : float or None
        That of the frame before, kJ/mol.
    kT : float
        Thermal energy of the bath, kJ/mol.
    """
    arrays = (system.positions, system.orientations, system.velocities, system.angular_momenta)
    if not np.isfinite(potential) or not all(np.isfinite(a).all() for a in arrays if a is not None):
        return "positions, velocities or energies are not finite numbers"
    n = system.n_bodies
    moving, turning = kinetic_energies(system)
    free, spinning = degrees_of_freedom(system)
    # Few bodies fluctuate: allow ten standard deviations of the kinetic energy on top.
    fluctuation = 10.0 * np.sqrt(0.5 * (free + spinning)) * kT
    if moving + turning > HOT * 0.5 * (free + spinning) * kT + fluctuation:
        return f"the kinetic energy rose to {(moving + turning) / (n * kT):.3g} kT a body"
    if before is not None and potential - before > JUMP * kT * n:
        return f"the potential energy jumped by {(potential - before) / (n * kT):.3g} kT a body"
    from janus_md.placement import count_overlaps

    if overlaps := count_overlaps(system, OVERLAP):
        return f"{overlaps} pairs of bodies overlap"
    return None
