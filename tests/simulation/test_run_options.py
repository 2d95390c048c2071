"""Options of an execution: one object, the same on the command line of a worker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janus_md.common.errors import JanusError
from janus_md.simulation.run import simulate
from janus_md.simulation.run_options import RunOptions
from janus_md.simulation.walltime import Limit
from tests.conftest import environment
from tests.simulation.files.test_resume import point

OPTIONS = st.builds(
    RunOptions,
    engine=st.sampled_from(["auto", "hoomd", "lammps", "another engine"]),
    device=st.sampled_from(["auto", "cpu", "gpu"]),
    threads=st.integers(1, 500),
    gpu_id=st.integers(0, 15),
    ranks=st.integers(1, 500),
    until_stationary=st.booleans(),
    allow=st.lists(st.sampled_from(["version", "state"]), max_size=3),
    limit=st.builds(Limit, st.floats(0, 1e9), st.floats(0, 1e9)),
)


@given(OPTIONS)
def test_arguments_give_the_options_that_wrote_them(options: RunOptions) -> None:
    assert RunOptions.of_arguments(options.to_arguments(), options.limit) == options


def test_arguments_are_those_that_differ_from_the_defaults() -> None:
    assert RunOptions().to_arguments() == []
    options = RunOptions("lammps", threads=4, until_stationary=True, allow=("version", "state"))
    assert options.to_arguments() == [
        "--engine=lammps", "--threads=4", "--until-stationary", "--allow=version", "--allow=state",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["threads", "ranks"])
def test_less_than_one_is_refused(name: str) -> None:
    with pytest.raises(JanusError, match=f"^{name}: 0 is not allowed; it must be at least 1$"):
        RunOptions(**{name: 0})


def test_keywords_are_fields_of_the_options(tmp_path: Path, engine: str) -> None:
    with pytest.raises(TypeError, match="engin"):
        simulate(point(), tmp_path, {}, engin=engine)
    with pytest.raises(JanusError, match="threads: 0 is not allowed"):
        simulate(point(), tmp_path, {}, RunOptions(engine), threads=0)


def test_worker_reads_run_options(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "janus_md.running.worker", "simulate", str(tmp_path)]
    done = subprocess.run(
        [*command, "--threads=0"], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "threads: 0 is not allowed; it must be at least 1" in done.stderr
