"""Speed of the present code beside version 0.1.0, through `janus-md run` on jobs of a workspace."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.items import Figure
from benchmarks.versions import EARLIER, NOW, allows_cutoff, run

TITLE = "Speed beside v0.1.0"
ABOUT = """
R-Au-Cu at relative permittivity 1.25 and volume fraction 0.05, time step 0.1 ps, on one core. The
two versions run the same template one after the other in each pass, each with the mesh that it
chooses. Steps per second are those of the job documents. The column with the cutoff has
`electrostatics.method: cutoff`, all others PPPM. The ratio to LAMMPS is that of the same model and
number of bodies, with PPPM, in the same pass.
"""
LABELS = ("bodies",)
FIGURE = Figure(x="model", y="gain", series=("engine",))

SIZES = (216,)
SECONDS = 8.0
"""Approximate duration of a run of version 0.1.0, s."""
RATES = {
    ("sphere", "lammps"): 1500.0,
    ("sphere", "hoomd"): 430.0,
    ("bladed", "lammps"): 325.0,
    ("bladed", "hoomd"): 116.0,
}
"""Approximate speed of version 0.1.0 with 216 bodies, steps/s, from which lengths are chosen."""
STEP_PS, FRAME_STEPS = 0.1, 200


def template(model: str, engine: str, bodies: int, seconds: float) -> dict[str, Any]:
    """Template of one job that takes about `seconds` with version 0.1.0."""
    steps = seconds * RATES[model, engine] * 216 / bodies
    frames = max(2, round(steps / FRAME_STEPS))
    interval = FRAME_STEPS * STEP_PS
    return {
        "fixed": {
            "particle": "R-Au-Cu",
            "model": model,
            "n_bodies": bodies,
            "volume_fraction": 0.05,
            "relative_permittivity": 1.25,
            "protocol": {
                "time_step_ps": STEP_PS,
                "relax_ps": 1.0,
                "produce_ns": frames * interval / 1000.0,
                "frame_interval_ps": interval,
            },
        }
    }


def rows(quick: bool = False) -> Iterator[dict[str, Any]]:
    """One pass: both versions, all models and engines."""
    return compared(SIZES, quick)


def compared(sizes: tuple[int, ...], quick: bool) -> Iterator[dict[str, Any]]:
    """Rows for all models, engines and `sizes`."""
    cutoff = allows_cutoff()
    lammps: dict[tuple[int, str], float] = {}
    for bodies, (model, engine) in product(sizes, RATES):
        wanted = template(model, engine, bodies, 0.5 * SECONDS if quick else SECONDS)
        speeds = {version: _speed(version, wanted, engine) for version in (EARLIER, NOW)}
        row = {
            "model": model,
            "engine": engine,
            "bodies": bodies,
            "v0.1.0 / (steps/s)": speeds[EARLIER],
            "now / (steps/s)": speeds[NOW],
            "gain": speeds[NOW] / speeds[EARLIER],
        }
        if engine == "lammps":
            lammps[bodies, model] = speeds[NOW]
        row["over LAMMPS"] = speeds[NOW] / lammps[bodies, model]
        if cutoff:
            wanted["fixed"]["electrostatics"] = {"method": "cutoff"}
            with_cutoff = _speed(NOW, wanted, engine)
            row["with cutoff / (steps/s)"] = with_cutoff
            row["gain with cutoff"] = with_cutoff / speeds[EARLIER]
            row["with cutoff over LAMMPS"] = with_cutoff / lammps[bodies, model]
        yield row


def _speed(version: str, wanted: dict[str, Any], engine: str) -> float:
    with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
        return run(version, wanted, engine, Path(folder)).steps_per_second()
