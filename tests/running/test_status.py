"""The command `status`: files on disk, running jobs, states from a scheduler."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import signac

from janus_md.common import locks
from janus_md.running import cluster
from janus_md.running import status as job_status
from janus_md.study.sweeps import templates as sweeps
from janus_md.workspace import jobs as workspace
from janus_md.workspace.products import TABLES, TRAJECTORY
from tests.conftest import Result, environment

Cli = Callable[..., Result]

POINTS = [point.stored() for point in sweeps.load_template("quickstart").points[::2]]

HOLD = """\
import sys
from pathlib import Path
from janus_md.common.locks import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def jobs(tmp_path: Path) -> list[signac.job.Job]:
    """One job of each state: done, simulated, failed, begun, and two that are waiting."""
    workspace.create(tmp_path, POINTS)
    project = signac.get_project(path=tmp_path, search=False)
    found = [project.open_job(point) for point in POINTS]
    for name in (TRAJECTORY, *TABLES):
        Path(found[0].fn(name)).write_bytes(b"")
    Path(found[1].fn(TRAJECTORY)).write_bytes(b"")
    found[0].document["analysis"] = {"n_frames": 3, "mean_n": {"mean": 1.5, "error": None}}
    found[2].document["failure"] = {"message": "it blew [up]", "operation": "simulate"}
    found[3].document["execution"] = {"engine": "lammps"}
    return found


def test_counts_and_failures(janus_md: Cli, jobs: list[signac.job.Job]) -> None:
    place = jobs[0].project.path
    lines = janus_md("status", "-d", place).out.splitlines()
    assert lines[0] == "6 jobs: 2 waiting, 1 begun, 1 simulated, 1 done, 1 failed"
    assert len(lines) == 3
    assert lines[2].split() == [
        jobs[2].id[:8],
        "failed",
        "R-Au-Cu,",
        "ε",
        "1.5",
        "it",
        "blew",
        "[up]",
    ]
    told = json.loads(janus_md("status", "-d", place, "--json").out)
    assert told["jobs"] == 6
    assert told["states"] == {"waiting": 2, "begun": 1, "simulated": 1, "done": 1, "failed": 1}
    assert [one["job"] for one in told["notable"]] == [jobs[2].id]
    assert told["notable"][0]["detail"] == "it blew [up]"


def test_filters_select_the_counted_jobs(janus_md: Cli, jobs: list[signac.job.Job]) -> None:
    place = jobs[0].project.path
    told = json.loads(janus_md("status", "relative_permittivity<1.3", "-d", place, "--json").out)
    assert told["states"] == {"waiting": 1, "simulated": 1, "done": 1}
    assert janus_md("status", "status=failed", "-d", place).out.startswith("1 job: 1 failed\n")
    assert "did you mean particle" in janus_md("status", "particel=Au3Cd", "-d", place).err


def test_a_long_list_of_failures_is_truncated(janus_md: Cli, tmp_path: Path) -> None:
    points = [POINTS[0] | {"replica": k} for k in range(25)]
    workspace.create(tmp_path, points)
    for job in signac.get_project(path=tmp_path):
        job.document["failure"] = {"message": "no"}
    lines = janus_md("status", "-d", tmp_path).out.splitlines()
    assert lines[0] == "25 jobs: 25 failed"
    assert len(lines) == 2 + 20 + 1
    assert lines[-1] == "... and 5 more (--json shows all)"
    lines = janus_md("report", "-d", tmp_path).out.splitlines()
    assert [line.startswith("failed: ") for line in lines] == [True] * 21
    assert lines[-1] == "failed: 5 more"


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux lists locks")
def test_a_job_with_a_held_lock_is_running_and_status_does_not_disturb_it(
    janus_md: Cli, jobs: list[signac.job.Job]
) -> None:
    place, job = jobs[0].project.path, jobs[3]
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, job.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    told = json.loads(janus_md("status", "-d", place, "--json").out)
    assert told["states"]["running"] == 1
    assert "begun" not in told["states"]
    assert [one["state"] for one in told["notable"]] == ["failed", "running"]
    assert f"process {process.pid} on" in told["notable"][1]["detail"]
    process.communicate("")
    assert json.loads(janus_md("status", "-d", place, "--json").out)["states"]["begun"] == 1
    with locks.hold(Path(job.path)):  # nobody holds it for having looked
        pass


def test_the_scheduler_sets_the_state_of_unfinished_jobs(jobs: list[signac.job.Job]) -> None:
    project = workspace.open_project(jobs[0].project.path)
    said = {
        str(jobs[0].id): "failed (exit code 1)",  # it is done, whatever became of its submission
        str(jobs[2].id): "failed (exit code 3)",
        str(jobs[3].id): "timed out",
        str(jobs[4].id): "queued (job 17)",
    }
    found = job_status.job_statuses(workspace.read_jobs(project), said)
    by_id = {one.record.id: (one.state, one.detail) for one in found}
    assert [by_id[str(job.id)] for job in jobs] == [
        ("done", ""),
        ("simulated", ""),
        ("failed", "it blew [up]"),
        ("timed out", ""),
        ("queued", "job 17"),
        ("waiting", ""),
    ]
    assert list(job_status.counts(found)) == [
        *("waiting", "queued", "simulated", "done", "failed", "timed out")
    ]
    assert {one.state for one in job_status.notable(found)} == {"failed", "timed out"}


def test_the_batch_job_of_a_failed_job_is_named_and_what_is_left_to_submit(
    janus_md: Cli, jobs: list[signac.job.Job]
) -> None:
    """Without the scheduler of the entry, states are those of the files."""
    for job, number in zip(jobs[2:4], ("17", "18"), strict=True):
        job.document[cluster.KEY] = {
            "scheduler": "slurm", "id": number, "operation": "simulate", "failures": 0,
            "ended": "ended",
        }  # fmt: skip
    place = jobs[0].project.path
    lines = janus_md("status", "-d", place).out.splitlines()
    assert "Slurm job 17; it blew [up]" in lines[2]
    assert lines[3] == "1 submitted job not finished; submit again to continue"
    (failed,) = json.loads(janus_md("status", "-d", place, "--json").out)["notable"]
    assert failed["batch_job"] == "Slurm job 17"
