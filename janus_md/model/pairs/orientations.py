"""Relative orientations of two bodies a distance apart, to average a pair function over.

The first body may be turned about the line between the two centres at will, so five numbers are
left, or three where both are bodies of revolution. All of them are taken from 0 to 1, with every
value as likely as any other: half of one plus the cosine of either tilt, and azimuths in turns.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import rowan

from janus_md.model.body import FloatArray

SETS, LOG2_POINTS = 8, 6
"""Independent sets of quasi-random orientations; points in each, a power of 2, each of which
stands for the twelve orientations of :func:`_tetrahedral`."""

Turns = tuple[FloatArray, FloatArray]
"""Unit quaternions (w, x, y, z) of the first and of the second body, (M, 4) each."""


def turned(numbers: FloatArray) -> Turns:
    """Return the orientations that three or five numbers from 0 to 1 stand for.

    Parameters
    ----------
    numbers : ndarray, shape (M, 3) or (M, 5)
        Tilt of the first body and of the second, azimuth between them; then their spins.
    """
    cosines = 2.0 * numbers[:, :2] - 1.0
    azimuth, *spins = 2.0 * math.pi * numbers[:, 2:].T
    still = np.zeros_like(azimuth)
    spin_a, spin_b = spins or (still, still)
    return _turned(cosines[:, 0], still, spin_a), _turned(cosines[:, 1], azimuth, spin_b)


def numbers_of(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return numbers that :func:`turned` makes orientations relative to each other of, (M, 5)."""
    a, b = rowan.to_matrix(first), rowan.to_matrix(second)

    def share(y: FloatArray, x: FloatArray) -> FloatArray:
        return np.asarray(np.arctan2(y, x) / (2.0 * math.pi) % 1.0)

    azimuth = share(b[:, 1, 2], b[:, 0, 2]) - share(a[:, 1, 2], a[:, 0, 2])
    spins = [share(m[:, 2, 1], -m[:, 2, 0]) for m in (a, b)]
    tilts = [0.5 * (1.0 + m[:, 2, 2]) for m in (a, b)]
    return np.stack([*tilts, azimuth % 1.0, *spins], axis=1)


@lru_cache(maxsize=2)
def revolution_rule(order: int) -> tuple[Turns, FloatArray]:
    """Orientations of bodies of revolution and their weights, which add to 1.

    Gauss and Legendre's nodes in the cosine of either tilt; even ones in half a turn between
    them, since the other half mirrors it.

    Parameters
    ----------
    order : int
        Nodes in either tilt; half of them in the azimuth.
    """
    x, w = np.polynomial.legendre.leggauss(order)
    azimuths = order // 2
    between = 0.5 * (np.arange(azimuths) + 0.5) / azimuths
    nodes = np.meshgrid(0.5 * (1.0 + x), 0.5 * (1.0 + x), between, indexing="ij")
    share = np.multiply.outer(np.multiply.outer(w, w), np.full(azimuths, 0.25 / azimuths))
    return turned(np.stack([one.ravel() for one in nodes], axis=1)), share.ravel()


def random_set(seed: int) -> tuple[Turns, FloatArray]:
    """One of the sets of quasi-random orientations and the weights, all the same.

    With each orientation of the second body come those by the turns of a tetrahedron, which leave
    no dipole and no quadrupole on the average: without them, dipoles far apart would seem to
    attract or to repel.
    """
    from scipy.stats import qmc

    first, second = turned(qmc.Sobol(5, seed=seed).random_base2(LOG2_POINTS))
    group = _tetrahedral()
    all_second = rowan.multiply(second[:, None], group[None]).reshape(-1, 4)
    count = len(all_second)
    return (np.repeat(first, len(group), axis=0), all_second), np.full(count, 1.0 / count)


def _tetrahedral() -> FloatArray:
    """Quaternions of the twelve turns that leave a tetrahedron as it is."""
    signs = np.array(np.meshgrid([1.0, -1.0], [1.0, -1.0], [1.0, -1.0])).reshape(3, -1).T
    thirds = 0.5 * np.column_stack([np.ones(8), signs])
    return np.concatenate([np.eye(4), thirds])


def _turned(cosine: FloatArray, azimuth: FloatArray, spin: FloatArray) -> FloatArray:
    """Quaternions R_z(azimuth) R_y(tilt) R_z(spin), shape (M, 4)."""
    half = 0.5 * np.arccos(cosine)
    plus, minus = 0.5 * (azimuth + spin), 0.5 * (azimuth - spin)
    return np.stack(
        [
            np.cos(half) * np.cos(plus),
            -np.sin(half) * np.sin(minus),
            np.sin(half) * np.cos(minus),
            np.cos(half) * np.sin(plus),
        ],
        axis=1,
    )
