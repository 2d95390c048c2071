"""Choice between CPU and GPU, with a simulated GPU whose speed is a known function of the size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from janus_md.engines import require
from janus_md.engines.hoomd import engine as hoomd_engine
from janus_md.engines.trials import Trials
from janus_md.simulation import devices
from janus_md.simulation.devices import LARGE_SITES, SIZE, TRIALS, described, to_try
from janus_md.simulation.execution import measured_rate
from janus_md.simulation.run import simulate
from janus_md.study.resolve import resolve
from janus_md.workspace.documents import timed
from tests import simulated_gpu
from tests.conftest import PATIENCE, TINY
from tests.engines.conftest import usable
from tests.patched import patch_processes
from tests.running.workstation.test_runner import document, make
from tests.simulated_gpu import speed
from tests.simulation.test_choice import NEUTRAL, point

BOTH = ["hoomd gpu", "hoomd cpu", "lammps cpu"]


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give HOOMD-blue a GPU; the list is filled with the devices of the trials."""
    for name in ("hoomd", "lammps"):
        usable(name)
    kind, simulation, tried = hoomd_engine.HoomdEngine, hoomd_engine.HoomdSimulation, []
    for owner, name in ((kind, "status"), (kind, "gpus"), (simulation, "__init__")):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # restored after the test
    simulated_gpu.add_gpu(kind, simulation)

    def counted(trials: Trials, candidate: Any) -> float:
        tried.append(f"{trials.engine.name} {trials.device.kind}")
        return simulated_gpu.modelled(trials, candidate)

    monkeypatch.setattr(Trials, "speed", counted)
    return tried


def run(folder: Path, n_bodies: int, **options: Any) -> dict[str, Any]:
    """Return the execution of a short run."""
    record: dict[str, Any] = {}
    folder.mkdir(exist_ok=True)
    simulate(point(n_bodies=n_bodies, **NEUTRAL), folder, record, **options)
    return record["execution"]


def test_small_systems_run_where_trials_are_faster(gpu: list[str], tmp_path: Path) -> None:
    few = run(tmp_path / "few", 8)
    assert (few["engine"], few["device"], few["gpu_id"]) == ("lammps", "cpu", None)
    assert few["device_from"] == TRIALS
    sites = resolve(point(n_bodies=8, **NEUTRAL)).n_sites
    expected = {name: round(speed(*name.split(), sites), 1) for name in BOTH}
    assert few["trial_steps_per_second"] == expected
    assert set(gpu) == set(BOTH)
    gpu.clear()
    many = run(tmp_path / "many", 512)
    assert (many["engine"], many["device"], many["gpu_id"]) == ("hoomd", "gpu", 0)
    assert many["device_from"] == TRIALS
    assert set(gpu) == set(BOTH)
    # A second job of this kind has the same choice without trials.
    gpu.clear()
    again = run(tmp_path / "again", 512)
    assert (again["engine"], again["device"], gpu) == ("hoomd", "gpu", [])
    assert again["trial_steps_per_second"] == many["trial_steps_per_second"]
    assert "an earlier choice (20" in described(again)


def test_a_request_is_not_compared(gpu: list[str], tmp_path: Path) -> None:
    for device in ("cpu", "gpu"):
        found = run(tmp_path / device, 8, engine="hoomd", device=device)
        assert (found["engine"], found["device"]) == ("hoomd", device)
        assert found["device_from"] is None
        assert described(found) == ""
        assert set(gpu) == {f"hoomd {device}"}
        gpu.clear()


def test_large_systems_run_on_the_gpu_without_trials_on_the_cpu(
    gpu: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates = require()
    assert candidates == [tuple(name.split()) for name in BOTH]
    sites = resolve(point(n_bodies=2, **NEUTRAL)).n_sites // 2  # of a body
    for extra, expected in ((1, candidates[:1]), (-1, candidates)):
        large = resolve(point(n_bodies=LARGE_SITES // sites + extra, **NEUTRAL))
        assert to_try(large, candidates)[0] == expected
    monkeypatch.setattr(devices, "LARGE_SITES", 8 * sites)
    found = run(tmp_path, 8)
    assert (found["device"], found["device_from"], set(gpu)) == ("gpu", SIZE, {"hoomd gpu"})
    assert described(found).startswith("hoomd on the GPU without trials on the CPU")


def test_a_system_that_the_engine_of_the_gpu_cannot_run_runs_on_the_cpu(gpu: list[str]) -> None:
    """Charges between walls need a mesh with two periodic directions."""
    wall = {"form": "repulsive", "epsilon": 2.5, "sigma": 1.0}
    setup = resolve(point(environment={"walls": {"lower": wall, "upper": wall}}))
    assert to_try(setup, require()) == (require(), None)


def test_speeds_of_older_records_are_by_engine() -> None:
    old = {"engine": "hoomd", "device": "gpu", "steps": 0, "seconds": 0.0}
    old |= {"trial_steps_per_second": {"hoomd": 400.0, "lammps": 600.0}}
    assert measured_rate(old) == 400.0
    assert timed({"execution": old}) == old


def test_a_job_on_the_cpu_leaves_the_gpu_to_others(
    janus_md: Callable[..., Any],
    start_janus_md: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The decision and the speeds are in the log and in the job document."""
    for name in ("hoomd", "lammps"):
        usable(name)
    patch_processes(tmp_path / "site", monkeypatch, **simulated_gpu.BODIES)
    place = tmp_path / "workspace"
    jobs = make(janus_md, place, TINY + "  relative_permittivity: 1\nreplicas: 2\n")
    process = start_janus_md("run", "-d", place, "--operation", "simulate")
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert "2 of 2 jobs to do on 1 GPU" in out
    assert out.count("lammps on the CPU, the fastest in trials") == 2
    for job in (place / "workspace").iterdir():
        execution = document(job)["execution"]
        assert (execution["engine"], execution["device_from"]) == ("lammps", TRIALS)
        assert set(execution["trial_steps_per_second"]) == set(BOTH)
    assert jobs
