"""Sums over the sites of two rigid bodies, for :mod:`janus_md.model.pairs.energy`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import LennardJones, wca_table
from janus_md.model.units import COULOMB

PairTable = Mapping[tuple[str, str], LennardJones]
"""Rows by sorted pair of type names, as a system's interactions hold them."""

Rows = tuple[tuple[tuple[str, str], LennardJones], ...]


class PairTerms:
    """The terms of two bodies, ready for many pairs of them."""

    def __init__(
        self,
        body_a: RigidBody,
        body_b: RigidBody,
        relative_permittivity: float,
        pairs: PairTable | None = None,
    ) -> None:
        self._beads = bead_table(body_a, body_b, pairs)
        charged_a, charged_b = np.flatnonzero(body_a.charges), np.flatnonzero(body_b.charges)
        self._charged = (body_a.positions[charged_a], body_b.positions[charged_b])
        self._products = (COULOMB / relative_permittivity) * np.multiply.outer(
            body_a.charges[charged_a], body_b.charges[charged_b]
        )
        self.pairs = max(1, self._beads.epsilon.size + self._products.size)

    def energy(self, r: FloatArray, turn_a: FloatArray, turn_b: FloatArray) -> FloatArray:
        """Energies, shape (M,), kJ/mol."""
        total = np.zeros(len(r))
        for kind, (a, b) in enumerate(self._sites(turn_a, turn_b)):
            ends = b + r[:, None]
            # |e - a|^2 term by term: a product of matrices is cheaper than all the differences
            r2 = np.einsum("mai,mai->ma", a, a)[:, :, None]
            r2 = r2 + np.einsum("mbi,mbi->mb", ends, ends)[:, None]
            r2 -= 2.0 * (a @ ends.transpose(0, 2, 1))
            u = self._beads.energy(r2) if kind == 0 else self._products / np.sqrt(r2)
            total += u.sum(axis=(1, 2))
        return total

    def forces(
        self, r: FloatArray, turn_a: FloatArray, turn_b: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Energies, forces on b, torques on a and on b, as in ``PairForces``."""
        energy, force = np.zeros(len(r)), np.zeros((len(r), 3))
        torque_a, torque_b = np.zeros((len(r), 3)), np.zeros((len(r), 3))
        for kind, (a, b) in enumerate(self._sites(turn_a, turn_b)):
            vectors = r[:, None, None] + b[:, None, :] - a[:, :, None]
            r2 = np.einsum("mabi,mabi->mab", vectors, vectors)
            if kind == 0:
                u, f_over_r = self._beads.energy(r2), self._beads.force_over_distance(r2)
            else:
                u = self._products / np.sqrt(r2)
                f_over_r = u / r2
            f = f_over_r[..., None] * vectors  # on the site of b
            energy += u.sum(axis=(1, 2))
            force += f.sum(axis=(1, 2))
            torque_a -= np.cross(a, f.sum(axis=2)).sum(axis=1)
            torque_b += np.cross(b, f.sum(axis=1)).sum(axis=1)
        return energy, force, torque_a, torque_b

    def _sites(self, turn_a: FloatArray, turn_b: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
        """Sites of a and of b from their own centres, turned: the beads, then the charges."""
        kinds = ((self._beads.sites_a, self._beads.sites_b), self._charged)
        return [(a @ turn_a.transpose(0, 2, 1), b @ turn_b.transpose(0, 2, 1)) for a, b in kinds]


@dataclass(frozen=True, eq=False)
class BeadTable:
    """Beads of a, shape (A, 3), and of b, (B, 3); parameters of every pair of them, (A, B)."""

    sites_a: FloatArray
    sites_b: FloatArray
    epsilon: FloatArray
    sigma2: FloatArray
    cutoff2: FloatArray

    def energy(self, r2: FloatArray) -> FloatArray:
        """Energies at the squared distances, kJ/mol."""
        # held at the cutoff, where the shifted energy is 0: cheaper than picking the near pairs
        return self._unshifted(np.minimum(r2, self.cutoff2)) - self._unshifted(self.cutoff2)

    def force_over_distance(self, r2: FloatArray) -> FloatArray:
        """Forces over the distances, kJ/mol/nm^2; positive where the beads repel."""
        s2 = self.sigma2 / r2
        s6 = s2 * s2 * s2
        return (r2 < self.cutoff2) * (24.0 * self.epsilon * s6 * (2.0 * s6 - 1.0) / r2)

    def _unshifted(self, r2: FloatArray) -> FloatArray:
        s2 = self.sigma2 / r2
        s6 = s2 * s2 * s2
        return 4.0 * self.epsilon * s6 * (s6 - 1.0)


def bead_table(body_a: RigidBody, body_b: RigidBody, pairs: PairTable | None) -> BeadTable:
    """Beads that interact and their rows of the pair table; None: the repulsion of all beads."""
    rows = None
    if pairs is not None:
        rows = tuple(sorted(((min(pair), max(pair)), row) for pair, row in pairs.items()))
    return _bead_table(body_a, body_b, rows)


@lru_cache(maxsize=1024)
def _bead_table(body_a: RigidBody, body_b: RigidBody, rows: Rows | None) -> BeadTable:
    table = wca_table([body_a, body_b]) if rows is None else dict(rows)
    acting = {name for pair in table for name in pair}
    types, sites = [], []
    for body in (body_a, body_b):
        every = (body.name, *body.types)  # the central particle among them
        chosen = [k for k, name in enumerate(every) if name in acting]
        types.append([every[k] for k in chosen])
        sites.append(np.vstack([np.zeros(3), body.positions])[chosen])
    nothing = LennardJones(0.0, 1.0, 1.0)
    found = [table.get((min(s, t), max(s, t)), nothing) for s in types[0] for t in types[1]]
    columns = np.array([(p.epsilon, p.sigma**2, p.cutoff**2) for p in found], float)
    shaped = columns.reshape(len(types[0]), len(types[1]), 3)
    return BeadTable(sites[0], sites[1], shaped[..., 0], shaped[..., 1], shaped[..., 2])
