"""Jobs that did not keep the temperature of their bath are reported and excluded from averages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import signac

from janus_md.common.errors import JanusError
from janus_md.running.pipe import Reporter
from janus_md.workspace import query
from tests.conftest import Result
from tests.test_project import flow

Cli = Callable[..., Result]

pytestmark = pytest.mark.xdist_group("heat")  # they share two jobs

TEMPLATE = """
fixed:
  particle: R-Au-Cu
  n_bodies: 27
  volume_fraction: 0.3
  relative_permittivity: 1.0
  electrostatics: {method: none}
  start: lattice
grid:
  protocol:
    - {time_step_ps: 0.1, relax_ps: 2.0, produce_ns: 0.05, frame_interval_ps: 5.0}
    - {time_step_ps: 1.6, relax_ps: 16.0, produce_ns: 2.0, frame_interval_ps: 16.0}
"""
"""Two jobs whose bodies collide often; a time step of 1.6 ps is too long for that, but not so long
that the run fails."""


@pytest.fixture(scope="module")
def said() -> dict[str, Result]:
    """Return the output of the run."""
    return {}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("heat") / "workspace"


@pytest.fixture
def jobs(
    janus_md: Cli, place: Path, said: dict[str, Result], engine: str
) -> tuple[signac.job.Job, signac.job.Job]:
    """Job with the short time step and job with the long one, both done."""
    if not place.exists():
        template = place.with_name("template.yaml")
        template.write_text(TEMPLATE)
        assert janus_md("init", template, "-d", place).code == 0
        said["run"] = janus_md("run", "-d", place, "--engine", engine)
    found = sorted(
        signac.get_project(path=place), key=lambda job: job.statepoint()["protocol"]["time_step_ps"]
    )
    return found[0], found[1]


def why(job: signac.job.Job) -> str:
    return str(job.document()["heat"]["why"])


def test_the_run_ends_with_a_warning(jobs, said: dict[str, Result]) -> None:
    well, hot = jobs
    assert said["run"].code == 0  # done, with a warning
    assert well.document()["heat"]["passed"] is True
    assert hot.document()["heat"]["passed"] is False
    assert "the time step of 1.6 ps makes places of R-Au-Cu" in why(hot)
    lines = said["run"].out.splitlines()
    assert any(
        "simulate done after 0:0" in x and x.endswith(f"; warning: {why(hot)}") for x in lines
    )
    assert "2 done, 1 of them with a warning, left out of averages" in lines
    assert lines[-1].startswith(f"  {hot.id[:8]} ")
    assert lines[-1].endswith(why(hot))


def test_status_counts_and_lists_hot_jobs(janus_md: Cli, jobs, place: Path) -> None:
    lines = janus_md("status", "-d", place).out.splitlines()
    assert lines[0] == "2 jobs: 2 done"
    assert lines[1].startswith(
        "1 job done with a warning, and left out of averages: not at the temperature"
    )
    assert "the time step of 1.6 ps" in " ".join(lines)
    told = json.loads(janus_md("status", "-d", place, "--json").out)
    assert told["warned"] == 1
    assert [(one["job"], one["state"], one["detail"]) for one in told["notable"]] == [
        (jobs[1].id, "done", why(jobs[1]))
    ]


def test_query_excludes_results_of_hot_jobs_unless_allowed(
    janus_md: Cli, jobs, place: Path
) -> None:
    def rows(*arguments: str) -> tuple[dict[str, Any], str]:
        done = janus_md("query", *arguments, "-d", place, "--json", "-c", "job,mean_n,heat.passed")
        assert done.code == 0
        return {row["job"]: row for row in json.loads(done.out)}, done.err

    found, told = rows()
    well, hot = (found[job.id] for job in jobs)
    assert well["analysis.mean_n.mean"] > 0
    assert hot["analysis.mean_n.mean"] is None
    assert (well["heat.passed"], hot["heat.passed"]) == (True, False)
    assert told.startswith("1 job did not keep the temperature of the bath")
    assert "left out; --allow heat includes them" in told
    found, told = rows("--allow", "heat")
    assert found[jobs[1].id]["analysis.mean_n.mean"] > 0
    assert "results included" in told
    # Filters see what is shown: what is left out has no result.
    assert list(rows("mean_n>0")[0]) == [jobs[0].id]
    assert list(rows("mean_n>0", "--allow", "heat")[0]) == [job.id for job in jobs]
    assert list(rows("heat.passed=false")[0]) == [jobs[1].id]
    table = janus_md("query", "-d", place).out.split("2 jobs")[0].splitlines()
    assert table[-3].split()[-1] == "passed"  # the last line of the headings
    refused = janus_md("query", "-d", place, "--allow", "heart")
    assert refused.code == 2
    assert "--allow: 'heart' is unknown (did you mean heat?)" in refused.err


def test_report_excludes_hot_jobs_with_a_note(
    janus_md: Cli, jobs, place: Path, tmp_path: Path
) -> None:
    done = janus_md("report", "-d", place, "--out", tmp_path / "report")
    assert done.code == 0
    assert "1 job did not keep the temperature of the bath" in done.err
    page = (tmp_path / "report" / "report.html").read_text()
    assert "Left out of averages: 1 of 2 jobs" in page
    assert "done, but left out of averages: the time step of 1.6 ps" in page
    assert len(pd.read_csv(tmp_path / "report" / "results.csv")) == 1
    done = janus_md("report", "-d", place, "--out", tmp_path / "all", "--allow", "heat")
    assert "results included" in done.err
    page = (tmp_path / "all" / "report.html").read_text()
    assert "1 of 2 jobs did not keep the temperature of their bath and are included in" in page
    assert "Left out of averages" not in page
    assert len(pd.read_csv(tmp_path / "all" / "results.csv")) == 2


def test_report_with_only_excluded_jobs(janus_md: Cli, jobs, place: Path, tmp_path) -> None:
    done = janus_md("report", "time_step_ps=1.6", "-d", place, "--out", tmp_path / "report")
    assert done.code == 0
    page = (tmp_path / "report" / "report.html").read_text()
    assert "Left out of averages: 1 of 1 jobs" in page


def test_the_python_interface_excludes_hot_jobs(jobs, place: Path) -> None:
    project = query.open_project(place)
    rows = query.table(project).set_index("job")
    assert rows["analysis.mean_n.mean"].notna().tolist() == [
        job == jobs[0].id for job in rows.index
    ]
    assert query.table(project, allow=["heat"])["analysis.mean_n.mean"].notna().all()
    with pytest.raises(JanusError, match="allowed are heat, state"):
        query.table(project, allow=["version"])


def test_project_py_has_a_label_for_hot_jobs(jobs, place: Path) -> None:
    assert "not_at_temperature" in flow(place, "status", "--detailed").stdout
    assert flow(place, "run").returncode == 0
    page = place / "report" / "report.html"
    assert "Left out of averages: 1 of 2 jobs" in page.read_text()
    assert flow(place, "run", JANUS_MD_ALLOW="heat").returncode == 0  # the report is another one
    assert "are included in the averages" in page.read_text()


def test_a_worker_without_a_pipe_warns_on_the_error_stream(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Reporter(None).send(warning="it is too hot")
    assert capsys.readouterr().err == "warning: it is too hot\n"
