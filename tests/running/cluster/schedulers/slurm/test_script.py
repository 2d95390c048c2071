"""The job script: options of sbatch, and its behavior."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from janus_md.common.errors import JanusError
from janus_md.running.cluster.request.clusters import Cluster
from janus_md.running.cluster.request.resources import SubmitOptions
from janus_md.running.cluster.request.script import write
from janus_md.running.cluster.schedulers.slurm import SCHEDULER as SLURM
from janus_md.simulation.walltime import duration
from tests.running.cluster.request.test_plan import CLUSTER, planned, todo

FOLDER = SLURM.folder


def script(
    root: Path = Path("/data/a b"), requeue: bool = True, cluster: Cluster = CLUSTER, **options: Any
) -> str:
    one = planned(todo(3), **options)[0]
    text = write(one, SubmitOptions(**options), cluster, SLURM, root, lead=90, requeue=requeue)
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)
    return text


def asked_for(text: str) -> list[str]:
    lines = (line.removeprefix("#SBATCH ") for line in text.splitlines() if "#SBATCH" in line)
    return list(lines)


def test_options_follow_from_the_plan() -> None:
    asked = asked_for(script(bundle=3))
    for option in (
        "--signal=B:USR1@90", "--open-mode=append", "--requeue", "--partition=batch",
        "--account=gold", "--ntasks=1", "--cpus-per-task=3", "--mem=3150M", "--nodes=1",
    ):  # fmt: skip
        assert option in asked
    assert not any(option.startswith(("--gpus", "--array")) for option in asked)
    assert "'/data/a b' \"at submission" in script()


def test_scripts_for_gpus_and_arrays() -> None:
    asked = asked_for(script(device="gpu", array=True, at_once=2))
    assert "--gpus=v100:1" in asked
    assert "--partition=volta" in asked
    assert "--array=0-2%2" in asked
    assert any(option.endswith("%A_%a.out") for option in asked)


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        ({"gpu_request": "gpus-per-node"}, ("--gpus-per-node=v100:1", "--mem=6750M")),
        ({"gpu_request": "gres"}, ("--gres=gpu:v100:1", "--mem=6750M")),
        # Of three cores.
        ({"memory_request": "mem-per-cpu"}, ("--gpus=v100:1", "--mem-per-cpu=2250M")),
        ({"memory_request": "none", "options": ("--qos=a",)}, ("--gpus=v100:1", "--qos=a")),
    ],
)
def test_clusters_are_asked_as_they_want_to_be(keys: dict[str, Any], asked: tuple[str]) -> None:
    cluster = CLUSTER.model_copy(update=keys)
    found = asked_for(script(cluster=cluster, device="gpu", bundle=3))
    told = [one for one in found if one.startswith(("--gpus", "--gres", "--mem", "--qos"))]
    assert sorted(told) == sorted(asked)


def test_ranks_are_started_by_srun() -> None:
    text = script(ranks=4, threads=2)
    assert "--ntasks=4" in asked_for(text)
    assert "--cpus-per-task=2" in asked_for(text)
    assert "srun --ntasks=4 --cpus-per-task=2" in text


def test_without_requeue_a_script_does_not_requeue_itself() -> None:
    text = script(requeue=False)
    assert "--no-requeue" in asked_for(text)
    assert "scontrol requeue" not in text


def run_script(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    python: str,
    cluster: Cluster = CLUSTER,
    ranks: int = 1,
    **programs: str,
) -> subprocess.CompletedProcess[str]:
    """Run the script of job 7 in `folder`, with these programs first in PATH."""
    bin_ = folder / "bin"
    for path in (folder / FOLDER, bin_):
        path.mkdir(parents=True, exist_ok=True)
    for name, text in {"python": python, **programs}.items():
        (bin_ / name).write_text(f"#!/bin/bash\n{text}\n")
        (bin_ / name).chmod(0o755)
    monkeypatch.setattr("sys.executable", str(bin_ / "python"))
    (one,) = planned(todo(1), ranks=ranks)
    (folder / SLURM.tasks_file(one.name)).write_text("a\n")
    return subprocess.run(
        ["bash", "-c", write(one, SubmitOptions(ranks=ranks), cluster, SLURM, folder, lead=90)],
        cwd=folder,
        env=os.environ | {"SLURM_JOB_ID": "7", "PATH": f"{bin_}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )


def test_the_exit_file_of_a_previous_run_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it would be read as the end of a requeued job that is killed."""
    left = tmp_path / FOLDER / "7.exit"
    left.parent.mkdir(parents=True)
    left.write_text("75 ended\n")
    ran = run_script(tmp_path, monkeypatch, f"ls {left.parent}\nexit 3")
    (one,) = planned(todo(1))
    assert (ran.returncode, ran.stdout.split()) == (3, [SLURM.tasks_file(one.name).name])
    assert left.read_text() == "3\n"
    # In another folder, the script prints the folder of the workspace.
    (tmp_path / SLURM.tasks_file(one.name)).unlink()
    script = write(one, SubmitOptions(), CLUSTER, SLURM, Path("/data/wires"), lead=90)
    lost = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert lost.returncode == 2
    assert lost.stderr == (
        f"{tmp_path}: not the workspace of this job, which was /data/wires at submission; "
        "janus-md submit resubmits it\n"
    )


