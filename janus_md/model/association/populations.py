"""Populations of points in the bonded region, from no interaction to the full one.

The first population is uniform. Then the beads grow to their size, and then the Coulomb interaction
is switched on, by way of each relative permittivity that is asked for. Every population chooses the
next state, such that a given share of its points is representative there; it is drawn again by its
weights and moved by Metropolis steps (adaptive sequential Monte Carlo: Del Moral, Doucet and Jasra,
J. R. Stat. Soc. B 68, 411, 2006).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from janus_md.model.association.region import DIMENSIONS, BondedRegion
from janus_md.model.body import FloatArray

Energies = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""Function that returns the energy of the beads and the Coulomb energy at a relative permittivity
of 1, both in kT and of shape (M,), for points of the region, shape (M, 6)."""

State = tuple[float, float]
"""Factors of the energy of the beads, and of the Coulomb energy (the inverse relative
permittivity). A small factor of a repulsion means small beads."""

FULL = 1.0

MOVES = 16
"""Metropolis steps in each state."""

OVERLAP = 0.5
"""Effective share of the points of a state that represents the next one."""

SMALLEST = 1e-13
"""Smallest factor of the energy of the beads; with it, beads have no extent worth mentioning."""

LARGEST = 1e12
"""Energy of overlapping beads above which larger energies are not told apart, kT."""

MAX_STATES = 80
"""Number of states that is never needed for an energy with a lower bound."""

SCALES = (0.03, 1.0)
"""Range of the length of Metropolis steps, in units of the spread of the population."""


class Endless(ValueError):
    """The energy has no lower bound."""


@dataclass
class _Population:
    """Points with their energies in kT."""

    points: FloatArray
    beads: FloatArray
    coulomb: FloatArray

    def weights(self, here: State, there: State) -> FloatArray:
        """Return the weights of the points in another state, relative to the largest one."""
        change = (there[0] - here[0]) * self.beads + (there[1] - here[1]) * self.coulomb
        return np.asarray(np.exp(change.min() - change))

    def take(self, chosen: np.ndarray) -> _Population:
        """Return the points with these indices."""
        return _Population(self.points[chosen], self.beads[chosen], self.coulomb[chosen])


def populations(
    energies: Energies,
    region: BondedRegion,
    couplings: Sequence[float],
    rng: np.random.Generator,
    count: int,
) -> list[FloatArray]:
    """Return the points of all states but the first one, each of shape (count, 6).

    Parameters
    ----------
    energies : callable
        Energies in kT.
    region : BondedRegion
        Bonded region.
    couplings : sequence of float
        Factors of the Coulomb energy, in ascending order.
    rng : numpy.random.Generator
        Random numbers.
    count : int
        Points of a population.

    Raises
    ------
    Endless
        If the energy has no lower bound.
    """
    points = region.sample(rng, count)
    now = _Population(points, *evaluated(energies, points))
    here: State = (0.0, 0.0)
    found: list[FloatArray] = []
    for goal in ((FULL, 0.0), *((FULL, one) for one in couplings if one > 0.0)):
        while here != goal:
            if len(found) >= MAX_STATES:
                raise Endless("the energy of the two bodies has no lower bound")
            before, here = here, _next(now, here, goal)
            now = now.take(_drawn(now.weights(before, here), rng))
            for _ in range(MOVES):
                _move(now, here, energies, region, rng)
            found.append(now.points.copy())
    return found


def evaluated(energies: Energies, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return both energies; those of overlapping bodies are limited, so that 0 times them is 0."""
    beads, coulomb = energies(points)
    return (
        np.minimum(np.nan_to_num(beads, nan=LARGEST, posinf=LARGEST), LARGEST),
        np.clip(np.nan_to_num(coulomb, nan=0.0), -LARGEST, LARGEST),
    )


def _next(now: _Population, here: State, goal: State) -> State:
    """Return the furthest state towards the goal of which enough points are representative."""
    low = math.log(max(here[0], SMALLEST))

    def at(x: float) -> State:
        if x == 1.0:
            return goal
        if here[0] < goal[0]:
            return math.exp(low * (1.0 - x)), here[1]
        return here[0], here[1] + x * (goal[1] - here[1])

    def surplus(x: float) -> float:
        weights = now.weights(here, at(x))
        return float(weights.sum() ** 2 / (weights @ weights)) / len(weights) - OVERLAP

    if surplus(1.0) >= 0.0:
        return goal
    return at(0.0 if surplus(0.0) <= 0.0 else float(brentq(surplus, 0.0, 1.0, xtol=1e-4)))


def _drawn(weights: FloatArray, rng: np.random.Generator) -> np.ndarray:
    """Return indices drawn by weights, evenly (systematic resampling)."""
    count = len(weights)
    reached = np.cumsum(weights) / weights.sum()
    places = (np.arange(count) + rng.random()) / count
    return np.minimum(np.searchsorted(reached, places), count - 1)


def _move(
    now: _Population,
    state: State,
    energies: Energies,
    region: BondedRegion,
    rng: np.random.Generator,
) -> None:
    """Try a Metropolis step of every point, of a random length and the shape of the population."""
    count = len(now.points)
    low, high = np.log(SCALES)
    # the spread may vanish along a number that does not matter
    spread = np.cov(now.points.T) + 1e-12 * np.eye(DIMENSIONS)
    lengths = np.exp(rng.uniform(low, high, (count, 1)))
    steps = lengths * rng.standard_normal((count, DIMENSIONS)) @ np.linalg.cholesky(spread).T
    points = now.points + steps
    points[:, 5] %= 1.0
    inside = np.flatnonzero(region.contains(points))
    beads, coulomb = evaluated(energies, points[inside])
    change = state[0] * (beads - now.beads[inside]) + state[1] * (coulomb - now.coulomb[inside])
    taken = rng.random(len(inside)) < np.exp(-np.maximum(change, 0.0))
    moved = inside[taken]
    now.points[moved] = points[moved]
    now.beads[moved], now.coulomb[moved] = beads[taken], coulomb[taken]
