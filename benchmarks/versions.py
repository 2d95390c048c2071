"""Runs of `janus-md` of version 0.1.0 and of the present one, on the same core."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import earlier
from benchmarks.earlier import Unavailable
from benchmarks.processes import end_group

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


ONE_MESH = """\
import sys
from importlib import util


class Finder:
    def find_spec(self, name, path, target=None):
        if name != "janus_md.engines.tuning":
            return None
        sys.meta_path.remove(self)
        found = util.find_spec(name)
        execute = found.loader.exec_module

        def with_one_mesh(module):
            execute(module)
            module.CUTOFFS, module.ORDERS = (CUTOFF,), (4,)

        found.loader.exec_module = with_one_mesh
        return found


sys.meta_path.insert(0, Finder())
"""
"""A module that Python imports at its start: only meshes of one cutoff, in nm, and of order 4 are
tried. The choice among all takes version 0.1.0 minutes for thousands of bodies."""


def run(
    version: str,
    template: Mapping[str, Any],
    engine: str,
    folder: Path,
    cutoff: float | None = None,
    limit: float | None = None,
) -> Run:
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
    cutoff : float, optional
        Cutoff in real space of the only meshes that are tried, nm.
    limit : float, optional
        Time limit of the run, s.

    Raises
    ------
    Unavailable
        If version 0.1.0 or the engine is not available.
    TimeoutError
        If the run takes longer than `limit`.
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
    paths = []
    if cutoff is not None:
        (folder / "sitecustomize.py").write_text(ONE_MESH.replace("CUTOFF,", f"{cutoff},"))
        paths = [str(folder)]
    _call([*words, "run", "--directory", str(workspace), *options], version, paths, limit)
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


_caches: dict[str, tempfile.TemporaryDirectory[str]] = {}
"""Cache of meshes of each version, removed at the end of this process."""


def forget_meshes(version: str) -> None:
    """Let the next run of a version choose its meshes anew."""
    if version in _caches:
        _caches.pop(version).cleanup()


def _cache(version: str) -> str:
    """Folder for the meshes of a version."""
    if version not in _caches:
        _caches[version] = tempfile.TemporaryDirectory(prefix=f"janus-md-{version}-")
    return _caches[version].name


def _call(
    words: list[str], version: str, paths: Sequence[str] = (), limit: float | None = None
) -> None:
    """Run a command on the last of the allowed cores, with folders for Python to search."""
    # Python imports this package from the current folder, so version 0.1.0 must not run in it.
    if version == NOW:
        paths = [*paths, str(Path(__file__).resolve().parents[1])]
    done = _in_time(
        words,
        limit,
        cwd=_cache(version),
        env=os.environ
        | {"JANUS_MD_CACHE": _cache(version), "OMP_NUM_THREADS": "1"}
        | ({"PYTHONPATH": os.pathsep.join(paths)} if paths else {}),
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Unavailable(f"`{' '.join(words[-6:])}` of {version} failed: {''.join(last)}")


def _in_time(
    words: list[str], limit: float | None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command; after `limit` seconds it is interrupted, and then killed."""
    with subprocess.Popen(
        words,
        preexec_fn=_on_one_core,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
        **options,
    ) as process:
        try:
            out, error = process.communicate(timeout=limit)
        except BaseException as stopped:
            end_group(process.pid, lambda seconds: process.wait(seconds))
            if isinstance(stopped, subprocess.TimeoutExpired):
                raise TimeoutError(f"`{' '.join(words[-6:])}` took longer than {limit} s") from None
            raise
    return subprocess.CompletedProcess(words, process.returncode, out, error)


def _on_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
