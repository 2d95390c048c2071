"""Threads of simulations on CPUs: set by --threads, or an equal share of the cores."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import PATIENCE, TINY, Result, wait_for
from tests.running.workstation.test_runner import LONG, document, make

Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def _lammps_alone(engine: str) -> None:
    if engine != "lammps":
        pytest.skip("LAMMPS is the only engine with threads")


def test_a_simulation_has_the_requested_threads(janus_md: Cli, tmp_path: Path) -> None:
    place = tmp_path / "workspace"
    jobs = make(janus_md, place, TINY + "grid: {relative_permittivity: [1, 2]}\n")
    done = janus_md("run", "-d", place, "--engine", "lammps", "--threads", 2)
    assert done.code == 0, done.out
    assert [document(job)["execution"]["threads"] for job in jobs.values()] == [2, 2]


def test_a_continued_simulation_keeps_its_threads(
    janus_md: Cli, start_janus_md: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    """With another number of threads, it would not be bitwise reproducible."""
    place = tmp_path / "workspace"
    job = make(janus_md, place, LONG + "  relative_permittivity: 1.0\n")[1.0]
    process = start_janus_md("run", "-d", place, "--engine", "lammps", "--threads", 2)
    wait_for(lambda: (job / "trajectory.partial.gsd").exists())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 75
    done = janus_md("run", "-d", place, "--operation", "simulate")  # by itself 1: 16 bodies
    assert done.code == 0, done.out
    execution = json.loads((job / "signac_job_document.json").read_text())["execution"]
    assert (execution["threads"], execution["bit_equal"]) == (2, True)


def test_zero_threads_are_refused(janus_md: Cli, tmp_path: Path) -> None:
    make(janus_md, tmp_path / "workspace", TINY + "  relative_permittivity: 1\n")
    wrong = janus_md("run", "-d", tmp_path / "workspace", "--threads", 0)
    assert wrong.code == 2
    assert "--threads: 0 is not allowed; it must be at least 1" in wrong.err
