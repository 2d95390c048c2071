"""Energy, forces and torques of two isolated rigid bodies in an unbounded medium.

The energy is the sum over all pairs of sites of the two bodies, without periodic images: the pair
table between beads, by default their WCA repulsion (:mod:`janus_md.model.interactions.table`), and
the Coulomb interaction between charges, with or without a cutoff.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import rowan
from numpy.typing import ArrayLike

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.interactions.table import PairTable
from janus_md.model.pairs.sums import Rows, SiteSums, bead_table, hashable
from janus_md.model.rotations import UNTURNED

CHUNK = 1 << 19
"""Pairs of sites computed at a time, to limit memory."""


@dataclass(frozen=True)
class PairForces:
    """Interaction of M pairs of bodies.

    Attributes
    ----------
    energy : ndarray, shape (M,)
        kJ/mol.
    force : ndarray, shape (M, 3)
        On the second body, kJ/mol/nm; the force on the first body is the opposite.
    torque_a, torque_b : ndarray, shape (M, 3)
        On each body about its own centre, laboratory frame, kJ/mol.
    """

    energy: FloatArray
    force: FloatArray
    torque_a: FloatArray
    torque_b: FloatArray


@dataclass(frozen=True)
class Minimum:
    """A minimum of the pair energy.

    Attributes
    ----------
    energy : float
        kJ/mol.
    distance : float
        Of the centres, nm.
    turn : float
        Rotation of the body ahead about the common axis relative to the body behind, degrees in
        [0, 360/n) for n-fold bodies; 0 for bodies of revolution.
    """

    energy: float
    distance: float
    turn: float


def pair_energy(
    body_a: RigidBody,
    body_b: RigidBody,
    separation: ArrayLike,
    orientation_a: ArrayLike = UNTURNED,
    orientation_b: ArrayLike = UNTURNED,
    *,
    relative_permittivity: float = 1.0,
    pairs: PairTable | None = None,
    cutoff: CoulombCutoff | None = None,
) -> FloatArray:
    """Energy of pairs of bodies.

    Parameters
    ----------
    body_a, body_b : RigidBody
        The two kinds.
    separation : array_like, shape (M, 3) or (3,)
        From the centre of a to the centre of b, nm.
    orientation_a, orientation_b : array_like, shape (M, 4) or (4,)
        Unit quaternions (w, x, y, z), body to laboratory.
    relative_permittivity : float
        Of the medium.
    pairs : mapping, optional
        Pair table by pair of type names, as in the interactions of a system; types without a row
        do not interact. By default the repulsion of all beads with volume.
    cutoff : CoulombCutoff, optional
        Cutoff of the Coulomb interaction; by default it has none.

    Returns
    -------
    ndarray, shape (M,)
        kJ/mol, 0 at infinite distance.
    """
    terms = SiteSums(body_a, body_b, relative_permittivity, pairs, cutoff)
    return np.concatenate(
        [terms.energy(*chunk) for chunk in _chunks(terms, separation, orientation_a, orientation_b)]
    )


def pair_forces(
    body_a: RigidBody,
    body_b: RigidBody,
    separation: ArrayLike,
    orientation_a: ArrayLike = UNTURNED,
    orientation_b: ArrayLike = UNTURNED,
    *,
    relative_permittivity: float = 1.0,
    pairs: PairTable | None = None,
    cutoff: CoulombCutoff | None = None,
) -> PairForces:
    """Energy, force and torques of pairs of bodies; parameters as for :func:`pair_energy`.

    Returns
    -------
    PairForces
        Arrays over the M pairs.
    """
    terms = SiteSums(body_a, body_b, relative_permittivity, pairs, cutoff)
    parts = [
        terms.forces(*chunk) for chunk in _chunks(terms, separation, orientation_a, orientation_b)
    ]
    return PairForces(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def reach_of_beads(body_a: RigidBody, body_b: RigidBody, pairs: PairTable | None = None) -> float:
    """Distance of the centres beyond which no row of the pair table acts, nm; 0 without rows."""
    return bead_table(body_a, body_b, pairs).reach


def head_to_tail_minimum(
    body_a: RigidBody,
    body_b: RigidBody,
    relative_permittivity: float = 1.0,
    *,
    pairs: PairTable | None = None,
) -> Minimum:
    """Lowest energy of two bodies head to tail: b ahead of a on the common axis, both along +z.

    The distance and the turn about the axis are optimised: a grid, then a local search. Distances
    inside the outermost one at which the bodies repel each other at any turn are left out.

    Parameters
    ----------
    body_a, body_b : RigidBody
        The body behind (its +z face meets the other) and the body ahead.
    relative_permittivity : float
        Of the medium.
    pairs : mapping, optional
        Pair table, as of :func:`pair_energy`.

    Returns
    -------
    Minimum
        Energy, distance and turn.
    """
    return _head_to_tail_minimum(body_a, body_b, relative_permittivity, hashable(pairs))


@lru_cache(maxsize=1024)
def _head_to_tail_minimum(
    body_a: RigidBody, body_b: RigidBody, relative_permittivity: float, rows: Rows | None
) -> Minimum:
    pairs = None if rows is None else dict(rows)
    # beyond the range of the repulsion, the energy of two dipoles in line increases monotonically
    furthest = max(1.2 * (body_a.reach + body_b.reach), reach_of_beads(body_a, body_b, pairs))
    distances = np.linspace(0.1 * furthest, furthest, 160)
    revolution = body_a.symmetry == 0 or body_b.symmetry == 0
    period = 2.0 * np.pi / max(body_a.symmetry, body_b.symmetry, 1)
    turns = np.zeros(1) if revolution else np.linspace(0.0, period, 36, endpoint=False)

    terms = SiteSums(body_a, body_b, relative_permittivity, pairs)
    step = max(1, CHUNK // terms.pairs)

    def energy(point: FloatArray) -> FloatArray:
        """Energies, shape (M,), at distances and turns, shape (M, 2)."""
        along, turned = np.zeros((len(point), 3)), np.zeros((len(point), 3, 3))
        along[:, 2] = point[:, 0]
        turned[:, 0, 0] = turned[:, 1, 1] = np.cos(point[:, 1])
        turned[:, 1, 0] = np.sin(point[:, 1])
        turned[:, 0, 1] = -turned[:, 1, 0]
        turned[:, 2, 2] = 1.0
        upright = np.eye(3)[None]
        return np.concatenate(
            [
                terms.energy(along[k : k + step], upright, turned[k : k + step])
                for k in range(0, len(point), step)
            ]
        )

    grid = np.stack(np.meshgrid(distances, turns, indexing="ij"), -1)
    profile = energy(grid.reshape(-1, 2)).reshape(len(distances), -1).min(axis=1)
    # inside the outermost wall charges may coincide, which is unphysical in this model
    wall = int(np.flatnonzero(profile > 0)[-1]) if np.any(profile > 0) else -1
    best, point = lowest(energy, grid[wall + 1 :].reshape(-1, 2))
    turn = 0.0 if revolution else float(np.degrees(point[1] % period))
    return Minimum(best, float(point[0]), turn)


def lowest(
    energy: Callable[[FloatArray], FloatArray], grid: FloatArray, starts: int = 6
) -> tuple[float, FloatArray]:
    """Lowest energy near the best points of a grid.

    Parameters
    ----------
    energy : callable
        Takes points, shape (M, D), and returns energies, shape (M,), kJ/mol.
    grid : ndarray, shape (G, D)
        Initial points.
    starts : int
        Number of the lowest points that are refined (Nelder and Mead, 1965).

    Returns
    -------
    energy : float
        kJ/mol.
    point : ndarray, shape (D,)
        Position of the minimum.
    """
    from scipy.optimize import minimize

    order = np.argsort(energy(grid))[:starts]
    options = {"xatol": 1e-6, "fatol": 1e-8, "maxiter": 2000}
    found = [
        minimize(
            lambda x: float(energy(x[None])[0]), grid[k], method="Nelder-Mead", options=options
        )
        for k in order
    ]
    best = min(found, key=lambda result: float(result.fun))
    return float(best.fun), np.asarray(best.x)


def _chunks(
    terms: SiteSums, separation: ArrayLike, orientation_a: ArrayLike, orientation_b: ArrayLike
) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
    """Separations and rotation matrices of a bounded number of pairs at a time."""
    r = np.atleast_2d(np.asarray(separation, float))
    turns = [np.atleast_2d(np.asarray(q, float)) for q in (orientation_a, orientation_b)]
    count = max(len(r), len(turns[0]), len(turns[1]))
    r = np.broadcast_to(r, (count, 3))
    q_a, q_b = (np.broadcast_to(q, (count, 4)) for q in turns)
    step = max(1, CHUNK // terms.pairs)
    return [
        (r[k : k + step], *rowan.to_matrix(np.stack([q_a[k : k + step], q_b[k : k + step]])))
        for k in range(0, max(count, 1), step)
    ]
