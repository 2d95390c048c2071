"""Sums over the sites of two rigid bodies, for :mod:`janus_md.model.pairs.energy`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.interactions.table import Kinds, PairTable, Row, layers, sorted_pairs, wca_table
from janus_md.model.interactions.term import TERMS, PairTerm
from janus_md.model.units import COULOMB

Rows = tuple[tuple[Kinds, tuple[Row, ...]], ...]
"""A hashable pair table."""


class SiteSums:
    """Interaction terms of two bodies, prepared for many pairs."""

    def __init__(
        self,
        body_a: RigidBody,
        body_b: RigidBody,
        relative_permittivity: float,
        pairs: PairTable | None = None,
        cutoff: CoulombCutoff | None = None,
    ) -> None:
        self._cutoff = cutoff
        self._beads = bead_table(body_a, body_b, pairs)
        charged_a, charged_b = np.flatnonzero(body_a.charges), np.flatnonzero(body_b.charges)
        self._charged = (body_a.positions[charged_a], body_b.positions[charged_b])
        self._products = (COULOMB / relative_permittivity) * np.multiply.outer(
            body_a.charges[charged_a], body_b.charges[charged_b]
        )
        self.pairs = max(1, self._beads.size + self._products.size)

    def energy(self, r: FloatArray, turn_a: FloatArray, turn_b: FloatArray) -> FloatArray:
        """Energies, shape (M,), kJ/mol."""
        beads, coulomb = self.energies(r, turn_a, turn_b)
        return beads + coulomb

    def energies(
        self, r: FloatArray, turn_a: FloatArray, turn_b: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Energies of the pair table and of the charges, each of shape (M,), kJ/mol."""
        found = []
        for kind, (a, b) in enumerate(self._sites(turn_a, turn_b)):
            ends = b + r[:, None]
            # |e - a|^2 expanded: a matrix product is cheaper than all differences
            r2 = np.einsum("mai,mai->ma", a, a)[:, :, None]
            r2 = r2 + np.einsum("mbi,mbi->mb", ends, ends)[:, None]
            r2 -= 2.0 * (a @ ends.transpose(0, 2, 1))
            u = self._beads.energy(r2) if kind == 0 else self._coulomb(r2, r)[0]
            found.append(u.sum(axis=(1, 2)))
        return found[0], found[1]

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
                u, f_over_r = self._coulomb(r2, r)
            f = f_over_r[..., None] * vectors  # on the site of b
            energy += u.sum(axis=(1, 2))
            force += f.sum(axis=(1, 2))
            torque_a -= np.cross(a, f.sum(axis=2)).sum(axis=1)
            torque_b += np.cross(b, f.sum(axis=1)).sum(axis=1)
        return energy, force, torque_a, torque_b

    def _coulomb(self, r2: FloatArray, r: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Energies and forces over distances of the charges, shape (M, A, B)."""
        if self._cutoff is None:
            u = self._products / np.sqrt(r2)
            return u, u / r2
        u, f_over_r = self._cutoff.terms(r2, np.einsum("mi,mi->m", r, r))
        return self._products * u, self._products * f_over_r

    def _sites(self, turn_a: FloatArray, turn_b: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
        """Rotated sites of a and of b relative to their centres: the beads, then the charges."""
        kinds = ((self._beads.sites_a, self._beads.sites_b), self._charged)
        return [(a @ turn_a.transpose(0, 2, 1), b @ turn_b.transpose(0, 2, 1)) for a, b in kinds]


@dataclass(frozen=True, eq=False)
class Layer:
    """Rows of one functional form: parameters of every pair of beads, shape (A, B).

    Attributes
    ----------
    term : PairTerm
        The form.
    acts : ndarray of bool
        Whether the two beads have a row; otherwise their parameters are arbitrary.
    cutoff2 : ndarray
        Squares of the cutoffs, nm^2.
    parameters : dict of str to ndarray
        All other parameters.
    """

    term: PairTerm
    acts: NDArray[np.bool_]
    cutoff2: FloatArray
    parameters: dict[str, FloatArray]

    def energy(self, r2: FloatArray) -> FloatArray:
        """Energies at the squared distances, kJ/mol."""
        # clipped to the cutoff, where the shifted energy is 0: cheaper than selecting near pairs
        near = self.term.energy(np.minimum(r2, self.cutoff2), **self.parameters)
        return self.acts * (near - self.term.energy(self.cutoff2, **self.parameters))

    def force_over_distance(self, r2: FloatArray) -> FloatArray:
        """Forces over the distances, kJ/mol/nm^2; positive where the beads repel."""
        within = self.acts & (r2 < self.cutoff2)
        # beyond the cutoff the force is not used and may be NaN
        return within * self.term.force_over_distance(
            np.minimum(r2, self.cutoff2), **self.parameters
        )


@dataclass(frozen=True, eq=False)
class BeadTable:
    """Beads of a, shape (A, 3), and of b, shape (B, 3), and the terms between them.

    Attributes
    ----------
    sites_a, sites_b : ndarray
        Positions of the beads with a row, nm.
    layers : tuple of Layer
        Terms.
    reach : float
        Distance of the centres beyond which no term acts, nm.
    """

    sites_a: FloatArray
    sites_b: FloatArray
    layers: tuple[Layer, ...]
    reach: float

    @property
    def size(self) -> int:
        """Pair energies of two bodies."""
        return len(self.sites_a) * len(self.sites_b) * max(1, len(self.layers))

    def energy(self, r2: FloatArray) -> FloatArray:
        """Energies at the squared distances, shape (M, A, B), kJ/mol."""
        found = [layer.energy(r2) for layer in self.layers]
        return found[0] if len(found) == 1 else np.sum(found, axis=0) if found else 0.0 * r2

    def force_over_distance(self, r2: FloatArray) -> FloatArray:
        """Forces over the distances, kJ/mol/nm^2; positive where the beads repel."""
        found = [layer.force_over_distance(r2) for layer in self.layers]
        return found[0] if len(found) == 1 else np.sum(found, axis=0) if found else 0.0 * r2


def bead_table(body_a: RigidBody, body_b: RigidBody, pairs: PairTable | None) -> BeadTable:
    """Beads that interact and their rows of the pair table; None: the repulsion of all beads."""
    return _bead_table(body_a, body_b, hashable(pairs))


def hashable(pairs: PairTable | None) -> Rows | None:
    """Return a pair table as a key of a cache."""
    return None if pairs is None else tuple(sorted(sorted_pairs(pairs).items()))


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
    found = [(form, _layer(form, rows, *types)) for form, rows in layers(table)]
    used = tuple(layer for _, layer in found if layer is not None)
    far_a, far_b = (np.linalg.norm(one, axis=1) for one in sites)
    ends = [
        np.where(one.acts, far_a[:, None] + far_b[None] + np.sqrt(one.cutoff2), 0.0) for one in used
    ]
    reach = max((float(end.max(initial=0.0)) for end in ends), default=0.0)
    return BeadTable(sites[0], sites[1], used, reach)


def _layer(
    form: str, rows: dict[Kinds, Row], types_a: list[str], types_b: list[str]
) -> Layer | None:
    """Rows of a layer by pair of beads; None if no two of these beads have one."""
    pairs = [(min(s, t), max(s, t)) for s in types_a for t in types_b]
    acts = np.array([pair in rows for pair in pairs], bool)
    if not acts.any():
        return None
    some = next(rows[pair] for pair in pairs if pair in rows)
    shape = (len(types_a), len(types_b))
    columns = {
        name: np.array([rows.get(pair, some)[name] for pair in pairs], float).reshape(shape)
        for name in some.parameters
    }
    cutoff = columns.pop("cutoff")
    return Layer(TERMS.get(form), acts.reshape(shape), cutoff**2, columns)
