"""What jobs take of memory, against what is asked for: Slurm kills those that take more."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.simulation.estimates import memory_needed
from janus_md.study.resolve import setup_of
from janus_md.workspace.products import is_analyzed
from janus_md.workspace.query import open_project
from tests.conftest import Result, environment

BODIES = 512

TEMPLATE = """
fixed:
  particle: R-Au-Cu
  model: {model}
  n_bodies: {bodies}
  volume_fraction: 0.05
  relative_permittivity: 1.0
  protocol: {{time_step_ps: 0.1, relax_ps: 2.0, produce_ns: 0.004, frame_interval_ps: 0.4}}
"""


def family(process: int) -> list[int]:
    """Return a process and all of its descendants."""
    found = [process]
    for one in found:
        try:
            tasks = list(Path(f"/proc/{one}/task").iterdir())
            found += [
                int(word) for task in tasks for word in (task / "children").read_text().split()
            ]
        except OSError:  # it has ended
            pass
    return found


def memory_mb(process: int) -> float:
    """Return the proportional set size of a process, MB."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(one.split()[1]) / 1024 for one in lines if one.startswith("Pss:")), 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["sphere", "bladed"])
@pytest.mark.parametrize("engine", ["hoomd", "lammps"])
def test_a_job_uses_less_memory_than_requested(
    janus_md: Callable[..., Result], tmp_path: Path, model: str, engine: str
) -> None:
    """This includes the launching processes, the choice of the mesh and the analysis."""
    pytest.importorskip(engine)
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("this system does not tell the memory of a process")
    (tmp_path / "template.yaml").write_text(TEMPLATE.format(model=model, bodies=BODIES))
    assert janus_md("init", tmp_path / "template.yaml", "-d", tmp_path / "study").code == 0
    run = subprocess.Popen(
        [sys.executable, "-m", "janus_md.cli", "run", "-d", tmp_path / "study", "--jobs", "1",
         "--engine", engine],
        env=environment(), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    most = 0.0
    while run.poll() is None:
        most = max(most, sum(map(memory_mb, family(run.pid))))
        time.sleep(0.1)
    (job,) = open_project(tmp_path / "study")
    assert is_analyzed(Path(job.path), job.document)
    asked = memory_needed(setup_of(job.statepoint(), tmp_path / "study"))
    print(f"{engine}, {model}: {most:.0f} of {asked:.0f} MB")
    assert 0.2 * asked < most < 0.85 * asked
