"""Energies, temperatures and dipole moment of a system, and detection of unphysical states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import rowan

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.dynamics import Bath
from janus_md.model.rotations import rotate
from janus_md.model.system import System
from janus_md.model.units import BOLTZMANN

if TYPE_CHECKING:
    from janus_md.simulation.start.overlaps import Overlaps

JUMP = 20.0
"""Increase of the potential energy between frames that counts as a failure, kT per body."""

HOT = 10.0
"""Kinetic energy, relative to equipartition, that counts as a failure."""

OVERLAP = 0.7
"""Distance in units of sigma below which two beads overlap; WCA is 257 kT there at 298 K."""


def freedoms(bodies: Sequence[RigidBody]) -> tuple[FloatArray, FloatArray]:
    """Degrees of freedom of a body of each kind: 3 of translation, 1 per axis with inertia."""
    turning = [np.count_nonzero(body.inertia) for body in bodies]
    return np.full(len(bodies), 3.0), np.array(turning, float)


def degrees_of_freedom(system: System) -> tuple[int, int]:
    """Translational and rotational degrees of freedom; an axis without inertia has none."""
    _, turning = freedoms(system.bodies)
    return 3 * system.n_bodies, int(turning[system.kinds].sum())


def kinetic_energies(system: System) -> tuple[float, float]:
    """Kinetic energy of translation and of rotation, kJ/mol."""
    moving, turning = _twice_kinetic(system)
    return 0.5 * float(moving.sum()), 0.5 * float(turning.sum())


def step_excess(
    system: System, forces: FloatArray, torques: FloatArray, bath: Bath, time_step: float
) -> tuple[FloatArray, FloatArray]:
    """Excess of the configurational temperature over that of the bath due to the time step, in K.

    Velocities at whole steps do not show it. For a harmonic mode of frequency omega, damped at the
    rate gamma, the integrator of both engines (velocity Verlet with the friction of the half step)
    keeps them at T for any time step dt, while positions are at
    ``T / (1 - omega^2 dt^2 / (4 - 2 gamma dt))``. Velocities at half steps, ``v +- dt F / 2 m``, do
    show it: their temperature times ``1 - gamma dt / 2`` is that of positions, and T for a free
    body. This follows from the recursion of the second moments; Pastor, Brooks and Szabo (Mol.
    Phys. 65, 1409, 1988) derive the same for other integrators.

    Parameters
    ----------
    system : System
        State at a whole step.
    forces, torques : ndarray, shape (N, 3)
        On each body in that step, including those of the bath, kJ/mol/nm and kJ/mol, in the
        laboratory frame.
    bath : Bath
        Friction and temperature; no friction for ``nve``.
    time_step : float
        ps.

    Returns
    -------
    tuple of two ndarrays, shapes (K,)
        For translation and rotation of each kind; 0 if a kind has no such motion.
    """
    mass, inertia = _of_bodies(system)
    inverse = _over(inertia)
    damping = 0.0 if bath.method == "nve" else 0.5 * time_step
    lost = (damping * bath.gamma[system.kinds] / mass)[:, None]
    lost_r = damping * bath.gamma_r[system.kinds] * inverse
    about = rotate(rowan.conjugate(system.orientations), torques)
    kick = 0.25 * time_step**2 * forces**2 / mass[:, None]
    kick_r = 0.25 * time_step**2 * about**2 * inverse
    moving = kick * (1.0 - lost) - lost * bath.kT
    turning = kick_r * (1.0 - lost_r) - lost_r * bath.kT
    return _per_freedom(system, moving, turning)


def _twice_kinetic(system: System) -> tuple[FloatArray, FloatArray]:
    """Twice the kinetic energy of each body along each axis, shapes (N, 3), kJ/mol.

    Of translation, and of rotation; 0 before velocities are drawn.
    """
    if system.velocities is None or system.angular_momenta is None:
        none = np.zeros((system.n_bodies, 3))
        return none, none
    mass, inertia = _of_bodies(system)
    return mass[:, None] * system.velocities**2, system.angular_momenta**2 * _over(inertia)


def _of_bodies(system: System) -> tuple[FloatArray, FloatArray]:
    """Mass and principal inertia of each body."""
    mass = np.array([body.mass for body in system.bodies])[system.kinds]
    return mass, np.array([body.inertia for body in system.bodies])[system.kinds]


def _over(inertia: FloatArray) -> FloatArray:
    """Inverse of the inertia; 0 for an axis without inertia."""
    return np.divide(1.0, inertia, out=np.zeros_like(inertia), where=inertia > 0)


def _per_freedom(
    system: System, moving: FloatArray, turning: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Temperature of each kind in K, from quantities whose mean is kT per degree of freedom."""
    counts = np.bincount(system.kinds, minlength=len(system.bodies))
    means = []
    for doubled, axes in zip((moving, turning), freedoms(system.bodies), strict=True):
        sums = np.bincount(system.kinds, doubled.sum(axis=1), len(system.bodies))
        means.append(sums / np.maximum(axes * counts, 1) / BOLTZMANN)
    return means[0], means[1]