def test_ranks_get_the_environment_and_a_held_job_is_requeued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_EXPORT_ENV", "NONE")
    srun = "echo $SLURM_EXPORT_ENV $1; exit 76"
    ran = run_script(tmp_path, monkeypatch, "exit 9", ranks=2, srun=srun, scontrol="echo $1")
    assert ran.returncode == 75
    assert ran.stdout == "ALL --ntasks=2\ninterrupted; requeued to continue\nrequeue\n"
    assert (tmp_path / FOLDER / "7.exit").read_text() == "75 requeued\n"


def test_a_run_does_not_start_if_its_setup_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it might use another engine than the one whose module is missing."""
    lines = ("export A=1", "for x in 1 2; do\n  true\ndone", "module load 'it' # of old", "echo on")
    cluster = CLUSTER.model_copy(update={"setup": lines})
    ran = run_script(tmp_path, monkeypatch, "echo ran", cluster, module='[ "$2" != it ]')
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "setup: module load 'it' # of old failed\n"
    ran = run_script(tmp_path, monkeypatch, "echo ran $A", cluster, module="exit 0")
    assert (ran.returncode, ran.stdout) == (0, "on\nran 1\n")


@pytest.mark.parametrize(("answers", "left"), [(3, "75 requeued\n"), (9, "75\n")])
def test_requeue_is_repeated_if_the_controller_is_unreachable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: int, left: str
) -> None:
    """The controller answers the third request, or none."""
    calls, pauses = tmp_path / "calls", tmp_path / "pauses"
    scontrol = f'echo "$@" >>{calls}; [ "$(wc -l <{calls})" -ge {answers} ]'
    sleep = f"echo $1 >>{pauses}"
    ran = run_script(tmp_path, monkeypatch, "exit 75", scontrol=scontrol, sleep=sleep)
    assert ran.returncode == 75
    assert set(calls.read_text().splitlines()) == {"requeue 7"}
    assert (tmp_path / FOLDER / "7.exit").read_text() == left
    waited = [int(line) for line in pauses.read_text().split()]
    assert len(waited) == min(answers - 1, 5)
    assert sum(waited) < 60  # within the lead


def test_a_lead_must_be_shorter_than_the_walltime() -> None:
    (one,) = planned(todo(1), walltime="1:00")
    for lead in (0, 60):
        with pytest.raises(JanusError, match=rf"^--lead: {lead} is not .* walltime, 00:01:00$"):
            write(one, SubmitOptions(), CLUSTER, SLURM, Path(), lead=lead)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(60, "00:01:00"), (86399.5, "1-00:00:00"), (180061, "2-02:01:01"),
     (float("inf"), "UNLIMITED")],
)  # fmt: skip
def test_walltimes_are_formatted_for_slurm(seconds: float, text: str) -> None:
    assert duration(seconds) == text
