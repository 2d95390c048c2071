"""A damaged job is reported once, and does not affect the other jobs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.workspace.damage.damages import DAMAGES
from tests.workspace.damage.outputs import (
    Outputs,
    check_reported_once,
    of_permittivity,
    report_of,
    rows,
)

Cli = Callable[..., Result]


@pytest.mark.usefixtures("no_figures")
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_job_is_reported_and_does_not_affect_the_others(
    janus_md: Cli, copy: Path, sound: Outputs, damage: str
) -> None:
    change, said = DAMAGES[damage]
    job = of_permittivity(copy, 1.5)
    change(job)

    done = janus_md("status", "-d", copy)
    check_reported_once(done, job.name, said, 0)
    assert done.out == "3 jobs: 2 done, 1 damaged\n"
    told = json.loads(janus_md("status", "--json", "-d", copy).out)
    assert [(one["job"], one["state"]) for one in told["notable"]] == [(job.name, "damaged")]
    assert said in told["notable"][0]["detail"]

    done = janus_md("query", "--csv", "-d", copy)
    check_reported_once(done, job.name, said, 0)
    found = rows(done.out, "job")
    assert found.pop(job.name)["status"] == "damaged"
    assert found == {name: row for name, row in sound.query.items() if name != job.name}
    done = janus_md("query", "relative_permittivity!=1.5,null", "-d", copy)
    assert done.code == 0
    assert "2 of 3 jobs" in done.out

    done = janus_md("report", "-d", copy)
    check_reported_once(done, job.name, said, 0)
    assert report_of(copy) == sound.without("1.5")
    page = (copy / "report" / "report.html").read_text()
    assert "2 of 3 jobs finished" in page
    assert job.name[:8] in page

    done = janus_md("run", "-d", copy)
    check_reported_once(done, job.name, said, 1)
    assert done.out == "damaged and left out: 1 job\n"
    check_reported_once(janus_md("submit", "--pretend", "-d", copy), job.name, said, 1)
    done = janus_md("run", "--job", of_permittivity(copy, 2.0).name, "-d", copy)
    assert (done.code, done.out, done.err) == (0, "1 job, all done\n", "")


@pytest.mark.usefixtures("no_figures")
@pytest.mark.parametrize(
    "damage", ["state point edited", "document cut", "average missing", "seconds a map"]
)
def test_reproduce_leaves_a_damaged_job_out(
    janus_md: Cli, copy: Path, sound: Outputs, damage: str
) -> None:
    change, said = DAMAGES[damage]
    job = of_permittivity(copy, 1.5)
    change(job)
    paper = copy.parent / "paper.yaml"
    done = janus_md("reproduce", paper, "--table-only", "-d", copy)
    check_reported_once(done, job.name, said, 0)
    found = rows((copy / "reproduction" / "tiny.csv").read_text(), "fact")
    assert found == {name: row for name, row in sound.reproduce.items() if name != "length damp"}
