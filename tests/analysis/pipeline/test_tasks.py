"""Termination of the processes that analyse the frames of a file."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from janus_md.analysis.aggregates.criterion import bond_criterion
from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.pipeline import journal, tasks
from janus_md.analysis.pipeline.settings import Settings
from janus_md.common.errors import JanusError
from janus_md.common.interrupts import SIGNALS
from tests.analysis.worlds import described, gsd_frame, quaternions_along, straight_wires, write_gsd
from tests.conftest import PATIENCE, environment, wait_for
from tests.running.workstation.test_runner import running

EDGE, FRAMES = 24.0, 6


def trajectory(folder: Path) -> Path:
    """A file of wires."""
    frames = []
    for k in range(FRAMES):
        x, u = straight_wires(np.random.default_rng(5), 12, 3, EDGE)
        about = described({"A": ""}) if k == 0 else None
        box = [EDGE, EDGE, EDGE, 0.0, 0.0, 0.0]
        frames.append(gsd_frame(x, quaternions_along(u), box, step=200 * k, about=about))
    return write_gsd(folder / "some.gsd", frames)


def tasks_of(path: str | Path) -> list[tasks.Task]:
    """A task for each frame of a file."""
    with GsdSource(path) as source:
        about = source.setup()
        settings = Settings.of(bond_criterion(about), about)
        return [
            tasks.Task(source.path, source.types, (k,), frozenset(), 1.0, 50, settings)
            for k in range(FRAMES)
        ]


def main(path: str) -> None:
    """Analyse a frame, tell which processes have begun, and go on where told to."""
    tasks.WORTH_SECONDS = 0.0
    parts = tasks.results(tasks_of(path), 2)
    done = [next(parts), next(parts)]
    print(*(one.pid for one in multiprocessing.active_children()), flush=True)
    sys.stdin.readline()
    done.append(next(parts))
    print(*(part.rows[0]["step"] for part in done), flush=True)
    sys.stdin.readline()


def test_shared_tasks_end_with_the_first_frame_that_cannot_be_analysed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also where this process reaches a later one earlier."""
    hurry = threading.Event()
    done: list[tuple[int, bool]] = []

    def run(task: int) -> str:
        here = threading.current_thread() is threading.main_thread()
        if here and task > 6:
            hurry.set()  # this process is ahead of the pool
        elif not here:
            assert hurry.wait(PATIENCE)
        done.append((task, here))
        if task in (4, 9):
            raise JanusError(f"frame {task}")
        return f"part {task}"

    monkeypatch.setattr(tasks, "run_task", run)
    monkeypatch.setattr(tasks, "run_to_file", lambda task, folder: run(task))
    with ThreadPoolExecutor(1) as pool:
        parts = tasks._shared(deque(range(12)), pool, processes=1, most=100, folder=tmp_path)
        found = [next(parts) for _ in range(4)]
        with pytest.raises(JanusError, match="frame 4"):
            next(parts)
    assert found == ["part 0", "part 1", "part 2", "part 3"]
    assert {here for _, here in done} == {True, False}


def test_workers_ignore_signals_and_end_with_their_parent(
    tmp_path: Path,
) -> None:
    """A batch system signals all processes of a job; only the parent acts on it."""
    path, results = trajectory(tmp_path), tmp_path / "results"
    results.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import main; main({str(path)!r})"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | {"TMPDIR": str(results)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    pool = [int(pid) for pid in process.stdout.readline().split()]
    assert pool
    for number in SIGNALS:
        for pid in pool:
            os.kill(pid, number)
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.stdout.readline() == "0 200 400\n"
    assert all(map(running, pool))
    assert list(results.glob("janus-md-*"))
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    wait_for(lambda: not any(map(running, pool)))
    assert not list(results.glob("janus-md-*"))


def test_results_of_the_pool_are_files_where_these_can_be_written(tmp_path: Path) -> None:
    task = tasks_of(trajectory(tmp_path))[2]
    expected = tasks.run_task(task)
    written = tasks.run_to_file(task, tmp_path)
    assert isinstance(written, Path)
    part = tasks.taken(written)
    assert not written.exists()
    passed = tasks.run_to_file(task, tmp_path / "missing")
    assert isinstance(passed, journal.Part)
    for found in (part, tasks.taken(passed)):
        assert found.wires.equals(expected.wires)
        np.testing.assert_equal(found.rows, expected.rows)  # some values are NaN
        assert found.wires.num_rows == 12


@pytest.mark.parametrize("bodies", [1, 1_000, 10_000, 100_000, 1_000_000])
def test_tasks_become_shorter_towards_the_end(bodies: int) -> None:
    frames = range(7, 407)
    parts = tasks.split(frames, bodies)
    sizes = [len(part) for part in parts]
    assert [k for part in parts for k in part] == list(frames)
    assert sizes[:-1] == sorted(sizes[:-1], reverse=True)
    assert max(sizes) == {100_000: 2, 1_000_000: 1}.get(bodies, tasks.CHUNK)
    assert sizes[-1] * bodies <= max(tasks.LEAST_BODIES, bodies, tasks.CHUNK * min(bodies, 1_000))
