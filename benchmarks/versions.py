"""Runs of `janus-md` of version 0.1.0 and of the present one, on the same core."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import earlier
from benchmarks.earlier import Unavailable

EARLIER, NOW = "v0.1.0", "now"


@dataclass(frozen=True)
class Run:
    """A `janus-md run` of all jobs of a workspace, one at a time.

    Attributes
    ----------
    wall : float
        Wall time of the command, s.
    documents : list of dict
        Job documents.
    folders : list of Path
        Folders of the jobs.
    """

    wall: float
    documents: list[dict[str, Any]]
    folders: list[Path]

    def steps_per_second(self) -> float:
        """Steps over the time of stepping of all jobs."""
        records = [one["execution"] for one in self.documents]
        return sum(one["steps"] for one in records) / sum(one["seconds"] for one in records)


def run(version: str, template: Mapping[str, Any], engine: str, folder: Path) -> Run:
    """Make a workspace in `folder`, and run it on one core.

    Parameters
    ----------
    version : str
        :data:`EARLIER` or :data:`NOW`.
    template : mapping
        Template.
    engine : str
        Engine.
    folder : Path
        An empty folder.

    Raises
    ------
    Unavailable
        If version 0.1.0 or the engine is not available.
    """
    words = earlier.command() if version == EARLIER else [sys.executable, "-m", "janus_md.cli"]
    if engine not in installed():
        raise Unavailable(f"{engine} is not installed")
    file = folder / "template.yaml"
    file.write_text(json.dumps(template), encoding="utf-8")
    workspace = folder / "workspace"
    _call([*words, "init", str(file), "--directory", str(workspace)], version)
    begin = time.monotonic()
    options = ["--engine", engine, "--device", "cpu", "--jobs", "1"]
    _call([*words, "run", "--directory", str(workspace), *options], version)
    wall = time.monotonic() - begin
    jobs = sorted((workspace / "workspace").iterdir())
    documents = [
        json.loads((job / "signac_job_document.json").read_text(encoding="utf-8")) for job in jobs
    ]
    return Run(wall, documents, jobs)


@cache
def installed() -> set[str]:
    """Names of the installed engines."""
    from janus_md.engines import probing

    return {status["name"] for status in probing.ask().engines if status["installed"]}


def allows_cutoff() -> bool:
    """Whether state points have `electrostatics.method: cutoff`."""
    from janus_md.common.errors import JanusError
    from janus_md.study.statepoint import StatePoint

    least = {"particle": "R-Au-Cu", "n_bodies": 216, "volume_fraction": 0.05}
    try:
        StatePoint.of({**least, "electrostatics": {"method": "cutoff"}})
    except JanusError:
        return False
    return True


@cache
def _cache(version: str) -> tempfile.TemporaryDirectory[str]:
    """Cache of meshes of a version, removed at the end of this process."""
    return tempfile.TemporaryDirectory(prefix=f"janus-md-{version}-")


def _call(words: list[str], version: str) -> None:
    """Run a command on the last of the allowed cores."""
    # Python imports this package from the current folder, so version 0.1.0 must not run in it.
    repository = str(Path(__file__).resolve().parents[1])
    paths = {} if version == EARLIER else {"PYTHONPATH": repository}
    done = subprocess.run(
        words,
        cwd=_cache(version).name,
        env=os.environ | {"JANUS_MD_CACHE": _cache(version).name, "OMP_NUM_THREADS": "1"} | paths,
        preexec_fn=_on_one_core,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Unavailable(f"`{' '.join(words[-6:])}` of {version} failed: {''.join(last)}")


def _on_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