def box_dipole(system: System) -> FloatArray:
    """Sum of the bodies' dipole moments, shape (3,), debye."""
    own = np.array([body.dipole for body in system.bodies])[system.kinds]
    return np.asarray(rotate(system.orientations, own).sum(axis=0))


def quantities(system: System, potential: float, time_ps: float) -> dict[str, Any]:
    """Return the row of the thermodynamic log: ps, kJ/mol, K, debye; energies of the whole box.

    ``temperatures_`` are those of each kind of body, in the order of the types in the trajectory.
    """
    twice = _twice_kinetic(system)
    moving, turning = (0.5 * float(values.sum()) for values in twice)
    free, spinning = degrees_of_freedom(system)
    of_kinds = _per_freedom(system, *twice)
    return {
        "time_ps": time_ps,
        "potential_energy": potential,
        "kinetic_translational": moving,
        "kinetic_rotational": turning,
        "temperature_translational": 2.0 * moving / (free * BOLTZMANN),
        "temperature_rotational": 2.0 * turning / (spinning * BOLTZMANN) if spinning else 0.0,
        "temperatures_translational": of_kinds[0],
        "temperatures_rotational": of_kinds[1],
        "box_dipole": box_dipole(system),
    }


def complaint(
    system: System, potential: float, before: float | None, kT: float, overlaps: Overlaps
) -> str | None:
    """Return why the state is unphysical, or None.

    Parameters
    ----------
    system : System
        State to check.
    potential : float
        Potential energy of the state, kJ/mol.
    before : float or None
        Potential energy of the previous frame, kJ/mol.
    kT : float
        Thermal energy of the bath, kJ/mol.
    overlaps : Overlaps
        Search of overlaps in states of these bodies.
    """
    arrays = (system.positions, system.orientations, system.velocities, system.angular_momenta)
    if not np.isfinite(potential) or not all(np.isfinite(a).all() for a in arrays if a is not None):
        return "positions, velocities or energies are not finite numbers"
    n = system.n_bodies
    moving, turning = kinetic_energies(system)
    free, spinning = degrees_of_freedom(system)
    # Small systems fluctuate: allow ten standard deviations of the kinetic energy in addition.
    fluctuation = 10.0 * np.sqrt(0.5 * (free + spinning)) * kT
    if moving + turning > HOT * 0.5 * (free + spinning) * kT + fluctuation:
        return f"the kinetic energy rose to {(moving + turning) / (n * kT):.3g} kT a body"
    if before is not None and potential - before > JUMP * kT * n:
        return f"the potential energy jumped by {(potential - before) / (n * kT):.3g} kT a body"
    if count := overlaps.count(system):
        return f"{count} pairs of bodies overlap"
    return None
