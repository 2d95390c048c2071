"""Speed of a sweep on this machine; ``python -m benchmarks.workstation``.

The same jobs are run three times, each in a new workspace: sequentially by ``run`` of signac-flow,
in parallel by its ``run --parallel``, and by ``janus-md run``. Wall time is unreliable on a shared
machine, so the CPU time and the load before each are given too.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from janus_md.running.workstation.runner import cores_here

TITLE = "Many jobs on a workstation"
ABOUT = """
The same jobs with `run` of signac-flow, with its `run --parallel` and with `janus-md run`, each
in a new workspace with an empty cache of meshes; 216 bodies, LAMMPS.
"""
LABELS = ("jobs", "bodies", "ns")
PASSES = 1
MINUTES = 15.0
FIGURE = Figure(
    x="{jobs} jobs of {ns} ns",
    y="wall time / s",
    series=("contender",),
    limits=("least / s", "most / s"),
)

TEMPLATE = """
fixed:
  particle: R-Au-Cu
  model: sphere
  n_bodies: {bodies}
  volume_fraction: 0.05
  relative_permittivity: 1.5
  protocol: {{relax_ps: 2.0, equilibrate_ns: 0.0, produce_ns: {ns}, frame_interval_ps: 10.0}}
replicas: {jobs}
"""

FLOW = [sys.executable, "project.py", "run", "--operation", "simulate", "analyze"]

CONTENDERS = {
    "flow, one after the other": FLOW,
    "flow, --parallel": [*FLOW, "--parallel"],
    "janus-md run": [sys.executable, "-m", "janus_md.cli", "run"],
}


@dataclass(frozen=True)
class Taken:
    """Cost of a contender.

    Attributes
    ----------
    wall, cpu : float
        Wall time, and CPU time of all of its processes, seconds.
    steps : int
        Steps of all jobs together.
    load : float
        Load average of the system over a minute at the start.
    """

    wall: float
    cpu: float
    steps: int
    load: float


def adopt_orphans() -> None:
    """Become the parent of orphaned processes, so that their CPU time is counted too."""
    subreaper = 36  # PR_SET_CHILD_SUBREAPER of Linux
    ctypes.CDLL(None).prctl(subreaper, 1, 0, 0, 0)


def processors() -> float:
    """CPU time of all child processes, seconds; waits for running ones."""
    while running := _children() - {_tracker()}:
        for child in running:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _children() -> set[int]:
    """Child processes, orphans included."""
    files = Path("/proc/self/task").glob("*/children")
    return {int(word) for file in files for word in file.read_text(encoding="ascii").split()}


def _tracker() -> int | None:
    """The resource tracker of multiprocessing, which runs as long as this process."""
    tracker: Any = resource_tracker._resource_tracker
    return tracker._pid


def race(command: list[str], workspace: Path, engine: str) -> Taken:
    """Run all jobs of `workspace` with a contender."""
    load, cpu, begin = os.getloadavg()[0], processors(), time.monotonic()
    more = ["--engine", engine] if "project.py" not in command else []
    done = subprocess.run(
        [*command, *more],
        cwd=workspace,
        env=os.environ
        | {
            "JANUS_MD_ENGINE": engine,
            "JANUS_MD_CACHE": str(workspace.with_name("cache")),  # an empty cache of meshes
            "OMP_NUM_THREADS": "1",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.monotonic() - begin
    cpu = processors() - cpu
    documents = [
        json.loads(one.read_text()) for one in workspace.glob("workspace/*/*document.json")
    ]
    if not documents or not all("analysis" in one for one in documents):
        sys.exit(f"{' '.join(command)} left jobs undone:\n{done.stdout}{done.stderr}")
    return Taken(wall, cpu, sum(one["execution"]["steps"] for one in documents), load)


def rows(quick: bool = False) -> Iterator[dict[str, Any]]:
    """Run 12 jobs of 0.5 ns, and two jobs per core of 2 ns.

    Parameters
    ----------
    quick : bool
        Two jobs per core of 0.1 ns, once.
    """
    adopt_orphans()
    short = [(2 * cores_here(), 0.1)]
    for jobs, ns in short if quick else [(12, 0.5), (2 * cores_here(), 2.0)]:
        yield from compared(jobs, 216, ns, "lammps", 1 if quick else 3)


def compared(jobs: int, bodies: int, ns: float, engine: str, times: int) -> list[dict[str, Any]]:
    """Run the same jobs with all contenders in turn, `times` times; one row for each."""
    taken: dict[str, list[Taken]] = {name: [] for name in CONTENDERS}
    for _ in range(times):
        for name, command in CONTENDERS.items():
            with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
                template = Path(folder) / "sweep.yaml"
                template.write_text(TEMPLATE.format(jobs=jobs, bodies=bodies, ns=ns))
                workspace = Path(folder) / "workspace"
                init = [sys.executable, "-m", "janus_md.cli", "init", str(template), "-d"]
                subprocess.run([*init, str(workspace)], check=True, stdout=subprocess.DEVNULL)
                taken[name].append(race(command, workspace, engine))
    found = []
    for name, runs in taken.items():
        wall, cpu = (
            statistics.median(getattr(one, key) for one in runs) for key in ("wall", "cpu")
        )
        found.append(
            {
                "jobs": jobs,
                "bodies": bodies,
                "ns": ns,
                "contender": name,
                "load before": runs[0].load,
                "wall time / s": wall,
                "least / s": min(one.wall for one in runs),
                "most / s": max(one.wall for one in runs),
                "jobs/hour": 3600 * jobs / wall,
                "body-steps/s": runs[0].steps * bodies / wall,
                "CPU time / (s/job)": cpu / jobs,
                "cores busy": cpu / wall,
            }
        )
    return found


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("workstation")
