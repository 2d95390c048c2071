"""Ten thousand jobs in seconds, a hundred thousand state points at all.

Bounds are on CPU time and generous: they are to catch what grows with the square of the jobs.
`python benchmarks/scale.py` measures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import signac

from janus_md.products import TABLES, TRAJECTORY
from janus_md.sweeps import MOST, read_template
from tests.conftest import environment

POINTS = 10_000

TEMPLATE = """\
fixed: {n_bodies: 216, volume_fraction: 0.05}
grid:
  particle: [R-Au-Cu, Au3Cd]
  relative_permittivity: [1.0, 1.25, 1.5, 2.0, 8.93]
replicas: %d
"""

DOCUMENT = {
    "execution": {"engine": "lammps", "version": "20250722", "mesh": {"resolution": [15] * 3}},
    "analysis": {f"measure_{k}": {"mean": 1.5 * k, "error": 0.1} for k in range(40)},
}


def cpu_seconds(*arguments: str | Path) -> tuple[float, str]:
    """Seconds of CPU time that a command takes, and what it prints."""
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-m", "janus_md.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    after = os.times()
    spent = after.children_user + after.children_system
    return spent - before.children_user - before.children_system, done.stdout


@pytest.mark.slow
def test_ten_thousand_jobs(tmp_path: Path) -> None:
    template, place = tmp_path / "many.yaml", tmp_path / "many"
    template.write_text(TEMPLATE % (POINTS // 10))
    seconds, said = cpu_seconds("init", template, "-d", place)
    assert f"{POINTS} new jobs" in said
    assert seconds < 30.0
    project = signac.get_project(path=place, search=False)
    assert len(project) == POINTS
    text = json.dumps(DOCUMENT)
    for number, job in enumerate(project):
        if number % 10:
            for name in (TRAJECTORY, *TABLES):
                Path(job.fn(name)).touch()
            Path(job.fn("signac_job_document.json")).write_text(text)

    seconds, said = cpu_seconds("status", "-d", place)
    assert said.splitlines()[0] == f"{POINTS} jobs: {POINTS // 10} waiting, {POINTS * 9 // 10} done"
    assert seconds < 15.0
    seconds, said = cpu_seconds("query", "relative_permittivity<1.3", "-d", place, "--csv")
    assert len(said.splitlines()) == 1 + POINTS * 2 // 5
    assert seconds < 15.0
    seconds, said = cpu_seconds("query", "-d", place)
    assert said.splitlines()[-1] == f"{POINTS} jobs"
    assert seconds < 15.0
    seconds, said = cpu_seconds("run", "-d", place, "--operation", "analyze")
    assert f"not simulated yet: {POINTS // 10} jobs" in said
    assert seconds < 20.0


@pytest.mark.slow
def test_as_many_state_points_as_a_template_may_have() -> None:
    points = read_template(TEMPLATE % (MOST // 10), "many.yaml").points
    assert len({point.model_dump_json() for point in points}) == len(points) == MOST
