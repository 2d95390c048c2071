"""Region of positions and orientations in which two bodies are bonded head to tail."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from janus_md.model.body import BondCriterion, FloatArray

DIMENSIONS = 6
"""Numbers of a point: distance, tilt of A and tilt of B (two each), spin of B."""

Placement = tuple[FloatArray, FloatArray, FloatArray]
"""Vectors from A to B, nm, shape (M, 3), and unit quaternions of A and of B, shape (M, 4)."""


@dataclass(frozen=True)
class BondedRegion:
    """Places of a body B that is bonded by its tail to the head of a body A.

    The centres are closer than `distance`, and the z axes of both bodies make an angle below
    `angle` with the vector from A to B: the bond criterion of the analysis.

    A point has six numbers: the cube of the distance in units of the largest one; two numbers of a
    unit disc for the tilt of each axis against that vector (Lambert's azimuthal equal-area
    projection of the cap); and the spin of B relative to A in units of the period. Equal volumes of
    these numbers are equal volumes of positions and orientations.

    Attributes
    ----------
    distance : float
        nm.
    angle : float
        Degrees, above 0, at most 180 (all directions).
    fold : int
        n of the n-fold symmetry of B about its axis, 1 without symmetry. The spin is that of one
        period.
    """

    distance: float
    angle: float
    fold: int = 1

    @classmethod
    def of(cls, *criteria: BondCriterion, fold: int = 1) -> BondedRegion:
        """Return the region of the largest distance and the largest angle of these criteria."""
        distance, angle = max(c.distance for c in criteria), max(c.angle for c in criteria)
        return cls(distance, angle, max(fold, 1))

    @property
    def cap(self) -> float:
        """Share of all directions that are within `angle` of one."""
        return 0.5 * (1.0 - math.cos(math.radians(self.angle)))

    @property
    def volume(self) -> float:
        """Integral of 1: over positions, averaged over orientations, nm^3."""
        return 4.0 / 3.0 * math.pi * self.distance**3 * self.cap**2

    @property
    def extent(self) -> float:
        """Volume of the numbers of all points: that of two unit discs."""
        return math.pi**2

    def sample(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Draw independent uniform points, shape (count, 6)."""
        points = rng.random((count, DIMENSIONS))
        for k in (1, 3):
            radius, azimuth = np.sqrt(points[:, k]), 2.0 * math.pi * points[:, k + 1]
            points[:, k], points[:, k + 1] = radius * np.cos(azimuth), radius * np.sin(azimuth)
        return points

    def contains(self, points: FloatArray) -> np.ndarray:
        """Return which points are in the region, shape (M,)."""
        tilts = points[:, 1:5].reshape(-1, 2, 2)
        inside = (np.einsum("mki,mki->mk", tilts, tilts) < 1.0).all(axis=1)
        return np.asarray(inside & (points[:, 0] > 0.0) & (points[:, 0] < 1.0))

    def placed(self, points: FloatArray) -> Placement:
        """Return the places of the bodies: the vector along +z, A without spin."""
        vectors = np.zeros((len(points), 3))
        vectors[:, 2] = self.distance * np.cbrt(points[:, 0])
        half_spin = math.pi / self.fold * points[:, 5]
        first, second = self._tilted(points[:, 1:3]), self._tilted(points[:, 3:5])
        c, s = np.cos(half_spin), np.sin(half_spin)
        w, x, y, _ = second.T
        return vectors, first, np.stack([w * c, x * c + y * s, y * c - x * s, w * s], axis=1)

    def _tilted(self, disc: FloatArray) -> FloatArray:
        """Quaternions of the shortest rotations of +z into the cap, shape (M, 4)."""
        # The height below the pole is 2 cap |disc|^2, which is 2 sin^2 of half the tilt.
        x, y = math.sqrt(self.cap) * disc.T
        w = np.sqrt(np.maximum(1.0 - x * x - y * y, 0.0))
        return np.stack([w, -y, x, np.zeros_like(w)], axis=1)
