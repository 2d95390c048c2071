"""Cost of a particle: steps per second of CPU time of a small gas of its bodies.

``costs.yaml`` beside this file holds the numbers of the catalogue, measured by
``python benchmarks/particle_costs.py``, with machine, versions and date.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.study.catalogue.bead_particle import BeadParticle

if TYPE_CHECKING:
    from janus_md.engines.base import Device, Engine, Simulation
    from janus_md.model.setup import Setup
    from janus_md.study.catalogue.catalog import Entry
    from janus_md.study.statepoint import StatePoint

FILE = Path(__file__).with_name("costs.yaml")
"""Measured costs of the catalogue."""

BODIES = 216
"""Number of bodies."""

VOLUME_FRACTION = 0.05
"""Volume fraction of the gas."""

TIME_STEP = 0.1
"""Time step of the gas, ps."""

WARM_UP = 200
"""Steps before the measurement."""


@dataclass(frozen=True)
class Costs:
    """Measured costs of the catalogue.

    Attributes
    ----------
    machine, date : str
        Processor, and day of the measurement.
    versions : dict of str to str
        Version of each engine.
    rates : dict
        For each particle its ``digest``, ``sites``, and steps per CPU second by engine.
    """

    machine: str
    date: str
    versions: dict[str, str]
    rates: dict[str, dict[str, Any]]

    def rate(self, name: str, digest: str, engine: str) -> float | None:
        """Return steps per CPU second, or None if this definition of a particle has none."""
        found = self.rates.get(name, {})
        return found.get(engine) if found.get("digest") == digest else None


@lru_cache(maxsize=1)
def costs() -> Costs:
    """Return the measured costs of the catalogue."""
    from janus_md.common.yaml_text import load as load_yaml

    return Costs(**load_yaml(FILE.read_text(encoding="utf-8"), "safe"))


def gas_of(entry: Entry) -> StatePoint:
    """State point of the gas: :data:`BODIES`, :data:`VOLUME_FRACTION`, :data:`TIME_STEP`."""
    from janus_md.study.statepoint import StatePoint

    fields: dict[str, Any] = {
        "particle": entry.name,
        "n_bodies": BODIES,
        "volume_fraction": VOLUME_FRACTION,
        "protocol": {"time_step_ps": TIME_STEP},
    }
    if not isinstance(entry, BeadParticle) or any(kind.charge for kind in entry.kinds.values()):
        fields["relative_permittivity"] = 1.0
    return StatePoint.of(fields)


def measured_here(entry: Entry) -> dict[str, float]:
    """Measure the speed of every engine of this machine, each in a process of its own.

    Parameters
    ----------
    entry : Particle or BeadParticle
        The particle.

    Returns
    -------
    dict of str to float
        Steps per second of CPU time by engine.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from janus_md.engines import probing

    found = {}
    for status in probing.ask().engines:
        if status["installed"]:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                task = pool.submit(steps_per_second, entry, status["name"])
                found[status["name"]] = task.result()
    return found


def steps_per_second(entry: Entry, engine: str | Engine, seconds: float = 1.0) -> float:
    """Measure the speed of an engine with the gas of a particle (:func:`gas_of`) on one core.

    Parameters
    ----------
    entry : Particle or BeadParticle
        The particle; a nanocluster with its model `sphere`.
    engine : str or Engine
        Name of an installed engine, or its adapter.
    seconds : float
        CPU time of the measurement, s.

    Returns
    -------
    float
        Steps per second of CPU time.
    """
    from janus_md.study.resolve import resolve

    return speed(resolve(gas_of(entry), lambda _: entry), engine, seconds)


def speed(
    setup: Setup, engine: str | Engine, seconds: float = 1.0, device: Device | None = None
) -> float:
    """Measure the speed of an engine with a setup.

    Parameters
    ----------
    setup : Setup
        The setup; the time step is that of its production.
    engine : str or Engine
        Name of an installed engine, or its adapter.
    seconds : float
        Duration of the measurement, s.
    device : Device, optional
        Where it runs; one core by default.

    Returns
    -------
    float
        Steps per second of CPU time; on a GPU, of wall time.
    """
    from janus_md.engines import load
    from janus_md.engines.base import CPU
    from janus_md.engines.tuning import tune
    from janus_md.simulation.start.first_state import build

    runner = load(engine) if isinstance(engine, str) else engine
    system, stage, device = build(setup), setup.stages[0], device or CPU
    tuned = tune(runner, system, stage.bath, setup.time_step, device=device)
    device = replace(device, neighbour_list=tuned.neighbour_list)
    # the relaxation first, with its short steps: beads of the first state may be close
    run = runner.start(system, stage.bath, stage.time_step, tuned.mesh, seed=1, device=device)
    run.advance(WARM_UP)
    system = run.system()
    run.close()
    stage = setup.stages[-1]
    run = runner.start(system, stage.bath, stage.time_step, tuned.mesh, seed=2, device=device)
    try:
        return rate(run, seconds, time.perf_counter if device.kind == "gpu" else time.process_time)
    finally:
        run.close()


def rate(run: Simulation, seconds: float, now: Callable[[], float] = time.process_time) -> float:
    """Return the steps per second of a running simulation, by the clock `now`."""
    run.advance(WARM_UP)
    begin, steps, chunk = now(), 0, WARM_UP
    while (spent := now() - begin) < seconds:
        run.advance(chunk)
        steps, chunk = steps + chunk, min(2 * chunk, 20_000)
    return steps / spent
