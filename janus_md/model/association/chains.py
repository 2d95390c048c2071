"""Equilibrium of chains of several kinds of bodies, each with one head and one tail.

In an ideal mixture the head of kind i is free with the probability h_i, and its tail with t_i:

    h_i = 1 / (1 + sum_j K_ij rho_j t_j),    t_j = 1 / (1 + sum_i K_ij rho_i h_i),

where rho_i are number densities and K_ij is the association constant of the head of i with the tail
of j. The density of bonds from i to j is ``K_ij rho_i h_i rho_j t_j``. These are the equations of
mass action of Wertheim's first-order theory for bodies with two sites (M. S. Wertheim, J. Stat.
Phys. 42, 459, 1986; Chapman, Jackson and Gubbins, Mol. Phys. 65, 1057, 1988). Of one kind, the mean
length is that of isodesmic association, ``(1 + sqrt(1 + 4 K rho)) / 2``. Rings, interactions of
bodies that are not bonded, and cooperativity are neglected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from janus_md.model.body import FloatArray

TOLERANCE = 1e-10
"""Largest relative residual of the equations of mass action."""


@dataclass(frozen=True)
class ChainEquilibrium:
    """Equilibrium of a mixture of chains.

    Attributes
    ----------
    free_heads, free_tails : ndarray, shape (kinds,)
        Share of the bodies of each kind whose head or tail is free.
    bonds : ndarray, shape (kinds, kinds)
        Number density of the bonds from the head of one kind to the tail of another, 1/nm^3.
    mean_length : float
        Mean length of chains by number, single bodies included.
    """

    free_heads: FloatArray
    free_tails: FloatArray
    bonds: FloatArray
    mean_length: float

    @property
    def unlike_share(self) -> float:
        """Share of the bonds that join different kinds; NaN without bonds."""
        total = float(self.bonds.sum())
        return 1.0 - float(np.trace(self.bonds)) / total if total > 0.0 else float("nan")


def chain_equilibrium(constants: ArrayLike, densities: ArrayLike) -> ChainEquilibrium:
    """Solve the equations of mass action.

    Parameters
    ----------
    constants : array_like, shape (kinds, kinds)
        Association constants, head of the first index with tail of the second, nm^3.
    densities : array_like, shape (kinds,)
        Number densities of the bodies, 1/nm^3.

    Raises
    ------
    ValueError
        If a constant or a density is negative or not finite, or all densities are 0.
    """
    k, rho = np.asarray(constants, float), np.asarray(densities, float)
    for array in (k, rho):
        if not np.all(np.isfinite(array) & (array >= 0.0)):
            raise ValueError(f"constants and densities must be finite and at least 0, not {array}")
    total = float(rho.sum())
    if not total > 0.0:
        raise ValueError("all densities are 0")
    by_head, by_tail = k * rho, k.T * rho  # sum over tails, and over heads
    heads, tails = _solved(by_head, by_tail)
    bonds = k * np.multiply.outer(rho * heads, rho * tails)
    # of free heads, one for each chain: no loss of digits where few are free
    return ChainEquilibrium(heads, tails, bonds, total / float(rho @ heads))


def _solved(by_head: FloatArray, by_tail: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the shares of free heads and tails, by Newton's method in their logarithms."""
    count = len(by_head)
    strength = max(float(by_head.max()), float(by_tail.max()), 1e-300)
    start = (np.sqrt(1.0 + 4.0 * strength) - 1.0) / (2.0 * strength) if strength > 1e-8 else 1.0
    logs = np.full(2 * count, np.log(start))

    def residual(logs: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        heads, tails = np.exp(logs[:count]), np.exp(logs[count:])
        first, second = by_head * tails, by_tail * heads
        sums = 1.0 + np.concatenate([first.sum(axis=1), second.sum(axis=1)])
        return logs + np.log(sums), first / sums[:count, None], second / sums[count:, None]

    miss, first, second = residual(logs)
    for _ in range(200):
        if float(np.abs(miss).max()) < TOLERANCE:
            break
        jacobian = np.block([[np.eye(count), first], [second, np.eye(count)]])
        step = -np.linalg.lstsq(jacobian, miss, rcond=None)[0]
        size = min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        while True:
            trial = np.minimum(logs + size * step, 0.0)
            missed = residual(trial)
            if np.abs(missed[0]).max() < np.abs(miss).max() or size < 1e-6:
                break
            size *= 0.5
        logs, (miss, first, second) = trial, missed
    return np.exp(logs[:count]), np.exp(logs[count:])
