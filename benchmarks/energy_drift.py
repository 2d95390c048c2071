"""Energy drift without a bath against the time step: ``python benchmarks/energy_drift.py``.

Wires of dry R-Au-Cu, the stiffest bonds of the catalogue, are grown with the default protocol. The
bath is then removed, and the total energy is recorded for each time step. Prints a table and draws
docs/images/energy_drift.png.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from janus_md.common.uncertainty import with_error
from janus_md.engines import load
from janus_md.engines.base import CPU, SKIN
from janus_md.engines.mesh import MAX_ORDER, Mesh, balanced, longest_cutoff, resolution_for
from janus_md.engines.tuning import tune
from janus_md.model.body import FloatArray
from janus_md.model.dynamics import Bath
from janus_md.model.system import System
from janus_md.model.units import PS_PER_NS, thermal_energy
from janus_md.simulation.start.first_state import build
from janus_md.simulation.thermodynamics import degrees_of_freedom, kinetic_energies
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint

MODELS, ENGINES = ("sphere", "bladed"), ("lammps", "hoomd")
STEPS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
DEFAULT_STEP = 0.1
STARTS = 3
GROWN_PS, WATCHED_PS, SAMPLE_PS = 100.0, 100.0, 2.0
MESH_POINTS = 16
"""At order 7, the error on a body is 0.002 kT/nm, a hundredth of the default."""
FIGURE = Path(__file__).parents[1] / "docs" / "images" / "energy_drift.png"


@dataclass(frozen=True)
class Drift:
    """Total energy of one run without a bath.

    Attributes
    ----------
    model, engine, mesh : str
        Model, engine and mesh; `mesh` is ``tight`` or ``default``.
    time_step : float
        ps.
    start : int
        Number of the start.
    drift : float
        Slope of a linear fit to the energy, kT per degree of freedom and ns; NaN if the run blew
        up.
    fluctuation : float
        Rms deviation from that line, kT per degree of freedom.
    """

    model: str
    engine: str
    mesh: str
    time_step: float
    start: int
    drift: float
    fluctuation: float


def point_of(model: str, start: int) -> StatePoint:
    """Return the state point of the runs."""
    return StatePoint.of(
        {
            "particle": "R-Au-Cu",
            "model": model,
            "n_bodies": 64,
            "volume_fraction": 0.05,
            "relative_permittivity": 1.0,
            "replica": start,
        }
    )


def tight(system: System) -> Mesh:
    """Return a mesh with a negligible error."""
    cutoff = min(longest_cutoff(system, SKIN), 6.4)
    return balanced(system, cutoff, resolution_for(system, MESH_POINTS), MAX_ORDER)


@cache
def grown(model: str, start: int, engine: str) -> System:
    """Wires after :data:`GROWN_PS` in the default bath."""
    point = point_of(model, start)
    system = build(point)
    mesh = tight(system)
    for number, stage in enumerate(resolve(point).stages):
        steps = min(stage.steps, round(GROWN_PS / stage.time_step))
        run = load(engine).start(
            system, stage.bath, stage.time_step, mesh, seed=point.seed() + number, device=CPU
        )
        run.advance(steps)
        system = run.system()
        run.close()
    return system


def energies(
    engine: str, system: System, mesh: Mesh | None, time_step: float, watched_ps: float
) -> tuple[FloatArray, FloatArray]:
    """Times in ps and total energy in kT per degree of freedom; NaN if the run blows up."""
    kinds = len(system.bodies)
    still = Bath(0.0, "nve", np.ones(kinds), np.ones((kinds, 3)))
    unit = thermal_energy(298.15) * sum(degrees_of_freedom(system))
    run = load(engine).start(system, still, time_step, mesh, seed=1, device=CPU)
    every = max(1, round(SAMPLE_PS / time_step))
    rows = []
    try:
        for k in range(round(watched_ps / (every * time_step)) + 1):
            if k:
                run.advance(every)
            total = run.potential_energy() + sum(kinetic_energies(run.system()))
            rows.append((k * every * time_step, total / unit))
    except ArithmeticError:
        rows.append((np.nan, np.nan))
    finally:
        run.close()
    times, values = np.array(rows).T
    return times, values


def watch(
    model: str, engine: str, mesh: str, time_step: float, start: int, watched_ps: float = WATCHED_PS
) -> Drift:
    """Grow wires, remove the bath, and fit a line to the energy."""
    system = grown(model, start, engine)
    fine = tight(system)
    if mesh == "default":
        point = point_of(model, start)
        bath = resolve(point).bath
        fine = tune(load(engine), system, bath, DEFAULT_STEP, device=CPU).mesh or fine
    times, values = energies(engine, system, fine, time_step, watched_ps)
    drift = fluctuation = np.nan
    if np.isfinite(values).all():
        slope, origin = np.polyfit(times, values, 1)
        drift = slope * PS_PER_NS
        fluctuation = float(np.sqrt(np.mean((values - (slope * times + origin)) ** 2)))
    return Drift(model, engine, mesh, time_step, start, float(drift), fluctuation)


def study(model: str, engine: str, start: int) -> list[Drift]:
    """All time steps on a tight mesh, and the default one on the default mesh."""
    found = [watch(model, engine, "tight", step, start) for step in STEPS]
    return [*found, watch(model, engine, "default", DEFAULT_STEP, start)]


def averages(runs: Sequence[Drift]) -> Iterator[tuple[Drift, float]]:
    """Mean over the starts, and the standard error of the drift."""
    keys = dict.fromkeys((r.model, r.engine, r.mesh, r.time_step) for r in runs)
    for key in keys:
        own = [r for r in runs if (r.model, r.engine, r.mesh, r.time_step) == key]
        drifts = np.array([r.drift for r in own])
        error = drifts.std(ddof=1) / np.sqrt(len(own)) if len(own) > 1 else np.nan
        fluctuation = float(np.mean([r.fluctuation for r in own]))
        yield Drift(*key, len(own), float(drifts.mean()), fluctuation), float(error)


def draw(rows: Sequence[tuple[Drift, float]], path: Path) -> None:
    """Drift and fluctuation against the time step."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    colours, marks = {"sphere": "#0b7a75", "bladed": "#b5541c"}, {"lammps": "o", "hoomd": "s"}
    names = {"lammps": "LAMMPS", "hoomd": "HOOMD-blue"}
    for k, (model, engine) in enumerate(product(MODELS, ENGINES)):
        own = [
            (row, error)
            for row, error in rows
            if (row.model, row.engine, row.mesh) == (model, engine, "tight")
        ]
        if not own:
            continue
        whole = [(row, error) for row, error in own if np.isfinite(row.drift)]
        lost = [row.time_step for row, _ in own if not np.isfinite(row.drift)]
        x = np.array([row.time_step for row, _ in whole])
        style = {
            "color": colours[model],
            "marker": marks[engine],
            "mfc": "none" if engine == "hoomd" else colours[model],
            "ls": "--" if engine == "hoomd" else "-",
        }
        drifts, errors = np.array([(1e3 * row.drift, 1e3 * error) for row, error in whole]).T
        # Side by side, so that error bars do not cover each other.
        left.errorbar(x * (0.955 + 0.03 * k), drifts, errors, capsize=2, **style)
        fluctuations = [row.fluctuation for row, _ in whole]
        right.plot(x, fluctuations, label=f"{model}, {names[engine]}", **style)
        at_the_top = right.get_xaxis_transform()
        right.plot(
            lost,
            [0.97 - 0.05 * k] * len(lost),
            transform=at_the_top,
            **style | {"marker": "x", "ls": ""},
        )
    guide = np.array([min(STEPS), 0.8])
    right.plot(guide, 1e-3 * guide**2, color="0.6", lw=0.8, label="∝ Δt²")
    right.plot([], [], "x", color="0.3", label="blows up")
    left.axhline(0.0, color="0.7", lw=0.8)
    left.set_yscale("symlog", linthresh=1.0, linscale=0.5)
    ticks = (-100, -10, -1, 0, 1, 10, 100)
    left.set(ylabel="drift / (10⁻³ kT per degree of freedom and ns)", yticks=ticks)
    left.set_yticklabels(map(str, ticks))
    right.set(ylabel="fluctuation / (kT per degree of freedom)", yscale="log", ylim=(None, 3e-2))
    for axis in (left, right):
        axis.axvline(DEFAULT_STEP, color="0.9", lw=5, zorder=0)
        axis.set(xscale="log", xlabel="time step / ps", xticks=STEPS, xticklabels=map(str, STEPS))
        axis.minorticks_off()
        axis.spines[["top", "right"]].set_visible(False)
    right.legend(frameon=False, fontsize=8, loc="lower right")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def main() -> None:
    """Run all, print the table, draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--starts", type=int, default=STARTS)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--figure", type=Path, default=FIGURE)
    asked = parser.parse_args()
    cases = [(m, e, k) for e in asked.engines for k in range(asked.starts) for m in MODELS]
    with ProcessPoolExecutor(asked.workers, mp_context=get_context("spawn")) as pool:
        runs = []
        for found in pool.map(study, *zip(*cases, strict=True)):
            runs += found
            print(*found, sep="\n", file=sys.stderr, flush=True)
    rows = list(averages(runs))
    print("| model | engine | mesh | time step / ps | drift / (kT/ns) | fluctuation / kT |")
    print("|---|---|---|---|---|---|")
    for row, error in rows:
        values = "blows up | -"
        if np.isfinite(row.drift):
            values = f"{with_error(row.drift, error, 5)} | {row.fluctuation:.2g}"
        print(f"| {row.model} | {row.engine} | {row.mesh} | {row.time_step} | {values} |")
    draw(rows, asked.figure)


if __name__ == "__main__":
    main()
