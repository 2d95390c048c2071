"""The time limit of a process, from Slurm or from the user."""

from __future__ import annotations

import math
import subprocess
import time
from typing import Any

import pytest

from janus_md.common.errors import JanusError
from janus_md.running.cluster.schedulers.slurm import allocation
from janus_md.running.time_limit import limit
from janus_md.simulation import walltime
from janus_md.simulation.walltime import NO_LIMIT


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide a scheduler in which the tests may run."""
    for name in ("SLURM_JOB_ID", "SLURM_JOB_END_TIME", "SLURM_JOB_START_TIME",
                 "JANUS_MD_WALLTIME", "JANUS_MD_LIMIT"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)


def squeue(monkeypatch: pytest.MonkeyPatch, answer: str, code: int = 0) -> list[list[str]]:
    """Replace the output of squeue; return the list of its calls."""
    asked: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        if code:
            raise subprocess.CalledProcessError(code, command)
        return subprocess.CompletedProcess(command, 0, answer, "")

    monkeypatch.setattr(allocation.subprocess, "run", run)
    return asked


@pytest.mark.parametrize(
    ("answer", "left", "granted"),
    [
        ("417 58:12 1:00:00\n", 3492, 3600),
        # The first task of an array is asked for: squeue lists all of them.
        ("418 1-00:00:00 2-00:00:00\n417 0:45 1:00\n", 45, 60),
        ("417 UNLIMITED UNLIMITED\n", math.inf, math.inf),
        ("417 INVALID 1:00\n", math.inf, math.inf),
        ("", math.inf, math.inf),
    ],
)
def test_the_limit_is_read_once_from_squeue(
    answer: str, left: float, granted: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Output of squeue 22.05 with --format='%A %L %l'."""
    monkeypatch.setenv("SLURM_JOB_ID", "417")
    asked = squeue(monkeypatch, answer)
    found = limit()
    assert found.left() == pytest.approx(left, abs=1.0)
    assert found.granted == granted
    # Processes that this one starts do not ask again.
    for name, value in found.environment().items():
        monkeypatch.setenv(name, value)
    assert limit() == found
    assert len(asked) == 1
    assert asked[0][-2:] == ["--jobs", "417"]


def test_there_is_no_limit_if_the_scheduler_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "417")
    squeue(monkeypatch, "", code=1)
    assert limit() == NO_LIMIT


def test_the_limit_in_the_environment_is_independent_of_clock_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = time.time()
    monkeypatch.setenv("SLURM_JOB_ID", "417")
    monkeypatch.setenv("SLURM_JOB_START_TIME", str(int(now) - 100))
    monkeypatch.setenv("SLURM_JOB_END_TIME", str(int(now) + 200))
    found = limit()
    assert found.left() == pytest.approx(200, abs=2)
    assert found.granted == 300
    monkeypatch.setattr(walltime.time, "time", lambda: now + 7200)
    assert found.left() == pytest.approx(200, abs=2)
    # A limit of one's own counts where it ends earlier.
    monkeypatch.setattr(walltime.time, "time", lambda: now)
    assert limit("0:30").left() == pytest.approx(30, abs=1)
    assert limit("1:00:00").left() == pytest.approx(200, abs=2)


def test_an_invalid_limit_of_the_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JANUS_MD_WALLTIME", "1h")
    with pytest.raises(JanusError, match=r"walltime: '1h' is not allowed; .* such as 01:30:00"):
        limit()
    monkeypatch.setenv("JANUS_MD_WALLTIME", "2:00")
    assert limit().left() == pytest.approx(120, abs=1)
