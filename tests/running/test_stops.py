"""Signals make a simulation write a checkpoint and end with exit code 75."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
import signac

from janus_md.common.errors import ToBeContinued
from janus_md.running.operations import analyze_job, simulate_job
from janus_md.simulation.walltime import Limit
from janus_md.workspace.products import PARTIAL_ANALYSIS, is_analyzed
from tests.conftest import PATIENCE, TINY, Result, environment, wait_for
from tests.running.workstation.test_runner import make

Cli = Callable[..., Result]

LONG = TINY.replace("produce_ns: 0.02", "produce_ns: 4.0").replace(
    "frame_interval_ps: 2.0", "frame_interval_ps: 100.0"
)
"""40,000 steps, some seconds."""

FRAMES = list(range(0, 40_001, 1000))


@pytest.fixture
def job(janus_md: Cli, tmp_path: Path) -> Path:
    return make(janus_md, tmp_path / "workspace", LONG + "  relative_permittivity: 1.0\n")[1.0]


def about(job: Path) -> dict:
    with np.load(job / "restart.npz") as file:
        return json.loads(file["about"].tobytes())


def start(*command: str | Path, where: Path, engine: str) -> subprocess.Popen[str]:
    """Start a process in a new group, as a shell or a batch system does."""
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=where,
        env=environment()
        | {
            "JANUS_MD_ENGINE": engine,
            "JANUS_MD_CHECKPOINT_SECONDS": "1000",
            "JANUS_MD_GIVE_BACK_SECONDS": "0",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def worker(job: Path, engine: str) -> subprocess.Popen[str]:
    """Start a worker that writes its progress to stderr."""
    return start(
        "-m", "janus_md.running.worker", "simulate", job, "--engine", engine, "--pipe", "2",
        where=job, engine=engine,
    )  # fmt: skip


def test_a_signal_before_the_engine_is_loaded_takes_effect(job: Path, engine: str) -> None:
    early = worker(job, engine)
    wait_for((job / "run.lock").exists)  # it looks for engines
    early.send_signal(signal.SIGUSR1)
    early.communicate(timeout=PATIENCE)
    assert early.returncode == 75
    assert not (job / "trajectory.gsd").exists()


def test_each_signal_makes_a_worker_write_a_checkpoint_and_end(
    janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    """There are no timed checkpoints, so that the checkpoint is due to the signal."""
    endless = LONG.replace("produce_ns: 4.0", "produce_ns: 400.0")
    job = make(janus_md, tmp_path / "workspace", endless + "  relative_permittivity: 1.0\n")[1.0]
    reached = 0
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        partial = job / "trajectory.partial.gsd"
        before = partial.stat().st_mtime_ns if partial.exists() else 0
        stopped = worker(job, engine)
        wait_for(lambda p=partial, b=before: p.exists() and p.stat().st_mtime_ns > b)
        stopped.send_signal(number)
        stopped.communicate(timeout=PATIENCE)
        assert stopped.returncode == 75, number.name
        assert about(job)["stage"] == "produce"
        assert reached < about(job)["done"] < 4_000_000
        reached = about(job)["done"]
    assert not (job / "trajectory.gsd").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1], ids=lambda n: n.name)
def test_a_stopped_job_of_flow_is_not_done_and_its_exit_code_is_75(
    number: signal.Signals, job: Path, engine: str
) -> None:
    place = job.parent.parent
    run = start("project.py", "run", "-o", "simulate", where=place, engine=engine)
    wait_for(lambda: (job / "trajectory.partial.gsd").exists())
    run.send_signal(number)
    _, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 75, err
    assert "project.py: stopped at step " in err
    assert "Traceback" not in err
    assert not (job / "trajectory.gsd").exists()
    document = json.loads((job / "signac_job_document.json").read_text())
    assert "failure" not in document
    assert document["execution"]["steps"] == 200 + about(job)["done"]
    again = start("project.py", "run", "-o", "simulate", where=place, engine=engine)
    assert again.wait(timeout=PATIENCE) == 0
    with gsd.hoomd.open(str(job / "trajectory.gsd")) as file:
        assert [frame.configuration.step for frame in file] == FRAMES


def test_a_stopped_analysis_continues_and_leaves_only_its_results(job: Path, engine: str) -> None:
    """It is stopped immediately, but each run analyzes further frames."""
    (point,) = signac.get_project(path=job.parent.parent, search=False)
    simulate_job(point.statepoint(), job, point.document, engine=engine)
    kept = job / PARTIAL_ANALYSIS
    for frame in (16, 32):
        with pytest.raises(ToBeContinued, match=f"stopped at frame {frame} of 41; run again"):
            analyze_job(job, point.document, should_stop=lambda: True)
        assert kept.is_file()
        assert not is_analyzed(job, point.document)
    with pytest.raises(ToBeContinued, match="stopped at frame 41 of 41"):
        analyze_job(job, point.document, limit=Limit.after(5.0))
    analyze_job(job, point.document)
    assert is_analyzed(job, point.document)
    assert point.document["analysis"]["n_frames"] == 41
    assert not kept.exists()
    assert not list(job.glob("*.partial*"))
