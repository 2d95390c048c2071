"""The job script: what it asks PBS for in each dialect, and what it does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from janus_md.common.errors import JanusError
from janus_md.running.cluster.request.clusters import Cluster, read
from janus_md.running.cluster.request.resources import SubmitOptions
from janus_md.running.cluster.request.script import write
from janus_md.running.cluster.schedulers.pbs import SCHEDULER as PBS
from janus_md.running.cluster.schedulers.pbs.options import duration
from tests.running.cluster.request.test_plan import CLUSTER, planned, todo


def cluster(dialect: str = "select", **keys: Any) -> Cluster:
    return CLUSTER.model_copy(update={"scheduler": "pbs", "dialect": dialect, **keys})


def script(here: Cluster, root: Path = Path("/data"), lead: int = 90, **options: Any) -> str:
    one = planned(todo(3), **options)[0]
    text = write(one, SubmitOptions(**options), here, PBS, root, lead=lead)
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)
    return text


def asked_for(text: str) -> list[str]:
    return [line.removeprefix("#PBS ") for line in text.splitlines() if line.startswith("#PBS")]


def no_type(**keys: Any) -> dict[str, Any]:
    """Nodes with GPUs without a type."""
    assert CLUSTER.gpu is not None
    return {"gpu": CLUSTER.gpu.model_copy(update={"gpu_type": None, **keys})}


def test_resource_options_of_openpbs() -> None:
    asked = asked_for(script(cluster(), bundle=3, walltime="30:00:00"))
    for option in ("-S /bin/bash", "-j oe", "-o /dev/null", "-r n", "-q batch", "-A gold",
                   "-l select=1:ncpus=3:mem=3150mb", "-l walltime=30:00:00"):  # fmt: skip
        assert option in asked
    assert not any(option.startswith(("-J", "-t")) for option in asked)
    text = script(cluster(mpi="--bind-to none"), ranks=4, threads=2, bundle=1)
    asked = asked_for(text)
    assert "-l select=1:ncpus=8:mpiprocs=4:ompthreads=2:mem=4200mb" in asked
    assert "run mpiexec -n 4 --bind-to none \\\n" in text
    gpu = cluster(**no_type(), memory_request="none", options=("-l place=excl",))
    asked = asked_for(script(gpu, device="gpu", array=True, at_once=2))
    assert {"-l select=1:ncpus=1:ngpus=1", "-J 0-2%2", "-q volta", "-l place=excl"} <= set(asked)
    with pytest.raises(JanusError, match="gpu_type: 'v100' is not allowed with PBS, because the"):
        script(cluster(), device="gpu")


def test_resource_options_of_torque() -> None:
    asked = asked_for(script(cluster("nodes"), bundle=3))
    assert {"-l nodes=1:ppn=3", "-l mem=3150mb"} <= set(asked)
    asked = asked_for(script(cluster("nodes"), device="gpu", array=True))
    assert {"-l nodes=1:ppn=1:gpus=1:v100", "-t 0-2"} <= set(asked)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("here: {scheduler: pbs, dialect: torque}", "dialect: 'torque' is not allowed; allowed v"),
        (
            "here: {scheduler: pbs, gpu_request: gres}",
            "gpu_request: 'gres' is not allowed; PBS doe",
        ),
        (
            "here: {scheduler: slurm, dialect: nodes}",
            "dialect: 'nodes' is not allowed; Slurm doe",
        ),
        ("here: {scheduler: pbs, options: [--qos=a]}", "options: '--qos=a' is not allowed; it mu"),
        ("here: {scheduler: pbs, options: [-N a]}", "options: '-N a' is not allowed; janus-md set"),
        ("here: {scheduler: pbs, options: [-W depend=a]}", "options: '-W depend=a' is not allowe"),
        ("here: {scheduler: pbz}", r"scheduler: 'pbz' is unknown \(did you mean pbs\?\)"),
    ],
)
def test_errors_name_the_key_and_the_allowed_values(text: str, message: str) -> None:
    with pytest.raises(JanusError, match=rf"^file: here: {message}"):
        read(text, "file")


def test_walltimes_are_formatted_for_qsub() -> None:
    assert [duration(one) for one in (60, 86399.5, 360061)] == ["00:01:00", "24:00:00", "100:01:01"]


def run_script(folder: Path, monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """Run a script as PBS does, in $HOME and with PBS's variables; return its output."""
    python = folder / "python"
    python.write_text(
        '#!/bin/bash\necho "$PWD" "$JANUS_MD_WALLTIME" "$JANUS_MD_PLUGINS" "${@: -1}"\n'
    )
    python.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(python))
    options = {"array": True}
    (folder / PBS.folder).mkdir(parents=True)
    (folder / "plugins").mkdir()
    (one,) = planned(todo(3), **options)
    (folder / PBS.tasks_file(one.name)).write_text("a\nb\nc\n")
    ran = subprocess.run(
        ["bash", "-c", script(cluster(), folder, 60, **options)],
        cwd="/",
        env={"PATH": os.environ["PATH"], "PBS_O_WORKDIR": str(folder), **variables},
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    job = variables["PBS_JOBID"]
    assert (folder / PBS.exit_file(job)).read_text() == "0\n"
    return (folder / PBS.output_of(job)).read_text()


@pytest.mark.parametrize("variable", ["PBS_ARRAY_INDEX", "PBS_ARRAYID"], ids=["openpbs", "torque"])
def test_a_task_runs_in_the_workspace_with_its_time_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    job = {"PBS_JOBID": "7[1].server", variable: "1"}
    where, limit, plugins, last = run_script(tmp_path, monkeypatch, **job).split()
    assert (where, last) == (str(tmp_path), "b")
    assert plugins == str(tmp_path / "plugins")
    asked = planned(todo(3), array=True)[0].resources.seconds
    assert 0 <= asked - 60 - float(limit.removeprefix("0:")) < 5
