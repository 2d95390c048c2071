"""A direct Ewald sum, to which both engines are held: numpy alone, converged to 1e-12.

Conducting surroundings. The splitting changes nothing but the work, which a test shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import erfc

from janus_md.engines.base import Forces
from janus_md.engines.sites import lay_out
from janus_md.model.body import FloatArray
from janus_md.model.box import face_distances, lattice_vectors
from janus_md.model.system import System

REACH = 6.0
"""Both sums end where their terms have fallen to exp(-REACH^2), 2e-16."""


@dataclass(frozen=True)
class Sum:
    """Energy of point charges in a periodic box, and the force on each."""

    energy: float
    forces: FloatArray


def point_charges(
    positions: FloatArray, charges: FloatArray, box: FloatArray, splitting: float
) -> Sum:
    """Sum ``q_i q_j / r`` over all pairs and images of a neutral box.

    Parameters
    ----------
    positions : ndarray, shape (N, 3)
        Anywhere, nm.
    charges : ndarray, shape (N,)
        sqrt(kJ/mol nm).
    box : ndarray, shape (6,)
        As in a System.
    splitting : float
        Ewald's alpha, 1/nm.
    """
    assert abs(charges.sum()) < 1e-12 * np.abs(charges).sum()
    vectors = lattice_vectors(box)
    near = _real(positions, charges, vectors, splitting)
    far = _reciprocal(positions, charges, vectors, splitting)
    own = -splitting / np.sqrt(np.pi) * charges @ charges
    return Sum(near.energy + far.energy + own, near.forces + far.forces)


def _real(x: FloatArray, q: FloatArray, vectors: FloatArray, alpha: float) -> Sum:
    cutoff = REACH / alpha
    fractions = x @ np.linalg.inv(vectors)
    x = x - np.floor(fractions) @ vectors
    shells = np.ceil(cutoff / face_distances(vectors)).astype(int)
    energy, forces = 0.0, np.zeros_like(x)
    for image in product(*(range(-n, n + 1) for n in shells)):
        apart = x[:, None] - x[None, :] - image @ vectors
        r = np.linalg.norm(apart, axis=2)
        i, j = np.nonzero((r > 0.0) & (r < cutoff))  # r is 0 for a charge and itself alone
        r, qq = r[i, j], q[i] * q[j]
        screened = erfc(alpha * r) / r
        energy += 0.5 * float(qq @ screened)
        slope = screened + 2.0 * alpha / np.sqrt(np.pi) * np.exp(-((alpha * r) ** 2))
        np.add.at(forces, i, (qq * slope / r**2)[:, None] * apart[i, j])
    return Sum(energy, forces)


def _reciprocal(x: FloatArray, q: FloatArray, vectors: FloatArray, alpha: float) -> Sum:
    volume, basis = np.linalg.det(vectors), 2.0 * np.pi * np.linalg.inv(vectors)
    longest = 2.0 * alpha * REACH
    fractions = x @ np.linalg.inv(vectors)
    # k = basis n is no longer than that where |n_a| <= longest |edge_a| / 2 pi.
    counts = (longest * np.linalg.norm(vectors, axis=1) / (2.0 * np.pi)).astype(int) + 1
    steps = [np.arange(-n, n + 1) for n in counts]
    waves = [
        np.exp(2j * np.pi * n[:, None] * f[None, :])
        for n, f in zip(steps, fractions.T, strict=True)
    ]
    energy, forces = 0.0, np.zeros_like(x)
    for first, along in zip(steps[0], waves[0], strict=True):
        n = np.stack(np.broadcast_arrays(first, steps[1][:, None], steps[2][None, :]), axis=-1)
        k = n @ basis.T
        squares = np.einsum("yzc,yzc->yz", k, k)
        kept = (squares > 0.0) & (squares <= longest**2)
        squares = np.where(kept, squares, 1.0)
        weight = kept * 4.0 * np.pi / volume * np.exp(-squares / (4.0 * alpha**2)) / squares
        structure = (waves[1] * (along * q)) @ waves[2].T
        energy += 0.5 * float((weight * np.abs(structure) ** 2).sum())
        for c in range(3):
            field = (weight * k[..., c] * structure.conj()) @ waves[2]
            forces[:, c] += q * (along * np.einsum("yn,yn->n", waves[1], field)).imag
    return Sum(energy, forces)


def whole_bodies(system: System, splitting: float | None = None) -> Forces:
    """Electrostatic energy without the bodies' own pairs, force and torque on each body.

    The same as an engine gives of a System without a pair table.
    """
    if splitting is None:  # both sums within a second for some hundred charges
        splitting = 1.5 * REACH / float(face_distances(lattice_vectors(system.box)).min())
    particles = lay_out(system)
    charged = np.flatnonzero(particles.charges)
    x, q = particles.positions[charged], particles.charges[charged]
    owners = particles.bodies[charged]
    found = point_charges(x, q, system.box, splitting)
    forces, torques = np.zeros((2, system.n_bodies, 3))
    np.add.at(forces, owners, found.forces)
    # Forces between the charges of one body turn nothing: they act along the line between them.
    np.add.at(torques, owners, np.cross(x - system.positions[owners], found.forces))
    i, j = np.nonzero(np.triu(owners[:, None] == owners[None, :], 1))
    own = float((q[i] * q[j] / np.linalg.norm(x[i] - x[j], axis=1)).sum())
    return Forces(found.energy - own, forces, torques)
