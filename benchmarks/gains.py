"""Speed of the present code beside version 0.1.0, through `janus-md run` on jobs of a workspace."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
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
FIGURE = Figure(
    x="{model}, {engine}, {bodies} bodies",
    y=("v0.1.0 / (steps/s)", "now / (steps/s)", "with cutoff / (steps/s)"),
    label="steps/s",
    log="y",
)

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
STEP_PS, FRAME_STEPS, LEAST_STEPS = 0.1, 200, 20
"""Time step, ps; steps between two frames, and the fewest."""


def template(model: str, engine: str, bodies: int, seconds: float) -> dict[str, Any]:
    """Template of one job that takes about `seconds` with version 0.1.0."""
    steps = max(2 * LEAST_STEPS, seconds * RATES[model, engine] * 216 / bodies)
    frame_steps = min(FRAME_STEPS, int(steps / 2))
    interval = frame_steps * STEP_PS
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
                "produce_ns": round(steps / frame_steps) * interval / 1000.0,
                "frame_interval_ps": interval,
            },
        }
    }


def rows(quick: bool = False) -> Iterator[dict[str, Any]]:
    """One pass: both versions, all models and engines."""
    return compared(SIZES, 0.5 * SECONDS if quick else SECONDS)


def compared(
    sizes: Iterable[int],
    seconds: float,
    cutoff_nm: float | None = None,
    limit: float | None = None,
    models: Collection[str] = ("sphere", "bladed"),
) -> Iterator[dict[str, Any]]:
    """Rows for all `sizes`, models and engines.

    Parameters
    ----------
    sizes : iterable of int
        Numbers of bodies.
    seconds : float
        Approximate duration of a run of version 0.1.0, without the choice of the mesh, s.
    cutoff_nm : float, optional
        Cutoff in real space of the only meshes that are tried, nm.
    limit : float, optional
        Time limit of each run, s; what takes longer is left out of its row.
    models : collection of str
        Models.
    """
    with_cutoff = allows_cutoff()
    lammps: dict[tuple[int, str], float | None] = {}
    chosen = [one for one in RATES if one[0] in models]
    for bodies, (model, engine) in product(sizes, chosen):
        wanted = template(model, engine, bodies, seconds)
        earlier, now = (
            _speed(version, wanted, engine, cutoff_nm, limit) for version in (EARLIER, NOW)
        )
        row = {
            "model": model,
            "engine": engine,
            "bodies": bodies,
            "v0.1.0 / (steps/s)": earlier,
            "now / (steps/s)": now,
            "gain": _ratio(now, earlier),
        }
        if engine == "lammps":
            lammps[bodies, model] = now
        row["over LAMMPS"] = _ratio(now, lammps[bodies, model])
        if with_cutoff:
            wanted["fixed"]["electrostatics"] = {"method": "cutoff"}
            speed = _speed(NOW, wanted, engine, None, limit)
            row["with cutoff / (steps/s)"] = speed
            row["gain with cutoff"] = _ratio(speed, earlier)
            row["with cutoff over LAMMPS"] = _ratio(speed, lammps[bodies, model])
        yield row


def _ratio(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one / other


def _speed(
    version: str,
    wanted: dict[str, Any],
    engine: str,
    cutoff_nm: float | None,
    limit: float | None,
) -> float | None:
    """Steps per second of a run; None if it takes too long."""
    with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
        try:
            found = run(version, wanted, engine, Path(folder), cutoff_nm, limit)
        except TimeoutError:
            return None
        return found.steps_per_second()


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("gains")
