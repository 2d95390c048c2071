"""`janus-md extend`: longer runs of many jobs, and what is counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.workspace.jobs import open_project
from tests.cli.test_app import refused
from tests.conftest import TINY, Result
from tests.engines.conftest import usable

Cli = Callable[..., Result]


@pytest.fixture
def place(janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two finished jobs of 0.02 ns; the engine restarts every 5 of their 10 frames."""
    usable("lammps")
    monkeypatch.setattr("janus_md.simulation.execution.RESTART_FRAMES", 5)
    template = tmp_path / "tiny.yaml"
    template.write_text(TINY + "grid: {relative_permittivity: [1.0, 2.0]}\n", encoding="utf-8")
    assert janus_md("init", template, "-d", tmp_path / "w").code == 0
    for job in open_project(tmp_path / "w"):
        from janus_md.running.operations import analyze_job, simulate_job

        simulate_job(job.statepoint(), Path(job.path), job.document, engine="lammps")
        analyze_job(Path(job.path), job.document)
    return tmp_path / "w"


def lengths(place: Path) -> list[float]:
    return sorted(job.statepoint()["protocol"]["produce_ns"] for job in open_project(place))


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
def test_jobs_are_extended_and_the_shorter_ones_not_counted(janus_md: Cli, place: Path) -> None:
    listed = janus_md("extend", "--by", "0.01", "--dry-run", "-d", place)
    assert listed.code == 0, listed.err
    assert "2 jobs to extend by 0.01 ns" in listed.out
    assert listed.out.count("-> 0.03 ns") == 2
    assert lengths(place) == [0.02, 0.02]
    done = janus_md("extend", "--by", "0.01", "relative_permittivity=2", "-d", place)
    assert done.code == 0, done.err
    assert "1 new job, which continues a shorter one; next: janus-md run" in done.out
    assert lengths(place) == [0.02, 0.02, 0.03]
    # Again: the longer job is there, and the other one is not chosen.
    refused(
        janus_md("extend", "--by", "0.01", "relative_permittivity=2", "-d", place),
        ["no job can be extended", "1 job continued by a longer one already", "1 job not finished"],
    )
    status = json.loads(janus_md("status", "-d", place, "--json").out)
    assert (status["jobs"], status["states"], status["continued"]) == (
        3,
        {"begun": 1, "done": 2},
        0,
    )
    ran = janus_md("run", "-d", place)
    assert ran.code == 0, ran.err
    assert "1 of 3 jobs to do" in ran.out
    told = janus_md("status", "-d", place).out
    assert "2 jobs: 2 done" in told
    assert "1 shorter job not counted, since a longer one continues it" in told
    rows = json.loads(janus_md("query", "--json", "-d", place).out)
    shorter = [row for row in rows if row["status"] == "continued"]
    assert len(rows) == 3
    assert len(shorter) == 1
    assert shorter[0]["protocol.produce_ns"] == 0.02
    assert shorter[0]["continued_by"] in {row["job"] for row in rows}
    assert not any(value for key, value in shorter[0].items() if key.startswith("analysis."))
    report = janus_md("report", "-d", place)
    assert report.code == 0, report.err
    csv = (place / "report" / "results.csv").read_text(encoding="utf-8")
    assert shorter[0]["job"][:6] not in csv
    page = (place / "report" / "report.html").read_text(encoding="utf-8")
    assert shorter[0]["job"][:6] not in page
    assert janus_md("remove", "status=continued", "--yes", "-d", place).code == 0
    assert lengths(place) == [0.02, 0.03]


def test_bad_lengths_are_refused(janus_md: Cli, place: Path) -> None:
    for by, parts in (
        ("-1", ["--by: -1", "greater than 0"]),
        ("nan", ["--by", "greater than 0"]),
        ("0.0015", ["--by: 0.0015", "whole number of frame intervals", "frame_interval_ps is 2"]),
    ):
        refused(janus_md("extend", "--by", by, "-d", place), parts)
    assert lengths(place) == [0.02, 0.02]


def test_a_damaged_job_is_told_and_the_others_are_extended(janus_md: Cli, place: Path) -> None:
    job = next(iter(open_project(place)))
    (Path(job.path) / "restart.npz").unlink()
    done = janus_md("extend", "--by", "0.01", "-d", place)
    assert done.code == 1
    assert "1 new job, which continues" in done.out
    assert f"job {job.id} cannot be extended" in done.err
    assert "restart.npz is missing" in done.err
    assert lengths(place) == [0.02, 0.02, 0.03]
