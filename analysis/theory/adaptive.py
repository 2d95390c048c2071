"""Mean of exp(-u) over a unit cube, with adaptive sampling of sharply peaked integrands."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from janus_md.model.body import FloatArray

LOG2_POINTS = 14
"""Number of points of the uniform sampling, as a power of 2."""

MAX_POINTS_PER_EFFECTIVE = 50.0
"""Number of points per effective point above which adaptive sampling is used."""

ROUNDS, SKIPPED, LOG2_ROUND = 8, 4, 12
"""Number of rounds of the adaptive sampling, number of first rounds that only adapt the grid, and
number of points of a round as a power of 2."""

BINS, DAMPING, EVEN = 48, 0.7, 0.1
"""Bins of the grid along each direction, exponent that damps its adaptation, and the uniform
fraction of the sampling density, which keeps regions without points accessible."""

Exponent = Callable[[FloatArray], FloatArray]
"""Function that returns u at points of the cube, shape (M, D), in [0, 1)."""


def mean_exponential(u: Exponent, dimensions: int, seed: int = 0) -> float:
    """Average ``exp(-u)`` over the cube.

    Scrambled Sobol points sample the cube uniformly. If only few points contribute, importance
    sampling with an adaptive grid along each direction is used (VEGAS; Lepage, J. Comput. Phys. 27,
    192, 1978).
    """
    edges = np.tile(np.linspace(0.0, 1.0, BINS + 1), (dimensions, 1))
    weights, lowest, _ = _sampled(u, edges, seed, LOG2_POINTS)
    if (weights**2).mean() <= MAX_POINTS_PER_EFFECTIVE * weights.mean() ** 2:
        return float(weights.mean() * np.exp(-lowest))
    found = []
    for k in range(ROUNDS):
        weights, lowest, bins = _sampled(u, edges, ROUNDS * seed + k, LOG2_ROUND)
        found.append(weights.mean() * np.exp(-lowest))
        edges = np.stack([_refined(*one, weights) for one in zip(edges, bins.T, strict=True)])
    return float(np.mean(found[SKIPPED:]))


def _sampled(
    u: Exponent, edges: FloatArray, seed: int, log2: int
) -> tuple[FloatArray, float, np.ndarray]:
    """Return the weights of points over ``exp(-lowest)``, `lowest`, and the bins of the points."""
    from scipy.stats import qmc

    cube = BINS * qmc.Sobol(len(edges), seed=seed).random_base2(log2)
    bins = np.minimum(cube.astype(int), BINS - 1)
    direction = np.arange(len(edges))
    width = np.diff(edges, axis=1)[direction, bins]
    exponents = u(edges[direction, bins] + (cube - bins) * width)
    lowest = min(float(exponents.min()), 0.0)
    return np.exp(lowest - exponents) * np.prod(BINS * width, axis=1), lowest, bins


def _refined(edges: FloatArray, bins: np.ndarray, weights: FloatArray) -> FloatArray:
    """Refine the grid along one direction where weights are large; shape (BINS + 1,)."""
    squares = np.pad(np.bincount(bins, weights**2, BINS), 1, mode="edge")
    share = np.convolve(squares / squares.sum(), (0.25, 0.5, 0.25), mode="valid")
    share = np.clip(share, 1e-12, 1.0 - 1e-12)
    height = ((share - 1.0) / np.log(share)) ** DAMPING
    density = (1.0 - EVEN) * height / height.sum() + EVEN * np.diff(edges)
    reached = np.concatenate([[0.0], np.cumsum(density)])
    moved = np.interp(np.linspace(0.0, reached[-1], BINS + 1), reached, edges)
    moved[[0, -1]] = 0.0, 1.0
    return np.asarray(moved)
