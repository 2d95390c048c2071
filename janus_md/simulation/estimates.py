"""Wall time and memory of a simulation, from its number of sites and from earlier measurements.

A site is the centre of a body or one of its beads. At a given accuracy the work of a step is nearly
proportional to the number of sites, whatever the shape.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from janus_md.model.setup import Setup
from janus_md.simulation.execution import measured_rate

SITE_STEPS_PER_HOUR = 6.0e8
"""Sites times steps of one core per hour, assumed before any speed was measured. It is low, so that
the time suffices: 216 bodies of 3 sites (`sphere`) make 250 steps/s, of 15 sites (`bladed`) 50."""

MEMORY_MB = {"cpu": 800, "gpu": 2000}
"""Memory of a simulation or analysis without bodies: interpreter, libraries, GPU driver, MB."""

MB_PER_BODY, MB_PER_SITE = 0.1125, 0.55 / 12
"""Memory of each body and of each site, and of the mesh that errors are measured against, MB."""

RESERVE = 1.25
"""Factor by which time and memory exceed what was measured."""


@dataclass(frozen=True)
class Measurement:
    """Speed and memory of a simulation that was run, or is under way.

    Attributes
    ----------
    setup : Setup
        What was simulated.
    site_steps_per_second : float
        Number of sites times steps per second.
    memory_mb : float, optional
        Largest memory of its process, MB; known of finished simulations.
    """

    setup: Setup
    site_steps_per_second: float
    memory_mb: float | None = None

    @classmethod
    def of(cls, setup: Setup, execution: Mapping[str, Any]) -> Measurement:
        """Return the measurement in the record of an execution that has made steps."""
        rate = setup.n_sites * execution["steps"] / execution["seconds"]
        return cls(setup, rate, execution.get("memory_mb"))


def comparable(execution: Mapping[str, Any], device: str, cores: int) -> bool:
    """Whether an execution that has made steps is a guide to one on this device and these cores.

    An execution on fewer cores is: it errs on the slow side.
    """
    used = execution.get("threads", 1) * execution.get("ranks", 1)
    measured = execution.get("steps", 0) > 0 and execution.get("seconds", 0.0) > 0.0
    return measured and execution.get("device", "cpu") == device and used <= cores


def nearest(setup: Setup, known: Iterable[Measurement]) -> list[Measurement]:
    """Return the measurements whose numbers of sites are nearest to that of `setup`, by ratio."""
    by_distance: dict[float, list[Measurement]] = {}
    for one in known:
        distance = abs(math.log(one.setup.n_sites / setup.n_sites))
        by_distance.setdefault(distance, []).append(one)
    return by_distance[min(by_distance)] if by_distance else []


def seconds_needed(
    setup: Setup,
    execution: Mapping[str, Any] | None = None,
    known: Sequence[Measurement] = (),
) -> float:
    """Estimate the wall time of the rest of a simulation, with a reserve, s.

    Parameters
    ----------
    setup : Setup
        What is simulated.
    execution : mapping, optional
        Record of what was done already, and how fast (trials of the mesh included).
    known : sequence of Measurement
        Of other simulations, used if there is no record. The slowest of those nearest in size
        counts, scaled by the number of sites. Without any, :data:`SITE_STEPS_PER_HOUR` is assumed.
    """
    if execution is not None:
        return RESERVE * max(0.0, setup.steps - execution["steps"]) / measured_rate(execution)
    work = float(setup.n_sites * setup.steps)
    if alike := nearest(setup, known):
        return RESERVE * work / min(one.site_steps_per_second for one in alike)
    return 3600.0 * work / SITE_STEPS_PER_HOUR


def memory_needed(setup: Setup, device: str = "cpu", known: Sequence[Measurement] = ()) -> float:
    """Estimate the memory of a process that simulates or analyses, with a reserve, MB.

    Parameters
    ----------
    setup : Setup
        What is simulated.
    device : str
        ``cpu`` or ``gpu``.
    known : sequence of Measurement
        Of other simulations. If one of those nearest in size needed more than is assumed for its
        size, the assumption is raised by that factor.
    """
    alike = [one for one in nearest(setup, known) if one.memory_mb is not None]
    factors = [RESERVE * float(one.memory_mb or 0) / _assumed(one.setup, device) for one in alike]
    return _assumed(setup, device) * max([1.0, *factors])


def _assumed(setup: Setup, device: str) -> float:
    return MEMORY_MB[device] + MB_PER_BODY * setup.n_bodies + MB_PER_SITE * setup.n_sites
