"""Work per job that does not grow with their number; ten thousand jobs in seconds.

Calls of functions are counted where that tells enough: their number does not depend on what else
the machine does. CPU time has bounds three times above what is promised, and memory one that
100,000 jobs in a gigabyte imply. `python benchmarks/scale.py` measures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from janus_md.study.sweeps.sections import MAX_POINTS
from janus_md.study.sweeps.templates import read_template
from janus_md.workspace.products import TABLES, TRAJECTORY
from tests.conftest import Result, environment

POINTS = 10_000

LOADED = 3.0
"""Factor by which the CPU time may exceed the documented one, on a shared machine."""

MEBIBYTES = 60.0
"""Memory that 10,000 jobs may take: 100,000 then stay within a gigabyte."""

TEMPLATE = """\
fixed: {n_bodies: 216, volume_fraction: 0.05}
grid:
  particle: [R-Au-Cu, Au3Cd]
  relative_permittivity: [1.0, 1.25, 1.5, 2.0, 8.93]
replicas: %d
"""

DOCUMENT = {
    "execution": {"engine": "lammps", "version": "20250722", "mesh": {"resolution": [15] * 3}},
    "heat": {"checked": True, "passed": True, "why": None, "worst": 0.2, "kinds": {"R-Au-Cu": {}}},
    "analysis": {
        name: {"mean": 1.5 * k, "error": 0.1}
        for k, name in enumerate(["mean_n", *(f"measure_{k}" for k in range(1, 40))])
    },
}

COMMANDS = [
    ("init", "TEMPLATE"),
    ("status",),
    ("query", "relative_permittivity<1.3"),
    ("query", "measure_3>1", "--csv"),
    ("run", "--operation", "analyze"),
    ("submit", "--pretend"),
]

CALLS_PER_JOB = 1000
"""Calls of functions that a command may need for a job: `init` takes 120, `status` 300, `submit`
600 where a job of ten waits. To compile its template for each script would make that 2,000."""


def finish(place: Path) -> None:
    """Copy the results of a finished job to nine of ten jobs."""
    text = json.dumps(DOCUMENT)
    donor = place / "table.parquet"
    pq.write_table(pa.table({"n": [1]}), donor)
    table = donor.read_bytes()
    for number, job in enumerate(sorted((place / "workspace").iterdir())):
        if number % 10:
            (job / TRAJECTORY).touch()
            for name in TABLES:
                (job / name).write_bytes(table)
            (job / "signac_job_document.json").write_text(text)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Workspaces of 100, 200 and 400 jobs."""
    from janus_md.workspace.jobs import create

    found = {}
    for number in (100, 200, 400):
        found[number] = tmp_path_factory.mktemp(f"jobs_{number}")
        points = read_template(TEMPLATE % (number // 10), "many.yaml").points
        create(found[number], (point.stored() for point in points))
        finish(found[number])
    return found


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_work_per_job_does_not_grow(
    janus_md: Callable[..., Result], places: dict[int, Path], tmp_path: Path, command: list[str]
) -> None:
    template = tmp_path / "many.yaml"

    def calls(number: int) -> int:
        template.write_text(TEMPLATE % (number // 10))
        arguments = [str(template) if one == "TEMPLATE" else one for one in command]
        events = 0

        def count(frame: object, event: str, argument: object) -> None:
            nonlocal events
            events += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            done = janus_md(*arguments, "-d", places[number])
        finally:
            sys.setprofile(None)
        assert done.code == 0, done.err
        return events

    calls(100)  # imports
    hundred, two, four = (calls(number) for number in (100, 200, 400))
    assert four - two < 2.2 * (two - hundred)  # twice as many jobs; 4 times if it were quadratic
    assert (four - two) / 200 < CALLS_PER_JOB


@dataclass(frozen=True)
class Done:
    """Output of a command, CPU time in seconds, and maximum memory in MiB."""

    out: str
    seconds: float
    memory: float


def run(*arguments: str | Path) -> Done:
    """Run the command line in a new process."""
    command = [sys.executable, "-m", "janus_md.cli", *map(str, arguments)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment())
        _, code, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(code)
        said.seek(0)
        out = said.read().decode()
    assert process.returncode == 0, out
    kibibytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Done(out, used.ru_utime + used.ru_stime, kibibytes / 1024)


@pytest.mark.slow
def test_ten_thousand_jobs(tmp_path: Path) -> None:
    template, place, small = tmp_path / "many.yaml", tmp_path / "many", tmp_path / "small"
    template.write_text(TEMPLATE % 1)
    run("init", template, "-d", small)
    finish(small)
    template.write_text(TEMPLATE % (POINTS // 10))
    done = run("init", template, "-d", place)
    assert f"{POINTS} new jobs" in done.out
    assert done.seconds < 10.0 * LOADED
    finish(place)

    done = run("status", "-d", place)
    counts = f"{POINTS} jobs: {POINTS // 10} waiting, {POINTS * 9 // 10} done"
    assert done.out.splitlines()[0] == counts
    assert done.seconds < 3.0 * LOADED
    assert done.memory - run("status", "-d", small).memory < MEBIBYTES
    for asked, lines, last in (
        (["relative_permittivity<1.3", "--csv"], 1 + POINTS * 2 // 5, ""),
        (["relative_permittivity<1.3", "--json"], None, "]"),
        (["relative_permittivity<1.3"], 2 + POINTS * 2 // 5, f"{POINTS * 2 // 5} of {POINTS} jobs"),
        ([], 2 + POINTS, f"{POINTS} jobs"),
    ):
        done = run("query", *asked, "-d", place)
        assert lines in (None, len(done.out.splitlines()))
        assert done.out.splitlines()[-1].startswith(last)
        assert done.seconds < 2.0 * LOADED
        assert done.memory - run("query", *asked, "-d", small).memory < MEBIBYTES
    done = run("run", "-d", place, "--operation", "analyze")
    assert f"not simulated yet: {POINTS // 10} jobs" in done.out
    assert done.seconds < 3.0 * LOADED


@pytest.mark.slow
def test_the_maximum_number_of_state_points_of_a_template() -> None:
    points = read_template(TEMPLATE % (MAX_POINTS // 10), "many.yaml").points
    assert len({point.model_dump_json() for point in points}) == len(points) == MAX_POINTS
