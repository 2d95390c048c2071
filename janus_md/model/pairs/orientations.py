"""Relative orientations of two bodies at a distance, for averages of a pair function.

A common rotation about the line between the two centres has no effect, so five numbers describe
the orientations, or three if both are bodies of revolution. All of them are uniform from 0 to 1:
``(1 + cos(tilt)) / 2`` for each tilt, and azimuths in units of a full rotation.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import rowan

from janus_md.model.body import FloatArray

SETS, LOG2_POINTS = 8, 6
"""Number of independent sets of quasi-random orientations, and points in each, a power of 2. Each
point represents the twelve orientations of :func:`_tetrahedral`."""

Turns = tuple[FloatArray, FloatArray]
"""Unit quaternions (w, x, y, z) of the first and of the second body, (M, 4) each."""


def turned(numbers: FloatArray) -> Turns:
    """Return the orientations given by three or five numbers from 0 to 1.

    Parameters
    ----------
    numbers : ndarray, shape (M, 3) or (M, 5)
        Tilts of the first and the second body, the azimuth between them, then their spins.
    """
    cosines = 2.0 * numbers[:, :2] - 1.0
    azimuth, *spins = 2.0 * math.pi * numbers[:, 2:].T
    still = np.zeros_like(azimuth)
    spin_a, spin_b = spins or (still, still)
    return _turned(cosines[:, 0], still, spin_a), _turned(cosines[:, 1], azimuth, spin_b)


def numbers_of(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the numbers from which :func:`turned` gives relative orientations, shape (M, 5)."""
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

    Gauss-Legendre nodes in the cosine of each tilt; equidistant nodes in the azimuth between them,
    over half a rotation, since the other half is its mirror image.

    Parameters
    ----------
    order : int
        Nodes in each tilt; half as many in the azimuth.
    """
    x, w = np.polynomial.legendre.leggauss(order)
    azimuths = order // 2
    between = 0.5 * (np.arange(azimuths) + 0.5) / azimuths
    nodes = np.meshgrid(0.5 * (1.0 + x), 0.5 * (1.0 + x), between, indexing="ij")
    share = np.multiply.outer(np.multiply.outer(w, w), np.full(azimuths, 0.25 / azimuths))
    return turned(np.stack([one.ravel() for one in nodes], axis=1)), share.ravel()


def random_set(seed: int) -> tuple[Turns, FloatArray]:
    """Return one of the sets of quasi-random orientations and its equal weights.

    Each orientation of the second body is combined with the rotations of a tetrahedron, so that the
    average has no dipole and no quadrupole. Otherwise distant dipoles would appear to attract or to
    repel.
    """
    from scipy.stats import qmc

    first, second = turned(qmc.Sobol(5, seed=seed).random_base2(LOG2_POINTS))
    group = _tetrahedral()
    all_second = rowan.multiply(second[:, None], group[None]).reshape(-1, 4)
    count = len(all_second)
    return (np.repeat(first, len(group), axis=0), all_second), np.full(count, 1.0 / count)


def _tetrahedral() -> FloatArray:
    """Quaternions of the twelve rotations that map a tetrahedron onto itself."""
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
