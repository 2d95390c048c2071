"""The mesh is chosen by measurement, keeps the error that was asked for, and is worth it."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from janus_md.common.clock import CLOCK, Clock
from janus_md.common.errors import JanusError
from janus_md.engines import Engine, mesh_work, tuning
from janus_md.engines.accuracy import measured_error, rms
from janus_md.engines.base import CPU, SKIN, Device, Simulation
from janus_md.engines.hoomd.engine import HoomdSimulation
from janus_md.engines.lammps.engine import LammpsSimulation
from janus_md.engines.mesh_work import tight_mesh, work
from janus_md.engines.trials import Candidate, Trials
from janus_md.engines.tuning import tune
from janus_md.model.interactions.table import Interactions
from janus_md.model.units import thermal_energy
from janus_md.study.stages import damped
from tests.engines.conftest import ROOM, catalogue_system

KT = thermal_energy(ROOM)


def test_error_is_below_the_target_and_measured_on_bodies(engine: Engine) -> None:
    system = catalogue_system(("R-Au-Cu",), "sphere", 64, seed=1)
    bath = damped(system.bodies, KT, 5.0, "langevin")
    for target in (0.3, 0.03):
        tuned = tune(engine, system, bath, 0.01, device=CPU, force_error=target)
        assert tuned.mesh is not None
        reference = engine.energies_and_forces(system, tight_mesh(system, SKIN, 1e-5))
        force, torque = measured_error(engine, system, tuned.mesh, reference, KT, CPU)
        assert force == pytest.approx(tuned.force_error, rel=0.02)
        assert torque == pytest.approx(tuned.torque_error, rel=0.02)
        # The coarsest mesh that serves: not ten times better than it need be.
        assert 0.1 * target < force <= target


def test_tuned_mesh_is_faster_than_the_reference(engine: Engine) -> None:
    system = catalogue_system(("R-Au-Cu",), "sphere", 64, seed=1)
    bath = damped(system.bodies, KT, 5.0, "langevin")
    tuned = tune(engine, system, bath, 0.01, device=CPU)
    # Both by the processor's time, which a busy machine does not change.
    trials = Trials(engine, system, bath, 0.01, CPU, CLOCK)
    rate = trials.speed(Candidate(tight_mesh(system, SKIN), "cell"))
    assert tuned.steps_per_second > 5 * rate


def test_load_of_other_processes_does_not_count(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step takes 1 ms of processor time and 11 ms of wall time."""
    system = catalogue_system(("R-Au-Cu",), "sphere", 32, seed=1)
    neutral = replace(system, interactions=Interactions(system.interactions.pairs, None))
    bath = damped(system.bodies, KT, 5.0, "langevin")
    running = HoomdSimulation if engine.name == "hoomd" else LammpsSimulation
    advance, done = running.advance, 0

    def counted(simulation: Simulation, steps: int) -> None:
        nonlocal done
        advance(simulation, steps)
        done += steps

    monkeypatch.setattr(running, "advance", counted)
    clock = Clock(wall=lambda: 0.011 * done, processor=lambda: 0.001 * done)

    def speed(device: Device) -> float:
        return tune(engine, neutral, bath, 0.01, device=device, clock=clock).steps_per_second

    assert speed(CPU) == pytest.approx(1000.0)
    if engine.name == "lammps":  # the time of several threads is that of the wall clock
        assert speed(Device(threads=2)) == pytest.approx(1000.0 / 11.0)


def test_bodies_without_charge_need_no_mesh(engine: Engine) -> None:
    system = catalogue_system(("R-Au-Cu",), "sphere", 32, seed=1)
    neutral = replace(system, interactions=Interactions(system.interactions.pairs, None))
    tuned = tune(engine, neutral, damped(system.bodies, KT, 5.0, "langevin"), 0.01, device=CPU)
    assert tuned.mesh is None
    assert tuned.steps_per_second > 0


def test_box_without_room_is_refused_in_one_sentence(engine: Engine) -> None:
    system = catalogue_system(("R-Au-Cu",), "sphere", 2, seed=1, volume_fraction=0.12)
    assert np.all(system.box[:3] < 3.4)
    with pytest.raises(JanusError, match=r"^n_bodies: .* use more bodies"):
        tune(engine, system, damped(system.bodies, KT, 5.0, "langevin"), 0.01, device=CPU)


def test_choice_of_mesh_is_fast_in_dilute_boxes(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """8 bodies in 560 nm: the reference mesh had 512 points a side, which took minutes."""
    system = catalogue_system(("R-Au-Cu",), "sphere", 8, seed=1, volume_fraction=1e-7)
    simulation, seen = engine.simulation, []

    def start(*arguments: Any) -> Simulation:
        seen.append(arguments[3])
        return simulation(*arguments)

    monkeypatch.setattr(engine, "simulation", start)
    tuned = tune(engine, system, damped(system.bodies, KT, 5.0, "langevin"), 0.01, device=CPU)
    assert tuned.force_error < 1e-3
    points = [math.prod(mesh.resolution) for mesh in seen]
    cells = [system.volume / (mesh.cutoff + SKIN) ** 3 for mesh in seen]
    assert max(points) <= 60**3
    assert max(cells) < 2e5  # a neighbour list at 2.5 nm has 6e6 of them


def test_reference_is_independent_of_cutoff(engine: Engine) -> None:
    system = catalogue_system(("R-Au-Cu",), "sphere", 64, seed=1, volume_fraction=2e-3)
    taken, short = tight_mesh(system, SKIN), mesh_work._tight_mesh(system, 5.0, 1e-4, 48)
    assert taken.cutoff > 5.0
    assert work(system, taken, SKIN) < 0.5 * work(system, short, SKIN)
    forces = [engine.energies_and_forces(system, one).forces for one in (taken, short)]
    assert rms(forces[0] - forces[1]) < 5e-4  # 1e-4 each on a charge, of which a body has several
    assert rms(forces[0]) > 0.1


@pytest.mark.parametrize("seconds", [2.0 * tuning.SEARCH_SECONDS, 0.0])
def test_accurate_mesh_is_taken_when_time_is_over(
    seconds: float, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = catalogue_system(("R-Au-Cu",), "sphere", 64, seed=1)
    searched, timed = [], []
    coarsest, speed = tuning._coarsest, Trials.speed
    readings = itertools.count()
    clock = Clock(wall=lambda: seconds * next(readings))  # that pass from reading to reading
    monkeypatch.setattr(tuning, "_coarsest", lambda *a: searched.append(a) or coarsest(*a))
    monkeypatch.setattr(Trials, "speed", lambda *a: timed.append(a) or speed(*a))
    bath = damped(system.bodies, KT, 5.0, "langevin")
    tuned = tune(engine, system, bath, 0.01, device=CPU, clock=clock)
    assert 0 < tuned.force_error <= 0.2
    assert ((len(searched), len(timed)) == (1, 1)) == (seconds > 0.0)
