"""The signac-flow project, used as its users do: status, run, submit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.workspace import query
from tests.conftest import TINY, Result, environment

Cli = Callable[..., Result]


def flow(place: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "project.py", *arguments],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        env=environment() | variables,
    )


@pytest.fixture
def workspace(janus_md: Cli, tmp_path: Path) -> Path:
    template = tmp_path / "template.yaml"
    template.write_text(TINY + "grid: {relative_permittivity: [1, 2]}\n")
    place = tmp_path / "workspace"
    assert janus_md("init", template, "-d", place).code == 0
    return place


def counts(status: str) -> dict[str, int]:
    """Eligible jobs by operation, of the output of `status`."""
    names = ("simulate", "analyze", "summarize")
    rows = [line.split() for line in status.splitlines()]
    return {row[0]: int(row[1]) for row in rows if len(row) >= 2 and row[0] in names}


def test_run_does_everything_and_status_follows_the_files(workspace: Path, engine: str) -> None:
    assert counts(flow(workspace, "status").stdout) == {"simulate": 2}
    done = flow(workspace, "run", JANUS_MD_ENGINE=engine)
    assert done.returncode == 0, done.stderr
    assert (workspace / "report" / "report.html").stat().st_size > 10_000
    rows = query.table(query.open_project(workspace))
    assert rows["status"].tolist() == ["done", "done"]
    assert rows["execution.engine"].tolist() == [engine, engine]
    assert counts(flow(workspace, "status").stdout) == {}

    # What counts are whole products: a table that is gone is made again, and then the report.
    job = next((workspace / "workspace").iterdir())
    (job / "wires.parquet").unlink()
    assert counts(flow(workspace, "status").stdout) == {"analyze": 1}
    # A trajectory under its partial name does not count.
    (job / "trajectory.gsd").rename(job / "trajectory.partial.gsd")
    assert counts(flow(workspace, "status").stdout) == {"simulate": 1}
    (job / "trajectory.partial.gsd").rename(job / "trajectory.gsd")
    again = flow(workspace, "run")
    assert again.returncode == 0, again.stderr
    assert (job / "wires.parquet").exists()
    assert counts(flow(workspace, "status").stdout) == {}
    # A clock that was wrong makes no report old, and none new.
    report = workspace / "report" / "report.html"
    os.utime(report, (0, 0))
    assert counts(flow(workspace, "status").stdout) == {}
    os.utime(job / "wires.parquet", (0, 0))
    assert counts(flow(workspace, "status").stdout) == {"summarize": 1}


def test_submit_is_that_of_janus_md(workspace: Path, tmp_path: Path) -> None:
    done = flow(workspace, "submit", "--pretend", "--walltime", "2:00:00", "--threads", "4")
    assert done.returncode == 0, done.stderr
    for option in ("--job-name=", "--time=02:00:00", "--cpus-per-task=4", "--signal=B:USR1@120"):
        assert done.stdout.count(f"#SBATCH {option}") == 1
    assert "; 1 other script like it\n" in done.stdout


def test_submit_without_a_scheduler_says_so(workspace: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "empty"
    nothing.mkdir()
    done = flow(workspace, "submit", PATH=str(nothing))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "sbatch: not found" in done.stderr
    assert "janus-md run" in done.stderr


def test_outside_a_workspace_it_says_so(workspace: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "project.py").write_bytes((workspace / "project.py").read_bytes())
    done = flow(outside, "status")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "is not a workspace" in done.stderr
    assert [one.name for one in outside.iterdir()] == ["project.py"]
