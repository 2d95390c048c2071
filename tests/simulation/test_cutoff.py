"""Runs with a cutoff of the Coulomb interaction: choice, checks during the run, record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from janus_md.common.errors import JanusError
from janus_md.engines.base import CPU
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.simulation import accuracy
from janus_md.simulation import execution as execution_module
from janus_md.simulation.accuracy import check_due, rechecked
from janus_md.simulation.choice import choose_once
from janus_md.simulation.execution import mesh_of
from janus_md.simulation.files.checkpoint import load
from janus_md.simulation.run import simulate
from janus_md.simulation.run_options import RunOptions
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from tests.engines.conftest import usable

ENGINES = ["lammps", "hoomd"]


def point(force: float = 4.0, torque: float = 4.0, **changed: Any) -> StatePoint:
    fields: dict[str, Any] = {
        "particle": "R-Au-Cu",
        "n_bodies": 64,
        "volume_fraction": 0.05,
        "relative_permittivity": 1.5,
        "electrostatics": {"method": "cutoff", "cutoff_error": {"force": force, "torque": torque}},
        "protocol": {
            "time_step_ps": 0.1,
            "relax_ps": 1.0,
            "produce_ns": 0.06,
            "frame_interval_ps": 2.0,
        },
    }
    return StatePoint.of(fields | changed)


@pytest.mark.parametrize("name", ENGINES)
def test_range_and_both_errors_are_in_the_record(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = usable(name)
    monkeypatch.setattr(execution_module, "RESTART_FRAMES", 5)
    document: dict[str, Any] = {}
    simulate(point(), tmp_path, document, engine=name)
    record = document["execution"]
    assert record["mesh"] is None
    system = build(resolve(point()))
    cutoff = engine.cutoff(record["cutoff"]["range_nm"], system, CPU)
    assert record["cutoff"]["between"] == cutoff.between
    assert mesh_of(record) == cutoff
    for when in ("", "_at_end"):
        assert 0.0 < record[f"force_error{when}"] <= 4.0
        assert 0.0 < record[f"torque_error{when}"] <= 4.0
    # relaxation, then 30 frames in pieces of 5: at 0, 1, 2 and 4 pieces
    checks = [check["at"] for check in record["cutoff"]["checks"]]
    assert checks == [f"step {k} of produce" for k in (0, 100, 200, 400)]
    assert all(check["force_error"] <= 4.0 for check in record["cutoff"]["checks"])


def test_choice_is_kept_and_checked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usable("lammps")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    options, candidates = RunOptions(), [("lammps", "cpu")]
    setup = resolve(point())
    first, again = (
        choose_once(setup, build(setup), candidates, options, lambda: None) for _ in range(2)
    )
    assert first["mesh_from"] == "trials of this job"
    assert again["mesh_from"].startswith("an earlier choice")
    for key in ("cutoff", "mesh", "force_error", "torque_error"):
        assert again[key] == first[key]
    stricter = resolve(point(1.5, 2.0))
    other = choose_once(stricter, build(stricter), candidates, options, lambda: None)
    assert other["mesh_from"] == "trials of this job"
    assert other["cutoff"]["range_nm"] > first["cutoff"]["range_nm"]


@pytest.mark.parametrize("name", ENGINES)
def test_range_becomes_longer_where_the_error_has_grown(name: str) -> None:
    engine = usable(name)
    setup = resolve(point(2.0, 2.5))
    system = build(setup)
    short = engine.cutoff(3.0, system, CPU)
    record = {
        "engine": name,
        "component": engine.component_version(),
        "device": "cpu",
        "threads": 1,
        "gpu_id": None,
        "steps": 10,
        **execution_module.coulomb_record(short),
    }
    found = rechecked(record, setup.bath.kT, system, "step 5 of produce")
    (check,) = found["cutoff"]["checks"]
    assert check["at"] == "step 5 of produce"
    assert check["range_nm"] == found["cutoff"]["range_nm"] > 3.0
    assert check["force_error"] <= 0.85 * 2.0
    assert check["torque_error"] <= 0.85 * 2.5
    again = rechecked(found, setup.bath.kT, system, "step 9 of produce")
    assert again["cutoff"]["range_nm"] == found["cutoff"]["range_nm"]
    assert [one["at"] for one in again["cutoff"]["checks"]] == [
        "step 5 of produce",
        "step 9 of produce",
    ]
    # a run that is continued at the same step makes the same check
    assert rechecked(again, setup.bath.kT, system, "step 9 of produce") == again
    strict = build(resolve(point(0.01, 0.01)))
    with pytest.raises(JanusError, match=r"^electrostatics.cutoff_error: force 0.01 kT/nm"):
        rechecked(record, setup.bath.kT, strict, "step 5 of produce")


def test_checks_are_at_restarts_of_the_engine_and_ever_rarer() -> None:
    record: dict[str, Any] = {"cutoff": {"range_nm": 3.0}, "steps": 1}
    due = [done for done in range(0, 1001, 10) if check_due(record, done, 100)]
    assert due == [0, 100, 200, 400, 800]
    assert not check_due({"steps": 1, "mesh": {}}, 100, 100)
    assert not check_due({"cutoff": record["cutoff"], "steps": 0}, 0, 100)


def test_failed_check_ends_the_run_and_keeps_the_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usable("lammps")
    monkeypatch.setattr(execution_module, "RESTART_FRAMES", 5)
    monkeypatch.setattr(accuracy, "remeasure", lambda *_: (99.0, 99.0))

    def none(*_: Any, above: float) -> None:
        raise JanusError(f"electrostatics.cutoff_error: none above {above}")

    monkeypatch.setattr(accuracy, "choose_cutoff", none)
    with pytest.raises(JanusError, match="none above"):
        simulate(point(), tmp_path, {}, engine="lammps")
    kept = load(tmp_path / "restart.npz", build(resolve(point())))
    assert isinstance(mesh_of(kept.execution), CoulombCutoff)
