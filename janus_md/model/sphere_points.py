"""Points on a sphere, and the roughness of a surface of beads."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from janus_md.common.arrays import FloatArray

MAX_BEADS = 2000
"""Largest number of beads of a shape."""


def fibonacci(n: int) -> FloatArray:
    """Return n evenly distributed points on the unit sphere in descending order of z, shape (n, 3).

    A golden-angle spiral (Swinbank and Purser, Q. J. R. Meteorol. Soc. 132, 1769, 2006).
    """
    k = np.arange(n)
    z = 1.0 - (2.0 * k + 1.0) / n
    across = np.sqrt(1.0 - z * z)
    angle = math.pi * (3.0 - math.sqrt(5.0)) * k
    return np.column_stack([across * np.cos(angle), across * np.sin(angle), z])


def threefold(n: int) -> FloatArray:
    """Return n evenly distributed points with a threefold axis along z, shape (n, 3).

    They are three golden-angle spirals, each turned by 120 degrees against the one before, in
    descending order of z. With equal beads on them, z is a principal axis of inertia, which it is
    not with the points of one spiral.

    Parameters
    ----------
    n : int
        A multiple of 3.
    """
    k = np.repeat(np.arange(n // 3), 3)
    z = 1.0 - (6.0 * k + 3.0) / n
    across = np.sqrt(1.0 - z * z)
    golden = 0.5 * (3.0 - math.sqrt(5.0))
    angle = 2.0 * math.pi / 3.0 * (golden * k % 1.0 + np.arange(n) % 3)
    return np.column_stack([across * np.cos(angle), across * np.sin(angle), z])


def deepest_hole(points: FloatArray, share: float) -> float:
    """Depth of the deepest hole in a ball covered with beads, relative to its radius.

    Beads touch the surface of the ball from inside. The holes are deepest at the vertices of the
    Voronoi diagram of their directions. At an angle p from the nearest bead, whose radius is the
    share s of the radius of the ball, the surface is
    ``(1 - s) cos p + sqrt(s^2 - (1 - s)^2 sin^2 p)`` radii from the centre.

    Parameters
    ----------
    points : ndarray, shape (N, 3)
        Directions of the beads, unit vectors, 4 at least.
    share : float
        Radius of a bead relative to that of the ball.

    Returns
    -------
    float
        Relative depth; 1 if a hole reaches the centre.
    """
    from scipy.spatial import SphericalVoronoi

    cosine = float((SphericalVoronoi(points).vertices @ points.T).max(axis=1).min())
    left = share**2 - (1.0 - share) ** 2 * (1.0 - cosine**2)
    return 1.0 if left < 0.0 else 1.0 - (1.0 - share) * cosine - math.sqrt(left)


@lru_cache(maxsize=64)
def shell_beads(radius: float, bead_radius: float, roughness: float) -> int:
    """Smallest number of beads on a ball for a given roughness, on the points of :func:`threefold`.

    Parameters
    ----------
    radius, bead_radius : float
        Radii of the ball and of a bead, in the same unit.
    roughness : float
        Depth of the deepest hole relative to the radius of the ball.

    Returns
    -------
    int
        A multiple of 3.

    Raises
    ------
    ValueError
        If the bead is larger than the ball or more than :data:`MAX_BEADS` are needed.
    """
    share = bead_radius / radius
    if share >= 1.0:
        raise ValueError("bead_diameter: it must be smaller than the diameter of the ball")
    low, high = 2, 4  # triples
    while deepest_hole(threefold(3 * high), share) > roughness:
        low, high = high, checked(6 * high) // 3
    while high - low > 1:  # the depth decreases with the number, apart from small fluctuations
        middle = (low + high) // 2
        if deepest_hole(threefold(3 * middle), share) > roughness:
            low = middle
        else:
            high = middle
    return 3 * high


def row_step(bead_radius: float, roughness: float) -> float:
    """Distance of beads in a row for a given depth of the notches, relative to their radius.

    The notch between two beads a distance d apart is ``a - sqrt(a^2 - d^2 / 4)`` deep.
    """
    return 2.0 * bead_radius * math.sqrt(1.0 - (1.0 - roughness) ** 2)


def checked(number: int) -> int:
    """Return a number of beads.

    Raises
    ------
    ValueError
        If there are too many.
    """
    if number > MAX_BEADS:
        raise ValueError(
            f"roughness: {number} beads are needed; at most {MAX_BEADS} are allowed, use a larger "
            "roughness or larger beads"
        )
    return number
