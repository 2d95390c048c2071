"""A real Slurm of one node for the tests of this folder.

A script beside the repository (or the one in JANUS_MD_SLURM_NODE) starts it. It requires the
packages slurm-wlm and munge. If something is missing, the tests are skipped with the reason.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import signac

from tests.conftest import ROOT, Result, wait_for

SCRIPT = Path(
    os.environ.get("JANUS_MD_SLURM_NODE", ROOT.parent / "shared" / "slurm" / "slurm_node.sh")
)
CPUS = 4
LATER = "--begin=now+1hour"
"""Option of sbatch that keeps jobs in the queue."""


def program(folder: Path, name: str, text: str) -> None:
    """Create a bash script as a program in a folder."""
    file = folder / name
    file.write_text(f"#!/bin/bash\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


def with_sbatch(folder: Path, text: str) -> str:
    """Replace sbatch by a bash script; return the PATH.

    `$sbatch` is the real program, and `$number` the number of calls.
    """
    folder.mkdir()
    calls = folder / "calls"
    about = f"echo >>{calls}; number=$(wc -l <{calls}); sbatch={shutil.which('sbatch')}"
    program(folder, "sbatch", f"{about}\n{text}")
    return f"{folder}:{os.environ['PATH']}"


@dataclass(frozen=True)
class Node:
    """A Slurm node with its controller."""

    folder: Path
    gpus: int

    @property
    def configuration(self) -> str:
        return str(self.folder / "slurm.conf")

    def ask(self, *command: str) -> str:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"SLURM_CONF": self.configuration},
        )
        return done.stdout

    def queue(self, what: str = "%i %T %r", states: str = "") -> list[list[str]]:
        """What squeue tells of each job or task, in words."""
        told = self.ask("squeue", "-h", "--array", f"--format={what}", *states.split())
        return [line.split() for line in told.splitlines()]

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let nothing begin that is sent meanwhile."""
        name = self.ask("sinfo", "-h", "--format=%n").strip()
        change = ("scontrol", "update", f"NodeName={name}")
        self.ask(*change, "State=DRAIN", "Reason=paused")
        try:
            yield
        finally:
            self.ask(*change, "State=RESUME")

    def job(self, slurm_id: str) -> dict[str, str]:
        """What Slurm keeps of a job."""
        told = self.ask("scontrol", "--oneliner", "show", "job", slurm_id)
        return dict(part.split("=", 1) for part in told.split() if "=" in part)


def missing() -> str:
    """Return the reason why these tests cannot run; empty if they can."""
    if not SCRIPT.is_file():
        return f"{SCRIPT} is not there; set JANUS_MD_SLURM_NODE"
    for command in ("munged", "slurmctld", "slurmd", "sbatch"):
        if shutil.which(command) is None:
            return f"{command} is not installed (packages slurm-wlm and munge)"
    return ""


def start(folder: Path, **settings: object) -> Node:
    """Start a node with its files in `folder`."""
    gpus = 2 if os.geteuid() == 0 else 0  # their device files are made by root alone
    told = {"CPUS": CPUS, "MEM": 8000, "GPUS": gpus, "MINJOBAGE": 600} | settings

    def begun() -> bool:  # the script waits 30 s for it, which a busy machine may need
        values = told | {"PORT": _free_ports()}
        environment = {f"SLURM_NODE_{key}": str(value) for key, value in values.items()}
        command = ["bash", str(SCRIPT), "start", str(folder)]
        done = subprocess.run(command, env=os.environ | environment, stdout=subprocess.DEVNULL)
        return done.returncode == 0

    wait_for(begun)
    return Node(folder, gpus)


def stop(node: Node) -> None:
    """Cancel its jobs and stop the node."""
    command = ["bash", str(SCRIPT), "stop", str(node.folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _free_ports() -> int:
    """Return a free port with a free successor, outside of the ephemeral range."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@contextmanager
def started(prefix: str, absent: str, plugins: str = "") -> Iterator[Node]:
    """Yield a node with these plugins of Slurm; skip the test with the reason `absent`."""
    if absent:
        pytest.skip(absent)
    with tempfile.TemporaryDirectory(prefix=prefix) as folder:  # a socket's path must be short
        if plugins:
            (Path(folder) / "plugstack.conf").write_text(plugins)
        there = start(Path(folder))
        try:
            yield there
        finally:
            stop(there)


@contextmanager
def for_a_test(node: Node, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """The node; its jobs are cancelled after each test."""
    monkeypatch.setenv("SLURM_CONF", node.configuration)
    yield node
    node.ask("scancel", "--user", str(os.geteuid()))
    wait_for(lambda: not node.queue())


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    with started("slurm-", missing()) as there:
        yield there


@pytest.fixture
def slurm(node: Node, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    with for_a_test(node, monkeypatch) as there:
        yield there


POINTS = """
fixed:
  particle: R-Au-Cu
  n_bodies: 16
  volume_fraction: 0.05
  relative_permittivity: 1.0
  electrostatics: {{method: none}} # no mesh to tune
  protocol:
    {{time_step_ps: 0.1, relax_ps: 2.0, frame_interval_ps: {interval}, produce_ns: {length}}}
grid: {{replica: [{replicas}]}}
"""


@dataclass
class Study:
    """A workspace that is submitted."""

    path: Path
    call: Callable[..., Result]

    @property
    def project(self) -> signac.Project:
        return signac.get_project(path=self.path, search=False)

    @property
    def jobs(self) -> list[signac.job.Job]:
        return sorted(self.project, key=lambda job: job.statepoint["replica"])

    def submit(self, *options: object) -> Result:
        return self.call("submit", "-d", self.path, *map(str, options))

    def status(self) -> str:
        return self.call("status", "-d", self.path).out

    def told(self) -> dict[str, Any]:
        """What the status tells a program."""
        return dict(json.loads(self.call("status", "-d", self.path, "--json").out))

    def ids(self) -> list[str]:
        """Slurm's ids of the jobs, as the documents have them."""
        return [str(job.document["scheduler"]["id"]) for job in self.jobs]

    def clusters(self, **keys: object) -> list[str]:
        """Options that choose a cluster with these keys."""
        file = self.path / "clusters.yaml"
        file.write_text("here:\n" + "".join(f"  {key}: {keys[key]!r}\n" for key in keys))
        return ["--cluster", "here", "--clusters", str(file)]

    def later(self) -> list[str]:
        """Return options that keep submitted jobs in the queue."""
        return self.clusters(options=[LATER])


@pytest.fixture
def study(janus_md: Callable[..., Result], tmp_path: Path) -> Callable[..., Study]:
    """Create a workspace with this number of jobs and this length of the runs, ns."""

    def make(number: int, length: float = 0.02, interval: float = 2.0) -> Study:
        template = tmp_path / "template.yaml"
        replicas = ", ".join(map(str, range(number)))
        template.write_text(POINTS.format(length=length, interval=interval, replicas=replicas))
        done = janus_md("init", template, "-d", tmp_path / "study")
        assert done.code == 0, done.err
        return Study(tmp_path / "study", janus_md)

    return make
