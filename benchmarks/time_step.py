"""Results of runs against their time step: ``python -m benchmarks.time_step FOLDER``.

Runs of 64 bodies with :data:`REPLICAS` replicas at several time steps, dry and with the
permittivity and friction of dichloromethane, and the energy drift of bonded bodies without a bath.
A second call continues. ``--table`` prints the table of docs/time_step.md from what is finished,
and draws docs/images/time_step.png.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.pictures import save_small
from benchmarks.stable_step import CASES, grown, mesh_of
from janus_md.model.units import PS_PER_NS

REPLICAS, BODIES = 8, 64
FRAME_PS = 21.0
"""Time between frames, ps; a multiple of all steps."""
STARTS, WATCHED_PS = 3, 100.0
"""Starts and duration of the runs without a bath."""
FIGURE = Path(__file__).parents[1] / "docs" / "images" / "time_step.png"

MEDIA: dict[str, dict[str, Any]] = {
    "dry": {},
    "dichloromethane": {"viscosity": 0.413, "relative_permittivity": 8.93},
}
"""Keys of the state point by medium."""


@dataclass(frozen=True)
class Plan:
    """Steps and length of the runs of a case.

    Attributes
    ----------
    steps : tuple of float
        Time steps, ps.
    frames : int
        Frames of a run.
    """

    steps: tuple[float, ...]
    frames: int


PLANS = {
    "sphere": Plan((0.1, 0.2, 0.35, 0.5, 0.7), 50),
    "bladed": Plan((0.1, 0.15, 0.25, 0.35), 24),
    "narrow": Plan((0.1, 0.15, 0.25, 0.35), 24),
    "sphere_tem": Plan((0.1, 0.2, 0.42, 0.7, 1.05), 50),
    "two-bead": Plan((0.1, 0.2, 0.35, 0.5, 0.7), 50),
}
"""Plans by case (:data:`benchmarks.stable_step.CASES`)."""


@dataclass(frozen=True)
class Line:
    """Results at one time step: mean and standard error over the replicas by name."""

    case: str
    medium: str
    step: float
    replicas: int
    values: dict[str, tuple[float, float]]


COLUMNS = {
    "drift": "drift / (kT/ns)",
    "bond": "bond / nm",
    "energy": "energy / (kJ/mol)",
    "translation": "translation",
    "positions": "positions",
    "rotation": "rotation",
    "orientations": "orientations",
    "length": "mean length",
}


def template(case: str, medium: str) -> str:
    """Template of a workspace, as JSON (which is YAML)."""
    plan = PLANS[case]
    fields = {**CASES[case].fields, **MEDIA[medium], "n_bodies": BODIES}
    protocol = {"frame_interval_ps": FRAME_PS, "produce_ns": plan.frames * FRAME_PS / PS_PER_NS}
    return json.dumps(
        {
            "description": f"{case}, {medium}",
            "fixed": {**fields, "protocol": protocol},
            "grid": {"protocol.time_step_ps": list(plan.steps)},
            "replicas": REPLICAS,
        }
    )


def run(folder: Path, case: str, medium: str) -> None:
    """Make the workspace, and run what is left of it on one core."""
    place = folder / f"{case}-{medium}"
    place.mkdir(parents=True, exist_ok=True)
    file = folder / f"{case}-{medium}.yaml"
    file.write_text(template(case, medium), encoding="utf-8")
    command = [sys.executable, "-m", "janus_md.cli"]
    subprocess.run([*command, "init", str(file), "--directory", str(place)], check=True)
    options = ["--engine", "lammps", "--jobs", "1", "--threads", "1"]
    subprocess.run([*command, "run", "--directory", str(place), *options], check=False)


def drifts(folder: Path, case: str) -> dict[str, list[float]]:
    """Drift of the energy without a bath by step, of each start, kT per degree of freedom and ns.

    NaN where the run blew up. The result is kept in the folder.
    """
    from benchmarks.energy_drift import energies, tight

    file = folder / f"{case}-drift.json"
    if file.exists():
        kept: dict[str, list[float]] = json.loads(file.read_text(encoding="utf-8"))
        return kept
    found = {}
    for step in PLANS[case].steps:
        rows = []
        for start in range(STARTS):
            system = grown(case, start, "lammps")
            mesh = None if mesh_of(system) is None else tight(system)
            times, values = energies("lammps", system, mesh, step, WATCHED_PS)
            whole = bool(np.isfinite(values).all())
            rows.append(float(np.polyfit(times, values, 1)[0]) * PS_PER_NS if whole else np.nan)
        found[str(step)] = rows
    file.write_text(json.dumps(found), encoding="utf-8")
    return found


def lines(folder: Path) -> Iterator[Line]:
    """Results of all workspaces of the folder."""
    from janus_md import folders, open_project, read_document, table

    for case, plan in PLANS.items():
        drift = drifts(folder, case)
        length = "mean_cluster_w" if case == "two-bead" else "mean_n"
        for medium in MEDIA:
            place = folder / f"{case}-{medium}"
            if not place.exists():
                continue
            project = open_project(place)
            rows = table(project, ["status=done"], allow=["heat"])
            at = folders(project)
            for step in plan.steps:
                own = rows[np.isclose(rows["protocol.time_step_ps"].astype(float), step)]
                if len(own) < 2:
                    continue
                heats = [read_document(str(at[job]))["heat"]["kinds"] for job in own["job"]]
                motions = [next(iter(one.values())) for one in heats]
                samples = {
                    "bond": own["analysis.mean_bond_nm.mean"],
                    "energy": own["analysis.energy_kj_mol.mean"],
                    "translation": [one["translational"]["kt"] for one in motions],
                    "positions": [1 + one["translational"]["excess"] for one in motions],
                    "rotation": [one["rotational"]["kt"] for one in motions],
                    "orientations": [1 + one["rotational"]["excess"] for one in motions],
                    "length": own[f"analysis.{length}.mean"],
                }
                values = {name: _mean(sample) for name, sample in samples.items()}
                if medium == "dry":
                    values["drift"] = _mean(drift[str(step)])
                yield Line(case, medium, step, len(own), values)


def _mean(sample: Any) -> tuple[float, float]:
    """Mean and standard error; NaN if any value is missing."""
    values = np.array(sample, float)
    if len(values) == 0 or np.isnan(values).all():
        return np.nan, np.nan
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def show(found: list[Line]) -> None:
    """Print the table."""
    print("| | medium | time step / ps |", " | ".join(COLUMNS.values()), "|")
    print("|---" * (3 + len(COLUMNS)) + "|")
    for line in found:
        cells = [_told(*line.values[name]) if name in line.values else "" for name in COLUMNS]
        print(f"| {line.case} | {line.medium} | {line.step:g} |", " | ".join(cells), "|")


def _told(value: float, error: float) -> str:
    """A value with its standard error in parentheses, as in reports."""
    from janus_md.common.uncertainty import with_error

    return with_error(value, error)


def draw(found: list[Line], path: Path) -> None:
    """Draw all columns against the time step; a row of panels for each case."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    cases = list(dict.fromkeys(line.case for line in found))
    panels = {
        "drift": ("drift",),
        "bond / nm": ("bond",),
        "energy / (kJ/mol)": ("energy",),
        "temperature / T": ("translation", "positions", "rotation", "orientations"),
        "mean length": ("length",),
    }
    figure, axes = plt.subplots(
        len(cases), len(panels), figsize=(13, 2.3 * len(cases)), layout="constrained", squeeze=False
    )
    colours = {"dry": "#0b7a75", "dichloromethane": "#b5541c"}
    marks = {"translation": "o", "positions": "^", "rotation": "s", "orientations": "v"}
    for row, case in zip(axes, cases, strict=True):
        for axis, (title, names) in zip(row, panels.items(), strict=True):
            for medium, colour in colours.items():
                for k, name in enumerate(names):
                    points = [
                        (line.step * (1 + 0.02 * k), *line.values[name])
                        for line in found
                        if (line.case, line.medium) == (case, medium) and name in line.values
                    ]
                    if points:
                        x, y, error = np.array(points).T
                        style = {"color": colour, "marker": marks.get(name, "o"), "ms": 3.5}
                        axis.errorbar(x, y, error, ls="-", lw=0.7, capsize=1.5, **style)
            axis.spines[["top", "right"]].set_visible(False)
            axis.tick_params(labelsize=7)
            if not axis.lines:
                axis.set_axis_off()
            if case == cases[0]:
                axis.set_title(title, fontsize=8)
            if case == cases[-1]:
                axis.set_xlabel("time step / ps", fontsize=8)
        row[0].set_ylabel(case, fontsize=9)
    handles = [
        plt.Line2D([], [], color=colour, label=medium) for medium, colour in colours.items()
    ] + [plt.Line2D([], [], color="0.4", marker=m, ls="", label=name) for name, m in marks.items()]
    figure.legend(handles=handles, ncols=6, fontsize=8, loc="outside lower center", frameon=False)
    save_small(figure, path, dpi=85)
    plt.close(figure)


def main() -> None:
    """Run what is left, or print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", nargs="+", choices=list(PLANS), default=list(PLANS))
    parser.add_argument("--table", action="store_true", help="run nothing")
    parser.add_argument("--figure", type=Path, default=FIGURE)
    asked = parser.parse_args()
    if not asked.table:
        for medium in MEDIA:
            for case in asked.cases:
                run(asked.folder, case, medium)
    found = list(lines(asked.folder))
    show(found)
    draw(found, asked.figure)


if __name__ == "__main__":
    main()
