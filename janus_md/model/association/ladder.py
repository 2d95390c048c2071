"""Ladder of states from no interaction to the full one, and Monte Carlo on all of its states.

The first state has no interaction: its points are uniform in the bonded region. Then the beads grow
to their size, and then the Coulomb interaction is switched on, by way of each relative permittivity
that is asked for. A population of walkers that goes down the ladder chooses the states in between,
such that a given share of the walkers is representative of the next state (adaptive sequential Monte
Carlo: Del Moral, Doucet and Jasra, J. R. Stat. Soc. B 68, 411, 2006).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from janus_md.model.association.region import BondedRegion
from janus_md.model.association.walkers import KINDS, Energies, States, Walkers, evaluated
from janus_md.model.body import FloatArray

PILOT = 512
"""Walkers that choose the ladder."""

PILOT_MOVES = 8
"""Moves of each kind in each state of the pilot."""

OVERLAP = 0.5
"""Effective share of the walkers of a state that represents the next one."""

SMALLEST = 1e-13
"""Smallest factor of the energy of the beads; with it, beads have no extent worth mentioning."""

MAX_STATES = 80
"""Number of states of a ladder that is never needed."""


@dataclass(frozen=True)
class Sampling:
    """Length of a Monte Carlo calculation.

    Attributes
    ----------
    walkers : int
        Walkers at each state.
    moves : int
        Moves of each walker after the equilibration.
    equilibration : int
        Moves of each walker before.
    every : int
        Moves between two samples and between two exchanges.
    repetitions : int
        Independent calculations, each with a ladder of its own.
    """

    walkers: int = 32
    moves: int = 2400
    equilibration: int = 480
    every: int = 4
    repetitions: int = 4


@dataclass(frozen=True)
class Samples:
    """Energies of the samples at all states.

    Attributes
    ----------
    states : States
        Ladder, S states.
    asked : list of int
        State of each coupling that was asked for.
    u_beads, u_coulomb : ndarray, shape (S, frames, walkers)
        kT.
    """

    states: States
    asked: list[int]
    u_beads: FloatArray
    u_coulomb: FloatArray


class Endless(ValueError):
    """The energy has no lower bound, or the ladder no end."""


def sample(
    energies: Energies,
    region: BondedRegion,
    couplings: Sequence[float],
    rng: np.random.Generator,
    sampling: Sampling,
) -> Samples:
    """Sample all states of a ladder with replica exchange (Swendsen and Wang, 1986).

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
    sampling : Sampling
        Length.

    Raises
    ------
    Endless
        If the energy has no lower bound.
    """
    walkers, asked = _started(energies, region, couplings, rng, sampling.walkers)
    count = len(walkers.states.beads)
    frames = sampling.moves // sampling.every
    found = np.empty((2, frames, count, sampling.walkers))
    for k in range(sampling.equilibration + sampling.every * frames):
        recorded = k - sampling.equilibration
        walkers.move(k % len(KINDS), adapt=recorded < 0)
        if (k + 1) % sampling.every == 0:
            turn = (k + 1) // sampling.every
            walkers.exchange(turn % 2)
            walkers.renew()
            if recorded >= 0:
                for one, u in zip(found, (walkers.u_beads, walkers.u_coulomb), strict=True):
                    one[recorded // sampling.every] = u.reshape(count, -1)
    u_beads, u_coulomb = found.transpose(0, 2, 1, 3)
    return Samples(walkers.states, asked, u_beads, u_coulomb)


def _started(
    energies: Energies,
    region: BondedRegion,
    couplings: Sequence[float],
    rng: np.random.Generator,
    per_state: int,
) -> tuple[Walkers, list[int]]:
    """Choose the ladder, and return walkers at all of its states and the states asked for."""
    vectors, orientations = region.sample(rng, PILOT)
    pilot = Walkers(
        region, energies, rng, States(np.zeros(1), np.zeros(1)), vectors, orientations,
        *evaluated(energies, vectors, orientations),
    )  # fmt: skip
    ladder: list[tuple[float, float]] = [(0.0, 0.0)]
    kept = [_some(pilot, per_state)]
    steps = [pilot.steps[:, 0].copy()]
    goals = [(1.0, 0.0), *((1.0, one) for one in couplings if one > 0.0)]
    asked_of = dict[float, int]()
    for goal in goals:
        while ladder[-1] != goal:
            if len(ladder) >= MAX_STATES:
                raise Endless("the energy of the pair has no lower bound")
            ladder.append(_next(pilot, ladder[-1], goal))
            _resample(pilot, ladder[-2], ladder[-1])
            pilot.states = States(*(np.array([one]) for one in ladder[-1]))
            for k in range(PILOT_MOVES * len(KINDS)):
                pilot.move(k % len(KINDS), adapt=True)
            kept.append(_some(pilot, per_state))
            steps.append(pilot.steps[:, 0].copy())
        asked_of[goal[1]] = len(ladder) - 1
    states = States(*(np.array(column) for column in zip(*ladder, strict=True)))
    places = [np.concatenate(column) for column in zip(*kept, strict=True)]
    walkers = Walkers(region, energies, rng, states, *places, steps=np.stack(steps, axis=1))
    return walkers, [asked_of[one] for one in couplings]


def _next(
    pilot: Walkers, here: tuple[float, float], goal: tuple[float, float]
) -> tuple[float, float]:
    """Return the furthest state towards the goal of which enough walkers are representative."""
    beads_grow = here[0] < goal[0]
    at: Callable[[float], tuple[float, float]]
    if beads_grow:
        low = np.log(max(here[0], SMALLEST))
        span = -low

        def at(x: float) -> tuple[float, float]:
            return (1.0 if x == 1.0 else float(np.exp(low + x * span)), here[1])

    else:

        def at(x: float) -> tuple[float, float]:
            return (here[0], goal[1] if x == 1.0 else here[1] + x * (goal[1] - here[1]))

    def surplus(x: float) -> float:
        weights = _weights(pilot, here, at(x))
        return float(weights.sum() ** 2 / (weights**2).sum()) / len(weights) - OVERLAP

    if surplus(1.0) >= 0.0:
        return at(1.0)
    if surplus(0.0) <= 0.0:  # from no beads to the smallest ones
        return at(0.0)
    return at(float(brentq(surplus, 0.0, 1.0, xtol=1e-4)))


def _weights(pilot: Walkers, here: tuple[float, float], there: tuple[float, float]) -> FloatArray:
    """Return the weights of the walkers in another state, relative to the largest one."""
    change = (there[0] - here[0]) * pilot.u_beads + (there[1] - here[1]) * pilot.u_coulomb
    return np.asarray(np.exp(change.min() - change))


def _resample(pilot: Walkers, here: tuple[float, float], there: tuple[float, float]) -> None:
    """Draw the walkers of the next state from those of this one by their weights."""
    weights = _weights(pilot, here, there)
    reached = np.cumsum(weights) / weights.sum()
    points = (np.arange(PILOT) + pilot.rng.random()) / PILOT
    chosen = np.minimum(np.searchsorted(reached, points), PILOT - 1)
    pilot.vectors, pilot.orientations = pilot.vectors[chosen], pilot.orientations[chosen]
    pilot.u_beads, pilot.u_coulomb = pilot.u_beads[chosen], pilot.u_coulomb[chosen]


def _some(pilot: Walkers, count: int) -> tuple[FloatArray, ...]:
    """Return places and energies of some walkers."""
    chosen = pilot.rng.choice(PILOT, count, replace=False)
    columns = (pilot.vectors, pilot.orientations, pilot.u_beads, pilot.u_coulomb)
    return tuple(one[chosen] for one in columns)
