"""Default of `protocol.time_step_ps`: the rule, and the measured steps on which it is based.

The default is the smallest of a third of the largest stable step, a third of the shortest damping
time, and the frame interval, rounded down to a divisor of the frame interval.

The largest stable step is the measured one for two bodies of a nanocluster's model, if they are not
stiffer than dry R-Au-Cu. For all other bodies it is inversely proportional to the highest frequency
of two bodies in contact (:mod:`janus_md.model.pairs.stiffness`); docs/time_step.md compares this
with measured steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations_with_replacement

from janus_md.model.body import RigidBody
from janus_md.model.interactions.table import Interactions
from janus_md.model.pairs.stiffness import highest_frequency, highest_rate
from janus_md.study.protocol.corners import Case
from janus_md.study.stages import bath
from janus_md.study.statepoint import StatePoint

SHARE = 1.0 / 3.0
"""Share of the largest stable step, and of the shortest damping time."""

STABLE_PHASE = 0.65
"""Largest stable step times the highest frequency, rad, for other bodies: slightly below the
smallest of the measured values."""


@dataclass(frozen=True)
class Measured:
    """A measured limit: dry R-Au-Cu at 298.15 K (``python -m benchmarks.stable_step``).

    Attributes
    ----------
    stable : float
        Largest step at which no run blew up, both engines, ps.
    frequency : float
        Highest frequency of two bodies in contact, rad/ps.
    """

    stable: float
    frequency: float


MEASURED = {
    "sphere": Measured(0.99, 0.9150),
    "bladed": Measured(0.41, 2.3295),
    "narrow": Measured(0.30, 3.4582),
    "sphere_tem": Measured(1.3, 0.8471),
}
"""Measured limits by the model of the nanoclusters."""


@dataclass(frozen=True)
class DefaultStep:
    """A default time step.

    Attributes
    ----------
    step : float
        The time step, ps.
    reason : str
        The limit that decided, as a phrase: "a third of ...".
    """

    step: float
    reason: str


def default_step(
    point: StatePoint, bodies: tuple[RigidBody, ...], interactions: Interactions
) -> DefaultStep:
    """Return the default time step of a state point.

    Parameters
    ----------
    point : StatePoint
        The state point; its time step is not used.
    bodies : tuple of RigidBody
        Its kinds of bodies.
    interactions : Interactions
        Its pair table and electrostatics.
    """
    stable, pair = _largest_stable(point, bodies, interactions)
    limits = {f"a third of the largest stable step of {pair}, {stable:.2g} ps": SHARE * stable}
    if point.protocol.name == "langevin":
        damping, motion = _shortest_damping(point, bodies)
        limits[f"a third of the damping time of {motion}, {damping:.2g} ps"] = SHARE * damping
    interval = point.protocol.frame_interval_ps
    limits["the frame interval"] = interval
    reason = min(limits, key=lambda one: limits[one])
    return DefaultStep(divisor(interval, limits[reason]), reason)


def divisor(interval: float, limit: float) -> float:
    """Return the largest number up to `limit` of which `interval` is a whole multiple."""
    count = max(1, math.ceil(interval / limit * (1.0 - 1e-9)))
    return interval / count


def shortest_step(bodies: tuple[RigidBody, ...], cases: Iterable[Case]) -> DefaultStep:
    """Return the shortest of the default time steps of several cases of one state point."""
    found = [default_step(point, bodies, interactions) for point, interactions in cases]
    return min(found, key=lambda one: one.step)


def filled(point: StatePoint, bodies: tuple[RigidBody, ...], cases: Iterable[Case]) -> StatePoint:
    """Return a state point with a time step; unchanged if it has one."""
    if point.protocol.time_step_ps is not None:
        return point
    step = shortest_step(bodies, cases).step
    protocol = point.protocol.model_copy(update={"time_step_ps": step})
    return point.model_copy(update={"protocol": protocol})


def _largest_stable(
    point: StatePoint, bodies: tuple[RigidBody, ...], interactions: Interactions
) -> tuple[float, str]:
    """Smallest of the largest stable steps of all pairs of kinds, ps, and the names of the pair."""
    found = {}
    for first, second in combinations_with_replacement(bodies, 2):
        names = first.name if first is second else f"{first.name} and {second.name}"
        found[names] = _stable_of(point, first, second, interactions)
    pair = min(found, key=lambda names: found[names])
    return found[pair], pair


def _stable_of(
    point: StatePoint, first: RigidBody, second: RigidBody, interactions: Interactions
) -> float:
    """Largest stable step of two kinds of bodies, ps; infinite without repulsion."""
    thermostat = bath(point, (first, second))
    electrostatics = interactions.electrostatics
    medium = math.inf if electrostatics is None else electrostatics.relative_permittivity
    if point.protocol.name == "brownian":
        rate = highest_rate(
            first, second, thermostat.gamma, thermostat.gamma_r, thermostat.kT,
            relative_permittivity=medium, pairs=interactions.pairs,
        )  # fmt: skip
        return STABLE_PHASE / rate if rate > 0 else math.inf
    measured = MEASURED.get(first.model) if first.model == second.model else None
    if measured and electrostatics:
        medium = 1.0  # bonds are stiffest there: one step for all media
    frequency = highest_frequency(
        first, second, thermostat.kT, relative_permittivity=medium, pairs=interactions.pairs
    )
    if measured:
        return measured.stable * min(1.0, measured.frequency / frequency)
    return STABLE_PHASE / frequency if frequency > 0 else math.inf


def _shortest_damping(point: StatePoint, bodies: tuple[RigidBody, ...]) -> tuple[float, str]:
    """Shortest damping time of any motion, ps, and its name."""
    thermostat = bath(point, bodies)
    found = {}
    for body, gamma, gamma_r in zip(bodies, thermostat.gamma, thermostat.gamma_r, strict=True):
        found[f"translation of {body.name}"] = float(body.mass / gamma)
        rotating = body.inertia > 0
        if rotating.any():
            times = body.inertia[rotating] / gamma_r[rotating]
            found[f"rotation of {body.name}"] = float(times.min())
    motion = min(found, key=lambda name: found[name])
    return found[motion], motion
