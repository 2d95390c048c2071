"""Submission on a real one-node Slurm, with times (`python -m` and the name of this module)."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import signac

from janus_md.workspace.products import RESTART
from tests.conftest import environment
from tests.running.cluster.conftest import LATER, Node, missing, start, stop, wait_for

SWEEP = """
fixed:
  particle: R-Au-Cu
  n_bodies: 16
  volume_fraction: 0.05
  electrostatics: {method: none} # no mesh to tune
  protocol: {time_step_ps: 0.1, relax_ps: 2.0}
"""
SHORT = "{produce_ns: 0.02, frame_interval_ps: 2.0}"
LONG = "{produce_ns: 600.0, frame_interval_ps: 6000.0}"
COMMAND = [sys.executable, "-m", "janus_md.cli"]


class Show:
    """Table of results, each with its duration."""

    def __init__(self, folder: Path, node: Node) -> None:
        self.folder, self.node = folder, node
        self.environment = environment() | {"SLURM_CONF": node.configuration}
        self.begun = time.monotonic()

    def row(self, what: str, seen: object) -> None:
        print(f"{time.monotonic() - self.begun:7.1f} s  {what:46}  {seen}", flush=True)

    def workspace(self, name: str, points: Sequence[str]) -> Path:
        template = self.folder / f"{name}.yaml"
        rows = "".join(f"  - {{{point}}}\n" for point in points)
        template.write_text(f"{SWEEP}points:\n{rows}")
        self.call("init", str(template), "-d", str(self.folder / name))
        return self.folder / name

    def call(self, *words: str, path: str = "", seen: bool = True) -> str:
        """Run janus-md; show its last lines, its time and the processor's."""
        extra = {"PATH": f"{path}:{os.environ['PATH']}"} if path else {}
        wall, before = time.monotonic(), _processor()
        done = subprocess.run(
            [*COMMAND, *words], capture_output=True, text=True, env=self.environment | extra
        )
        wall, used = time.monotonic() - wall, _processor() - before
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        if seen:
            short = " ".join(word for word in words if not word.startswith(str(self.folder)))
            self.row(f"janus-md {short}", f"exit {done.returncode}, {wall:.1f} s ({used:.1f} CPU)")
            for line in said[:1] + said[-3:] if len(said) > 4 else said:
                print(f"{'':13}| {line[:110]}")
        return done.stdout

    def states(self, place: Path) -> dict[str, int]:
        return dict(
            json.loads(self.call("status", "-d", str(place), "--json", seen=False))["states"]
        )

    def wait(self) -> None:
        wait_for(lambda: not self.node.queue(), 1800)

    def clear(self) -> None:
        self.node.ask("scancel", "--user", str(os.geteuid()))
        self.wait()


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sweep(show: Show) -> None:
    """Twelve points: one reaches its time limit, one fails, the others finish."""
    points = [f"relative_permittivity: {1 + k}, protocol: {SHORT}" for k in range(11)]
    points.append(f"relative_permittivity: 1, protocol: {LONG}")
    place = show.workspace("sweep", points)
    jobs = list(signac.get_project(path=place))
    long = next(job for job in jobs if job.sp.protocol.produce_ns > 1)
    broken = next(job for job in jobs if job.sp.relative_permittivity == 5)
    Path(broken.fn(RESTART)).write_bytes(b"not a checkpoint")
    Path(broken.fn("trajectory.partial.gsd")).write_bytes(b"")
    common = ["-d", str(place), "--engine", "lammps"]
    limit = ["--walltime", "1:00", "--lead", "20"]
    show.call("submit", *common, "protocol.produce_ns>1", *limit)
    slurm_id = str(long.document["scheduler"]["id"])
    show.call("submit", *common, "--bundle", "4")
    show.row("states", show.states(place))
    restarts, state = 0, ""
    while show.node.queue():
        about = show.node.job(slurm_id)
        if int(about["Restarts"]) != restarts:
            restarts = int(about["Restarts"])
            show.row(f"job {slurm_id}: time limit, checkpoint, requeue", show.states(place))
        if about["JobState"] != state:
            state = about["JobState"]
            show.row(f"job {slurm_id}: {state}", f"restarts {restarts}")
        time.sleep(0.5)
    show.row("all ended", show.states(place))
    show.call("status", "-d", str(place))
    show.call("submit", *common)
    show.wait()
    show.call("submit", *common)


def _points(number: int) -> list[str]:
    return [f"relative_permittivity: {1 + k / 100}, protocol: {SHORT}" for k in range(number)]


def two_at_once(show: Show, later: list[str]) -> None:
    """Two simultaneous submissions of the same jobs."""
    place = show.workspace("both", _points(40))
    command = [*COMMAND, "submit", "-d", str(place), *later]
    both = [
        subprocess.Popen(command, env=show.environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for number, one in enumerate(both):
        show.row(f"submission {number + 1} of two at once", one.communicate()[0].splitlines()[-1])
    show.row("in the queue", f"{len(show.node.queue())} for 40 jobs")
    show.clear()


def refusals(show: Show, later: list[str]) -> None:
    """Five hundred submissions, of which every tenth is rejected."""
    place = show.workspace("many", _points(500))
    wrapper, count = show.folder / "bin" / "sbatch", show.folder / "count"
    wrapper.parent.mkdir()
    wrapper.write_text(
        f"#!/bin/bash\necho >>{count}\n"
        f"if (( $(wc -l <{count}) % 10 == 0 )); then echo 'no, not now' >&2; exit 1; fi\n"
        f'exec {shutil.which("sbatch")} "$@"\n'
    )
    wrapper.chmod(0o755)
    show.call("submit", "-d", str(place), *later, path=str(wrapper.parent))
    show.call("status", "-d", str(place))
    show.call("submit", "-d", str(place), *later)
    show.row("in the queue", _names(show))
    show.clear()


def array(show: Show, later: list[str]) -> None:
    """An array of two thousand jobs."""
    place = show.workspace("array", _points(2000))
    show.call("submit", "-d", str(place), "--array", "--at-once", "50", *later)
    entered = sum("scheduler" in job.document for job in signac.get_project(path=place))
    show.row("documents that name their task", entered)
    show.call("status", "-d", str(place))
    show.call("submit", "-d", str(place), "--array", *later)
    show.clear()
    show.call("status", "-d", str(place))


def _names(show: Show) -> str:
    names = Counter(row[0] for row in show.node.queue("%j"))
    return f"{len(names)} names, each {max(names.values())} time"


def main() -> int:
    """Run all demonstrations."""
    if why := missing():
        print(why, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="slurm-") as place:
        folder = Path(place)
        node = start(folder / "node")
        try:
            show = Show(folder, node)
            show.row("a Slurm of one node is up", node.ask("sinfo", "--version").strip())
            clusters = folder / "clusters.yaml"
            clusters.write_text(f"here: {{options: ['{LATER}']}}\n")
            later = ["--cluster", "here", "--clusters", str(clusters)]
            two_at_once(show, later)
            refusals(show, later)
            array(show, later)
            sweep(show)
        finally:
            stop(node)
    return 0


if __name__ == "__main__":
    sys.exit(main())
