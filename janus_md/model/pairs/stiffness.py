"""Stiffness of two bodies in contact, which limits the time step.

Two bodies approach each other in many relative orientations. At the distance where their energy is
:data:`COLLISION` above the lowest one of that orientation, the forces and torques are linearised.
Weighted with masses and moments of inertia, the largest eigenvalue of the stiffness matrix is the
square of the highest frequency; weighted with frictions, it is the highest rate of relaxation.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import rowan
from numpy.typing import ArrayLike

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable
from janus_md.model.pairs.energy import pair_energy, pair_forces, reach_of_beads
from janus_md.model.pairs.orientations import Turns, turned
from janus_md.model.pairs.sums import Rows, hashable
from janus_md.model.rotations import turn

COLLISION = 3.0
"""Energy above the lowest one at which two bodies turn back, kT; 5 % of collisions exceed it."""

ORIENTATIONS = 256
"""Number of relative orientations, a power of 2: a Sobol sequence without scrambling."""

WALL = 20.0
"""Energy above which bodies overlap, kT. Charges may coincide at shorter distances."""

DISTANCES = 128
"""Number of distances at which an orientation is tried."""

NUDGE = 1e-5
"""Displacement of the finite differences, nm and rad."""


def highest_frequency(
    first: RigidBody,
    second: RigidBody,
    kT: float,
    *,
    relative_permittivity: float = 1.0,
    pairs: PairTable | None = None,
) -> float:
    """Highest angular frequency of two bodies in contact, rad/ps; 0 if they do not repel.

    Parameters
    ----------
    first, second : RigidBody
        The two bodies.
    kT : float
        Thermal energy, kJ/mol.
    relative_permittivity : float
        Of the medium.
    pairs : mapping, optional
        Pair table, as of :func:`~janus_md.model.pairs.energy.pair_energy`.
    """
    return _highest_frequency(first, second, kT, relative_permittivity, hashable(pairs))


def highest_rate(
    first: RigidBody,
    second: RigidBody,
    gamma: ArrayLike,
    gamma_r: ArrayLike,
    kT: float,
    *,
    relative_permittivity: float = 1.0,
    pairs: PairTable | None = None,
) -> float:
    """Highest rate of relaxation of two overdamped bodies in contact, 1/ps.

    Parameters
    ----------
    first, second, kT, relative_permittivity, pairs
        As of :func:`highest_frequency`.
    gamma : array_like, shape (2,)
        Translational friction of each body, amu/ps.
    gamma_r : array_like, shape (2, 3)
        Rotational friction of each body about its principal axes, amu nm^2/ps.
    """
    stiffness = _stiffness(first, second, kT, relative_permittivity, hashable(pairs))
    return _largest_eigenvalue(stiffness, gamma, gamma_r)


@lru_cache(maxsize=1024)  # a sweep asks for it with each of its state points
def _highest_frequency(
    first: RigidBody, second: RigidBody, kT: float, relative_permittivity: float, rows: Rows | None
) -> float:
    stiffness = _stiffness(first, second, kT, relative_permittivity, rows)
    largest = _largest_eigenvalue(
        stiffness, (first.mass, second.mass), (first.inertia, second.inertia)
    )
    return float(np.sqrt(largest))


def _largest_eigenvalue(stiffness: FloatArray, linear: ArrayLike, angular: ArrayLike) -> float:
    """Largest eigenvalue of stiffness matrices divided by masses or frictions; 0 without matrices.

    Axes without moment of inertia are left out.
    """
    if len(stiffness) == 0:
        return 0.0
    about = np.asarray(angular, float).ravel()
    inverse = np.concatenate(
        [
            np.full(3, np.sum(1.0 / np.asarray(linear, float))),
            np.divide(1.0, about, out=np.zeros(6), where=about > 0),
        ]
    )
    scale = np.sqrt(inverse)
    largest = np.linalg.eigvalsh(stiffness * scale[:, None] * scale)[:, -1].max()
    return max(0.0, float(largest))


@lru_cache(maxsize=256)
def _stiffness(
    first: RigidBody, second: RigidBody, kT: float, relative_permittivity: float, rows: Rows | None
) -> FloatArray:
    """Stiffness matrices of M pairs in contact, shape (M, 9, 9), kJ/mol per nm^2 and rad^2.

    Coordinates are the separation, in the laboratory, and rotations of each body about its own
    principal axes.
    """
    options: dict[str, Any] = {
        "relative_permittivity": relative_permittivity,
        "pairs": None if rows is None else dict(rows),
    }
    r, (a, b) = _contacts(first, second, kT, options)

    def forces(nudge: FloatArray) -> FloatArray:
        """Generalised forces on the nudged pairs, shape (M, 9)."""
        turns = (rowan.multiply(a, turn(nudge[3:6])), rowan.multiply(b, turn(nudge[6:])))
        found = pair_forces(first, second, r + nudge[:3], *turns, **options)
        torques = [
            rowan.rotate(rowan.conjugate(q), torque)
            for q, torque in zip(turns, (found.torque_a, found.torque_b), strict=True)
        ]
        return np.concatenate([found.force, *torques], axis=1)

    if len(r) == 0:
        return np.zeros((0, 9, 9))
    nudges = NUDGE * np.eye(9)
    columns = [(forces(-one) - forces(one)) / (2.0 * NUDGE) for one in nudges]
    matrix = np.stack(columns, axis=2)
    return np.asarray(0.5 * (matrix + matrix.transpose(0, 2, 1)))


def _contacts(
    first: RigidBody, second: RigidBody, kT: float, options: dict[str, Any]
) -> tuple[FloatArray, Turns]:
    """Separations, shape (M, 3), and orientations of the pairs that turn back."""
    from scipy.stats import qmc

    a, b = turned(qmc.Sobol(5, scramble=False).random(ORIENTATIONS))
    furthest = max(
        1.2 * (first.reach + second.reach), reach_of_beads(first, second, options["pairs"])
    )
    distances = np.linspace(0.05 * furthest, furthest, DISTANCES)

    def energy(r: FloatArray) -> FloatArray:
        """Energies at distances of shape (..., ORIENTATIONS)."""
        along = np.zeros((*r.shape, 3))
        along[..., 2] = r
        turns = [np.broadcast_to(q, (*r.shape, 4)).reshape(-1, 4) for q in (a, b)]
        return pair_energy(first, second, along.reshape(-1, 3), *turns, **options).reshape(r.shape)

    values = energy(np.broadcast_to(distances[:, None], (DISTANCES, ORIENTATIONS)))
    outside = np.cumsum((values > WALL * kT)[::-1], axis=0)[::-1] == 0
    lowest = np.minimum(np.where(outside, values, np.inf).min(axis=0), 0.0)
    beyond = values > lowest + COLLISION * kT
    inner = DISTANCES - 1 - np.argmax(beyond[::-1], axis=0)
    hit = beyond.any(axis=0)
    low, high = distances[inner], distances[np.minimum(inner + 1, DISTANCES - 1)]
    for _ in range(20):
        middle = 0.5 * (low + high)
        inside = energy(middle) > lowest + COLLISION * kT
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    r = np.zeros((int(hit.sum()), 3))
    r[:, 2] = high[hit]
    return r, (a[hit], b[hit])
