"""A workspace of the first version-2 code: read, resumed, analysed, reported and submitted."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import gsd.hoomd
import pyarrow.parquet as pq
import pytest
import signac

from tests.conftest import Result
from tests.engines.conftest import usable

Cli = Callable[..., Result]

KEPT = Path(__file__).parent / "v2"

RENAMED = {"0.5 R-1 + 0.5 S-1": "racemate R-1 + S-1"}
"""Substances that the kept query called otherwise."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy to work on."""
    shutil.copytree(KEPT, tmp_path / "v2")
    return tmp_path / "v2"


def jobs(place: Path) -> dict[str, signac.job.Job]:
    return {job.id: job for job in signac.get_project(path=place)}


def rows(janus_md: Cli, place: Path, *options: str) -> list[dict[str, str]]:
    done = janus_md("query", "-d", place, "--csv", *options)
    assert done.code == 0, done.err
    assert done.err == ""
    return list(csv.DictReader(io.StringIO(done.out)))


def test_it_is_read_as_it_was_made(janus_md: Cli, place: Path) -> None:
    """Ids, states and averages of the kept query."""
    kept = list(csv.DictReader(io.StringIO((KEPT / "query.csv").read_text(encoding="utf-8"))))
    found = rows(janus_md, place)
    for table in (found, kept):
        table.sort(key=lambda row: row["job"])
    for row, before in zip(found, kept, strict=True):
        before["substance"] = RENAMED.get(before["substance"], before["substance"])
        assert {key: row[key] for key in before} == before
    status = json.loads(janus_md("status", "-d", place, "--json").out)
    assert status["states"] == {"waiting": 1, "begun": 1, "done": 2, "failed": 1}


def test_seeds_and_ids_stay(place: Path) -> None:
    from janus_md.study.resolve import setup_of
    from janus_md.study.statepoint import StatePoint

    seeds = json.loads((KEPT / "seeds.json").read_text(encoding="utf-8"))
    for name, job in jobs(place).items():
        point = StatePoint.of(job.statepoint())
        assert point.stored() == job.statepoint()
        assert point.seed() == seeds[name]
        assert setup_of(job.statepoint(), place).seed == seeds[name]


def test_it_is_analysed_again_with_the_same_result(janus_md: Cli, place: Path) -> None:
    before = {row["job"]: row for row in rows(janus_md, place) if row["status"] == "done"}
    for name in before:
        (place / "workspace" / name / "frames.parquet").unlink()
    done = janus_md("run", "-d", place, "--operation", "analyze")
    assert done.code == 0, done.err
    after = {row["job"]: row for row in rows(janus_md, place)}
    for name, row in before.items():
        for key, value in row.items():
            if key.startswith("analysis.") and key.endswith((".mean", ".error")) and value:
                assert float(after[name][key]) == pytest.approx(float(value), rel=1e-6, abs=1e-9)


def test_what_was_cut_off_goes_on_and_what_waits_is_run(janus_md: Cli, place: Path) -> None:
    usable("lammps")
    states = {row["job"]: row["status"] for row in rows(janus_md, place)}
    wanted = [name for name, state in states.items() if state in ("begun", "waiting")]
    chosen = [option for name in wanted for option in ("--job", name)]
    done = janus_md("run", "-d", place, "--engine", "lammps", "--allow", "version", *chosen)
    assert done.code == 0, done.out + done.err
    for name in wanted:
        with gsd.hoomd.open(str(place / "workspace" / name / "trajectory.gsd"), "r") as file:
            assert [frame.configuration.step for frame in file] == list(range(0, 601, 20))


def test_it_is_reported_and_submitted(janus_md: Cli, place: Path) -> None:
    done = janus_md("report", "-d", place)
    assert done.code == 0, done.err
    page = (place / "report" / "report.html").read_text(encoding="utf-8")
    assert "2 of 5 jobs finished" in page
    sent = janus_md("submit", "-d", place, "--pretend", "--account", "abc")
    assert sent.code == 0, sent.err
    assert "3 jobs" in sent.out


def test_columns_that_came_later_are_missing_and_nothing_is_done_again(
    janus_md: Cli, place: Path
) -> None:
    """Its jobs were analysed before there were clusters."""
    done = [row["job"] for row in rows(janus_md, place) if row["status"] == "done"]
    tables = [place / "workspace" / name / "frames.parquet" for name in done]
    before = [path.stat().st_mtime_ns for path in tables]
    assert not any("mean_cluster_n" in pq.read_schema(path).names for path in tables)
    ended = janus_md("run", "-d", place, "--operation", "analyze")
    assert (ended.code, ended.out) == (0, "not simulated yet: 3 jobs\n"), ended.err
    assert [path.stat().st_mtime_ns for path in tables] == before
    assert not any("cluster" in key for key in rows(janus_md, place)[0])
    assert "cluster" not in janus_md("query", "-d", place).out
    assert not list(place.glob("workspace/*/aggregates.parquet"))
    reported = janus_md("report", "-d", place)
    assert reported.code == 0, reported.err
    assert "cluster" not in reported.out
    kept = (place / "report" / "results.csv").read_text(encoding="utf-8")
    assert "mean_n" in kept
    assert "cluster" not in kept


def test_what_is_analysed_again_has_the_tables_that_came_later(janus_md: Cli, place: Path) -> None:
    name = next(row["job"] for row in rows(janus_md, place) if row["status"] == "done")
    job = place / "workspace" / name
    (job / "frames.parquet").unlink()
    assert janus_md("run", "-d", place, "--operation", "analyze").code == 0
    assert pq.read_metadata(job / "aggregates.parquet").num_rows == 0  # nothing attracts there
    (job / "aggregates.parquet").unlink()
    states = {row["job"]: row["status"] for row in rows(janus_md, place)}
    assert states[name] == "simulated"
