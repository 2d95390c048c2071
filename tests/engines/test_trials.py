"""Trials: the fastest mesh and neighbour list, with the time step of the run where that works."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.common.clock import CLOCK, Clock
from janus_md.engines import Engine
from janus_md.engines.base import CPU, Device
from janus_md.engines.mesh import Mesh
from janus_md.engines.trials import Candidate, Trials
from janus_md.engines.tuning import tune
from janus_md.model.units import thermal_energy
from janus_md.study.stages import damped
from tests.engines.conftest import ROOM, catalogue_system, usable

KT = thermal_energy(ROOM)


def trials_of(engine: Engine, time_step: float = 0.01, clock: Clock = CLOCK) -> Trials:
    system = catalogue_system(("R-Au-Cu",), "sphere", 27, seed=1)
    bath = damped(system.bodies, KT, 5.0, "langevin")
    return Trials(engine, system, bath, time_step, CPU, clock)


def test_forces_do_not_depend_on_the_neighbour_list() -> None:
    engine = usable("hoomd")
    system = catalogue_system(("R-Au-Cu",), "bladed", 27, seed=2)
    mesh = engine.tight_mesh(system)
    cell, tree = (
        engine.energies_and_forces(system, mesh, Device(neighbour_list=one))
        for one in engine.neighbour_lists
    )
    assert tree.energy == pytest.approx(cell.energy, rel=1e-12)
    scale = np.abs(cell.forces).max()
    np.testing.assert_allclose(tree.forces, cell.forces, rtol=0.0, atol=1e-12 * scale)
    np.testing.assert_allclose(tree.torques, cell.torques, rtol=0.0, atol=1e-12 * scale)


def test_the_fastest_candidate_is_found_and_slow_lists_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each trial of a candidate is slower by a different disturbance; the best one counts."""
    engine = usable("hoomd")
    meshes = [Mesh(cutoff, (8, 8, 8), 3, 0.5) for cutoff in (4.0, 5.0, 6.0)]
    true = {
        Candidate(mesh, kind): 100.0 + mesh.cutoff + 100.0 * (kind == "tree")
        for mesh in meshes
        for kind in ("cell", "tree")
    }
    seen: list[Candidate] = []

    def speed(_: Trials, candidate: Candidate) -> float:
        seen.append(candidate)
        disturbed = candidate.mesh == meshes[2] and seen.count(candidate) < 3
        return true[candidate] * (0.993 if disturbed else 1.0)

    monkeypatch.setattr(Trials, "speed", speed)
    found = trials_of(engine).fastest(meshes, lambda: False)
    assert found == (206.0, Candidate(meshes[2], "tree"))
    assert [one.mesh for one in seen if one.neighbour_list == "cell"] == [meshes[0]]


def test_one_trial_is_made_when_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = usable("hoomd")
    seen: list[Candidate] = []
    monkeypatch.setattr(Trials, "speed", lambda _, one: seen.append(one) or 1.0)
    trials_of(engine).fastest([None, Mesh(4.0, (8, 8, 8), 3, 0.5)], lambda: True)
    assert seen == [Candidate(None, "cell")]


def test_bodies_that_are_too_close_are_timed_with_a_shorter_step(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []
    inner = Trials._speed

    def speed(trials: Trials, candidate: Candidate, time_step: float) -> float:
        steps.append(time_step)
        return inner(trials, candidate, time_step)

    monkeypatch.setattr(Trials, "_speed", speed)
    wild = trials_of(engine, time_step=50.0)
    crowded = replace(wild, system=replace(wild.system, positions=0.4 * wild.system.positions))
    mesh = Mesh(3.0, (12, 12, 12), 4, 1.0)
    assert crowded.speed(Candidate(mesh, "cell")) > 0
    assert steps == [50.0, 0.01]


def test_the_list_of_the_choice_is_one_of_the_engine(engine: Engine) -> None:
    trials = trials_of(engine)
    tuned = tune(engine, trials.system, trials.bath, 0.1, device=CPU)
    assert tuned.neighbour_list in engine.neighbour_lists
