"""Why no engine uses the GPUs of this machine, according to NVIDIA's driver."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.version import Version

CONDA_CUDA = Version("12.9")
"""CUDA version that the driver must support for conda-forge's GPU builds of HOOMD-blue."""

TIMEOUT = 30.0
"""Time in which the driver must answer, s."""

NONE = "no template requires a GPU; a HOOMD-blue build with CUDA can use one"


@dataclass(frozen=True)
class Driver:
    """NVIDIA's driver.

    Attributes
    ----------
    gpus : list of str
        Names of the GPUs.
    version : str
        Version of the driver.
    cuda : Version or None
        Newest CUDA version that it supports.
    """

    gpus: list[str]
    version: str
    cuda: Version | None


def driver() -> Driver | None:
    """Ask ``nvidia-smi`` for the GPUs; None without it, or if it finds none."""
    if shutil.which("nvidia-smi") is None:
        return None
    names, about = (
        _output("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"),
        _output("nvidia-smi"),
    )
    rows = [line.rpartition(",") for line in names.splitlines() if "," in line]
    if not rows:
        return None
    cuda = re.search(r"CUDA Version:\s*(\d+\.\d+)", about)
    return Driver(
        [name.strip() for name, _, _ in rows],
        rows[0][2].strip(),
        Version(cuda.group(1)) if cuda else None,
    )


def _output(*command: str) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=TIMEOUT
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def unused(hoomd: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return why no GPU is used, and what to do.

    Parameters
    ----------
    hoomd : mapping or None
        Status of HOOMD-blue, with its key ``gpu_build``.
    """
    found = driver()
    if found is None:
        return "no engine can use a GPU", NONE
    names = ", ".join(dict.fromkeys(found.gpus))
    here = f"{len(found.gpus)} not used: {names} (driver {found.version})"
    if hoomd is None or not hoomd["installed"]:
        return here, "HOOMD-blue is not installed; conda env create -f environment.yml"
    if not hoomd["gpu_build"]:
        return here, (
            f"HOOMD-blue {hoomd['version']} is a CPU build; install a GPU build: conda install "
            "-c conda-forge 'hoomd=*=*gpu*'"
        )
    if found.cuda is not None and found.cuda < CONDA_CUDA:
        return here, (
            f"the driver supports CUDA up to {found.cuda}; conda-forge's GPU builds of HOOMD-blue "
            f"need {CONDA_CUDA} or newer: update the driver"
        )
    return here, str(hoomd["advice"]) or "HOOMD-blue finds no GPU that it can use"
