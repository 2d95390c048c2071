"""Region of positions and orientations in which two bodies are bonded head to tail."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import rowan

from janus_md.model.body import BondCriterion, FloatArray


@dataclass(frozen=True)
class BondedRegion:
    """Places of body B that is bonded by its tail to the head of body A, in the frame of A.

    The centres are closer than `distance`, and the z axes of both bodies make an angle below
    `angle` with the vector from A to B: the bond criterion of the analysis.

    Attributes
    ----------
    distance : float
        nm.
    angle : float
        Degrees, above 0, at most 180 (all directions).
    """

    distance: float
    angle: float

    @classmethod
    def of(cls, *criteria: BondCriterion) -> BondedRegion:
        """Return the region of the largest distance and the largest angle of these criteria."""
        return cls(max(one.distance for one in criteria), max(one.angle for one in criteria))

    @property
    def volume(self) -> float:
        """Integral of 1 over the region: over positions, averaged over orientations, nm^3."""
        cap = 0.5 * (1.0 - self._cosine)
        return 4.0 / 3.0 * math.pi * self.distance**3 * cap**2

    @property
    def _cosine(self) -> float:
        return math.cos(math.radians(self.angle))

    def sample(self, rng: np.random.Generator, count: int) -> tuple[FloatArray, FloatArray]:
        """Draw independent uniform points.

        Returns
        -------
        vectors : ndarray, shape (count, 3)
            From the centre of A to that of B, nm.
        orientations : ndarray, shape (count, 4)
            Unit quaternions of B.
        """
        directions = self._in_cap(rng, count)
        radii = self.distance * np.cbrt(rng.random(count))
        spins = rowan.from_axis_angle([0.0, 0.0, 1.0], 2.0 * math.pi * rng.random(count))
        # B: spun about its axis, tilted against +z, then +z turned to the direction of the bond.
        along = rowan.multiply(_from_z(directions), _from_z(self._in_cap(rng, count)))
        return radii[:, None] * directions, np.asarray(rowan.multiply(along, spins))

    def contains(self, vectors: FloatArray, axes: FloatArray) -> np.ndarray:
        """Return which points are in the region, shape (M,).

        Parameters
        ----------
        vectors : ndarray, shape (M, 3)
            From the centre of A to that of B, nm.
        axes : ndarray, shape (M, 3)
            z axis of B.
        """
        length = np.sqrt(np.einsum("mi,mi->m", vectors, vectors))
        edge = self._cosine * length
        along = np.einsum("mi,mi->m", vectors, axes)
        return np.asarray((length < self.distance) & (vectors[:, 2] >= edge) & (along >= edge))

    def _in_cap(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Draw unit vectors within `angle` of +z, shape (count, 3)."""
        z = 1.0 - (1.0 - self._cosine) * rng.random(count)
        azimuth = 2.0 * math.pi * rng.random(count)
        across = np.sqrt(np.maximum(1.0 - z * z, 0.0))
        return np.stack([across * np.cos(azimuth), across * np.sin(azimuth), z], axis=1)


def _from_z(directions: FloatArray) -> FloatArray:
    """Quaternions of the shortest rotations of +z to unit vectors, shape (M, 4)."""
    x, y, z = directions.T
    half = np.sqrt(np.maximum(0.5 * (1.0 + z), 1e-30))
    return np.stack([half, -0.5 * y / half, 0.5 * x / half, 0.0 * z], axis=1)
