"""One job per core or threads per job: what is measured, kept and made of it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from janus_md.running.workstation import thread_trial
from janus_md.running.workstation.runner import cores_here
from janus_md.running.workstation.throughput import threads_for
from janus_md.study.statepoint import StatePoint
from tests.conftest import PATIENCE, TINY, Result
from tests.running.workstation.test_runner import make

POINT = {
    "particle": "R-Au-Cu",
    "n_bodies": 16,
    "volume_fraction": 0.05,
    "relative_permittivity": 1.0,
    "electrostatics": {"method": "none"},
    "protocol": {"produce_ns": 1.0},
}


def whole(**changes: Any) -> dict[str, Any]:
    return StatePoint.of(POINT | changes).stored()


def test_trials_end_when_more_threads_are_slower() -> None:
    asked = []

    def measure(statepoint: dict[str, Any], copies: int, threads: int) -> float:
        asked.append((copies, threads))
        return copies * {1: 10.0, 2: 22.0, 4: 30.0}[threads]

    speeds = thread_trial.speeds_by_threads(whole(), 12, 100, measure)
    assert asked == [(12, 1), (6, 2), (3, 4)]
    assert speeds == {1: 10.0, 2: 22.0, 4: 30.0}
    assert threads_for(12, 100, speeds) == 2
    asked.clear()
    with pytest.raises(KeyError, match="8"):  # one job alone goes on to eight threads
        thread_trial.speeds_by_threads(whole(), 12, 1, measure)
    assert asked == [(1, 1), (1, 2), (1, 4), (1, 8)]


def test_copies_run_side_by_side(engine: str) -> None:
    chosen: dict[str, Any] = {}
    options = {"candidates": [(engine, "cpu")], "chosen": chosen}
    total = thread_trial.measure_copies(whole(), 2, 1, **options)
    assert chosen[engine]["mesh"] is None
    assert total > 0
    # A state point that no copy can begin with: the jobs will say why.
    assert thread_trial.measure_copies(POINT | {"n_bodies": 1}, 1, 1, **options) == 0.0


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Layouts that were measured, on a quiet machine whose second thread adds half of the first."""
    layouts = []

    def measure(statepoint: dict[str, Any], copies: int, threads: int, **_: Any) -> float:
        layouts.append((copies, threads))
        return copies * {1: 100.0, 2: 150.0}[threads]

    monkeypatch.setattr(thread_trial, "measure_copies", measure)
    monkeypatch.setattr(thread_trial, "is_quiet", lambda cores: True)
    return layouts


LAMMPS = [("hoomd", "cpu"), ("lammps", "cpu")]


def test_trials_are_made_once_and_where_they_pay(measured: list[tuple[int, int]]) -> None:
    said: list[str] = []
    short = {str(k): whole(replica=k) for k in range(4)}
    assert thread_trial.speeds_of(short, 2, 2, LAMMPS, said.append) == {}
    long = {str(k): whole(replica=k, n_bodies=40960) for k in range(4)}
    assert thread_trial.speeds_of(long, 1, 1, LAMMPS, said.append) == {}
    assert thread_trial.speeds_of(long, 2, 2, [("hoomd", "cpu")], said.append) == {}
    assert (measured, said) == ([], [])

    speeds = thread_trial.speeds_of(long | {"short": short["0"]}, 2, 2, LAMMPS, said.append)
    assert speeds == {key: {1: 100.0, 2: 150.0} for key in long}
    assert measured == [(2, 1), (1, 2)]
    assert said[0] == "measuring how many threads serve systems of 40960 bodies ..."
    assert said[1].endswith("all cores in use: 100 with 1, 150 with 2")
    # Two jobs: one core each, 200 in sum; the last one alone: both cores, 150.
    assert threads_for(2, 2, speeds["0"]) == 1
    assert threads_for(2, 1, speeds["0"]) == 2

    assert thread_trial.speeds_of(long, 2, 2, LAMMPS, said.append) == speeds
    assert len(measured) == 2  # from the file
    thread_trial.speeds_of(long, 3, 3, LAMMPS, said.append)
    assert len(measured) > 2  # other cores


def test_a_damaged_cache_is_no_cache(measured: list[tuple[int, int]], cache: Path) -> None:
    long = {"0": whole(n_bodies=40960)}
    here = json.dumps(thread_trial.machine_name(2))
    for number, text in enumerate(("", "[]", "{", '{"x": 1}', f"{{{here}: 3}}"), 1):
        (cache / "threads.json").write_text(text)
        assert thread_trial.speeds_of(long, 2, 2, LAMMPS, str)["0"][2] == 150.0
        assert len(measured) == 2 * number
    assert thread_trial.recall(2)


def test_a_signal_ends_a_trial(
    janus_md: Callable[..., Result],
    start_janus_md: Callable[..., subprocess.Popen[str]],
    tmp_path: Path,
    engine: str,
) -> None:
    if engine != "lammps" or cores_here() < 2:
        pytest.skip("no threads to try: LAMMPS alone has them, and they need two cores")
    place = tmp_path / "workspace"
    text = TINY.replace("produce_ns: 0.02", "produce_ns: 2000.0").replace(
        "frame_interval_ps: 2.0", "frame_interval_ps: 100.0"
    )
    make(janus_md, place, text + "  relative_permittivity: 1\n")
    process = start_janus_md("run", "-d", place, "--engine", engine)
    assert process.stdout is not None
    while "measuring" not in (said := process.stdout.readline()):
        assert said
    process.send_signal(signal.SIGUSR1)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 75, err
    assert out.endswith("stopped before any job began; run again to go on\n")
