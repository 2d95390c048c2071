"""Mixture of smooth distributions from which points of the bonded region are drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from janus_md.model.association.region import DIMENSIONS, BondedRegion
from janus_md.model.body import FloatArray

UNIFORM = 0.1
"""Share of points that are drawn uniformly, which keeps all of the region accessible."""

KERNELS = 64
"""Largest number of points of a population about which points are drawn."""

WIDTH = 0.45
"""Width of the distribution about each of them, in units of the spread of the population."""

FREEDOM = 6.0
"""Degrees of freedom of Student's distribution, whose tails are heavier than those of a normal one.
With six numbers, its density is an integer power."""


@dataclass(frozen=True)
class Kernels:
    """Equal multivariate distributions of Student about some points.

    Attributes
    ----------
    centres : ndarray, shape (K, 6)
        Their middles.
    root : ndarray, shape (6, 6)
        Cholesky factor of the shape.
    """

    centres: FloatArray
    root: FloatArray

    @classmethod
    def of(cls, population: FloatArray, rng: np.random.Generator) -> Kernels:
        """Return distributions that together are about that of a population."""
        chosen = rng.choice(len(population), min(KERNELS, len(population)), replace=False)
        shape = np.cov(_unwrapped(population).T) + 1e-10 * np.eye(DIMENSIONS)
        return cls(population[chosen], np.asarray(WIDTH * np.linalg.cholesky(shape)))

    def sample(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Draw points, of which some may be outside the region, shape (count, 6)."""
        centres = self.centres[rng.integers(len(self.centres), size=count)]
        scale = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, (count, 1)))
        points = centres + scale * rng.standard_normal((count, DIMENSIONS)) @ self.root.T
        points[:, 5] %= 1.0
        return points

    def density(self, points: FloatArray) -> FloatArray:
        """Return the density at points, shape (M,); the spin is periodic."""
        inverse = np.linalg.inv(self.root)
        centres = self.centres @ inverse.T
        total = np.zeros(len(points))
        for image in (-1.0, 0.0, 1.0):
            shifted = points.copy()
            shifted[:, 5] += image
            white = shifted @ inverse.T
            r2 = (white * white).sum(axis=1)[:, None] + (centres * centres).sum(axis=1)
            r2 -= 2.0 * white @ centres.T
            r2 /= FREEDOM
            r2 += 1.0
            r2 *= r2  # to the power of (FREEDOM + DIMENSIONS) / 2 = 6, faster than `**`
            total += (1.0 / (r2 * r2 * r2)).sum(axis=1)
        ln_norm = math.lgamma(0.5 * (FREEDOM + DIMENSIONS)) - math.lgamma(0.5 * FREEDOM)
        ln_norm -= 0.5 * DIMENSIONS * math.log(FREEDOM * math.pi)
        ln_norm -= float(np.log(np.diagonal(self.root)).sum())
        return np.asarray(math.exp(ln_norm) / len(self.centres) * total)


@dataclass(frozen=True)
class Mixture:
    """Uniform distribution and kernels of all populations, with equal shares of the latter.

    Every number of points is a fixed share of the total (stratified), and the density is that of
    the whole mixture: the balance heuristic, or deterministic mixture (Veach and Guibas, Proc.
    SIGGRAPH 419, 1995; Owen and Zhou, J. Am. Stat. Assoc. 95, 135, 2000).
    """

    region: BondedRegion
    kernels: Sequence[Kernels]

    def sample(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Draw about `count` points, shape (M, 6), some of them outside the region."""
        uniform, each = self._counts(count)
        drawn = [one.sample(rng, each) for one in self.kernels]
        return np.concatenate([self.region.sample(rng, uniform), *drawn])

    def density(self, points: FloatArray, count: int) -> FloatArray:
        """Return the density of the points of :meth:`sample` relative to uniform, shape (M,)."""
        uniform, each = self._counts(count)
        total = np.full(len(points), uniform / self.region.extent)
        for one in self.kernels:
            total += each * one.density(points)
        return np.asarray(total * self.region.extent / (uniform + each * len(self.kernels)))

    def _counts(self, count: int) -> tuple[int, int]:
        """Points drawn uniformly, and points drawn from each population."""
        each = max(1, round((1.0 - UNIFORM) * count / max(len(self.kernels), 1)))
        return max(1, round(UNIFORM * count)), each


def _unwrapped(population: FloatArray) -> FloatArray:
    """Return points whose spins are within half a period of their circular mean."""
    phases = np.exp(2j * math.pi * population[:, 5])
    middle = float(np.angle(phases.mean())) / (2.0 * math.pi)
    found = population.copy()
    found[:, 5] = (population[:, 5] - middle + 0.5) % 1.0 + middle - 0.5
    return found
