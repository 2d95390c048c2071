"""Sampling of a pair energy over distances and orientations: averages and region of the minimum."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from janus_md.model.body import FloatArray
from janus_md.model.pairs.orientations import Turns, numbers_of, turned

Energy = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
"""Pair energy in kT for separations (M, 3) and orientations (M, 4) of the two bodies; infinite for
forbidden ones."""

FIRST, POINTS, ROUNDS = 16384, 1024, 24
"""Points in the first round of the search for the lowest energy, points in each later round, and
number of rounds."""

NEAR_LOWEST = 3.0
"""Largest energy above the minimum that counts as near it, kT."""

MIN_POINTS_NEAR, BOX_MARGIN = 8, 0.8
"""Points near the lowest energy that define the next box; half its width over their extent."""

SET_AGREEMENT = 1e-3
"""Two sets of orientations agree at a distance if their means differ by less than this fraction of
the error allowed in the integral."""


class Survey:
    """A pair energy and its sampled values.

    Parameters
    ----------
    energy : callable
        Pair energy in kT.
    dimensions : int
        Numbers that describe a relative orientation: 3 for bodies of revolution, else 5.
    touching : float
        Distance at which the bodies touch, nm.
    accuracy : float
        Accuracy of the integral, relative to ``touching^3`` or to its value.

    Attributes
    ----------
    evaluations : int
        Number of pair energies computed.
    """

    def __init__(self, energy: Energy, dimensions: int, touching: float, accuracy: float) -> None:
        self.evaluations = 0
        self._energy, self._dimensions = energy, dimensions
        self._touching, self._accuracy = touching, accuracy
        self._means: dict[float, FloatArray] = {}
        self._settled: set[float] = set()
        self._lowest, self._place = math.inf, np.full(1 + dimensions, 0.5)
        self._lows: dict[int, tuple[Turns, FloatArray]] = {}

    def mean_mayer(self, r: float, turns: Turns, share: FloatArray) -> FloatArray:
        """Averages of ``f = exp(-u) - 1`` and of its binding part at a distance, shape (2,)."""
        if r in self._settled:
            return self._means[r]
        u = self._at(np.full(len(share), r), turns)
        # a reference to the rotations is kept, so that their id is not reused
        _, low = self._lows.setdefault(id(turns), (turns, np.full(len(share), np.inf)))
        np.minimum(low, u, out=low)
        best = int(np.argmin(u))
        if u[best] < self._lowest:
            self._lowest = float(u[best])
            a, b = (one[best : best + 1] for one in turns)
            self._place = np.concatenate([[r], numbers_of(a, b)[0, : self._dimensions]])
        mayer = _mayer(u)
        mean = np.array([share @ mayer, share @ _binding(mayer)])
        before = self._means.get(r) if self._dimensions == 3 else None  # sets may agree by chance
        if before is not None:
            size = max(float(np.abs(mean).max()), min(1.0, (self._touching / r) ** 4))
            if np.abs(mean - before).max() <= SET_AGREEMENT * self._accuracy * size:
                self._settled.add(r)
        self._means[r] = mean
        return mean

    def deepest_box(self, start: float, touching: float, end: float) -> float:
        """Contribution of the region around the lowest energy to the binding part, nm^3.

        The region is searched for in boxes, each around the points of the previous box that are
        near the lowest energy. The mean over a box, less twice its standard error, is a lower bound
        of the whole integral.

        Parameters
        ----------
        start, touching, end : float
            Range of distances of the first box, nm. Half of its points lie in the range up to
            `touching`.
        """
        rng = np.random.default_rng(0)
        low = np.concatenate([[start], np.zeros(self._dimensions)])
        high = np.concatenate([[end], np.ones(self._dimensions)])
        points = rng.uniform(low, high, (FIRST, len(low)))
        # patches are often centred on the axes, and bonds form near contact
        points[::2, 0] = rng.uniform(start, touching, len(points[::2]))
        tilts = points[::4, 1:3]
        tilts[:] = np.abs(np.round(tilts) - 10.0 ** rng.uniform(-4.0, 0.0, tilts.shape))
        half, most, volume = high - low, 0.0, math.inf
        for _ in range(ROUNDS):
            u = self._at(points[:, 0], turned(points[:, 1:]))
            if len(points) == POINTS:
                weight = _binding(_mayer(u)) * points[:, 0] ** 2
                mean, spread = float(weight.mean()), float(weight.std(ddof=1))
                bound = volume * (mean - 2.0 * spread / math.sqrt(POINTS))
                most = max(most, 2.0 * math.pi * bound)
            best = int(np.argmin(u))
            if u[best] < self._lowest:
                self._lowest, self._place = float(u[best]), points[best]
            fitting = points[u <= self._lowest + NEAR_LOWEST]
            if len(fitting) >= MIN_POINTS_NEAR:
                middle = 0.5 * (fitting.min(axis=0) + fitting.max(axis=0))
                half = np.minimum(BOX_MARGIN * np.ptp(fitting, axis=0), high - low) + 1e-12
            else:
                middle, half = self._place, 0.5 * half
            floor, ceiling = middle - half, middle + half
            floor[:3], ceiling[:3] = np.maximum(floor, low)[:3], np.minimum(ceiling, high)[:3]
            turns = ceiling[3:] - floor[3:]
            ceiling[3:] = floor[3:] + np.minimum(turns, 1.0)  # azimuths are periodic
            volume = float(np.prod(ceiling - floor))
            points = rng.uniform(floor, ceiling, (POINTS, len(low)))
        return most

    def orientations_near_lowest(self) -> int:
        """Sampled orientations whose energy is near the minimum at some distance."""
        return sum(
            int(np.count_nonzero(low <= self._lowest + NEAR_LOWEST))
            for _, low in self._lows.values()
        )

    def _at(self, distances: FloatArray, turns: Turns) -> FloatArray:
        along = np.zeros((len(distances), 3))
        along[:, 2] = distances
        self.evaluations += len(along)
        return self._energy(along, *turns)


def _mayer(u: FloatArray) -> FloatArray:
    with np.errstate(over="ignore"):  # infinite if the energy has no lower bound
        return np.asarray(np.expm1(-u))


def _binding(mayer: FloatArray) -> FloatArray:
    """``f^2 / (1 + f)`` for positive f: close to f for a bond, and to f^2 for a weak tail."""
    positive = np.maximum(mayer, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(positive / (1.0 + 1.0 / positive))
