"""Small productions with stages, and a choice of the mesh that takes no time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest

from janus_md.engines import load
from janus_md.engines.rescaling import rescaled
from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.simulation.execution import coulomb_record, device_for, not_yet_run
from janus_md.simulation.run_options import RunOptions
from janus_md.study.statepoint import StatePoint

ENGINES = ["lammps", "hoomd"]

EVAPORATE = {
    "name": "evaporate", "length_ns": 0.02, "pieces": 10,
    "volume_fraction": {"to": 0.05, "form": "exponential"},
}  # fmt: skip
DRY = {"name": "dry", "length_ns": 0.02, "pieces": 10, "residual_solvent": 0}
HOLD = {"name": "hold", "length_ns": 0.02}


def point(*stages: Any, **changed: Any) -> StatePoint:
    protocol = {"time_step_ps": 0.1, "relax_ps": 1.0, "frame_interval_ps": 1.0}
    protocol |= changed.pop("protocol", {})
    fields: dict[str, Any] = {
        "particle": "R-Au-Cu",
        "n_bodies": 27,
        "volume_fraction": 0.03,
        "relative_permittivity": 8.93,
        "viscosity": 0.413,
        "protocol": protocol | {"stages": list(stages)},
    }
    return StatePoint.of(fields | changed)


def frames(folder: Path) -> list[Any]:
    with gsd.hoomd.open(str(folder / "trajectory.gsd"), "r") as file:
        return list(file)


def logged(folder: Path, name: str) -> np.ndarray:
    rows = gsd.hoomd.read_log(str(folder / "log.gsd"))
    return np.asarray(rows[f"log/janus_md/{name}"]).ravel()


def given(
    setup: Setup, system: System, candidates: Sequence[tuple[str, str]], *_: Any
) -> dict[str, Any]:
    """Choose a mesh without timing any: order 5, 4.5 nm, estimated error 0.05 kT/nm."""
    ((name, kind),) = candidates
    if setup.interactions.electrostatics is None:
        mesh = None
    else:
        mesh = rescaled(load(name), system, 4.5, 5, 0.05 * setup.bath.kT)
    device = device_for(name, kind, RunOptions())
    speeds = {f"{name} cpu": 500.0}
    record = not_yet_run(load(name), device, system, coulomb_record(mesh), "test", speeds)
    return record | {"force_error": 0.01, "call_steps": 100}


def patch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs choose :func:`given` and restart every fifth frame."""
    monkeypatch.setattr("janus_md.simulation.execution.RESTART_FRAMES", 5)
    for module in ("run", "pieces"):
        monkeypatch.setattr(f"janus_md.simulation.{module}.choose_once", given)
