"""Values of an earlier model of the same bodies, and what the runs give for them.

The earlier runs had 216 bodies in LAMMPS, at 0.05 bodies per cubed head diameter, one or two seeds
of 40,000 to 160,000 steps (11 to 56 ns). Shares must agree within 0.15, sizes within 20 %.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.aggregates_acceptance.sweeps import EPSILON, KT

SHARE, SIZE, DENSITY = 0.15, 0.20, 0.25
"""Allowed differences: of shares, and relative ones of sizes and of densities of free bodies."""

Row = dict[str, Any]


def averaged(column: str) -> Callable[[Row, Path], float]:
    """Average of a column over the last third of the run."""
    return lambda row, folder: float(row[f"analysis.{column}.mean"])


def weighted_size(row: Row, folder: Path) -> float:
    """Mean size by weight of the aggregates of more than three bodies, over the last third."""
    import pandas as pd

    del row
    found = pd.read_parquet(folder / "aggregates.parquet", columns=["frame", "n"])
    first = 2 * (int(found["frame"].max()) + 1) // 3
    n = found.loc[(found["frame"] >= first) & (found["n"] > 3), "n"].to_numpy(float)
    return float((n * n).sum() / n.sum())


def energy(row: Row, folder: Path) -> float:
    """Potential energy per body, kT."""
    del folder
    return float(row["analysis.energy_kj_mol.mean"]) / KT


@dataclass(frozen=True)
class Value:
    """A value of the earlier runs.

    Attributes
    ----------
    sweep : str
        Name of the sweep.
    depth : float
        Depth of the attraction, kT.
    meaning : str
        What it is.
    measure : callable
        Takes the row of a job and its folder, and returns the value of the new run.
    low, high : float
        Smallest and largest value of the earlier runs.
    kind : str
        ``share``, ``size`` or ``energy``; energies are printed without a verdict.
    """

    sweep: str
    depth: float
    meaning: str
    measure: Callable[[Row, Path], float]
    low: float
    high: float
    kind: str = "share"

    def allowed(self) -> tuple[float, float]:
        """Range in which the mean of the new runs must be."""
        if self.kind == "share":
            return max(self.low - SHARE, 0.0), min(self.high + SHARE, 1.0)
        return self.low * (1.0 - SIZE), self.high * (1.0 + SIZE)


SINGLE, MICELLES, WORMS = (
    averaged(name) for name in ("share_single", "share_micelles", "share_worms")
)
NUMBER = averaged("mean_micelle_n")

VALUES = (
    Value("micelles", 3.0, "share of single bodies", SINGLE, 0.83, 0.83),
    Value("micelles", 4.0, "share of single bodies", SINGLE, 0.60, 0.60),
    Value("micelles", 4.0, "largest aggregate", averaged("largest_cluster"), 0.0, 7.0, "size"),
    Value("micelles", 5.0, "share of single bodies", SINGLE, 0.17, 0.225),
    Value("micelles", 5.0, "size by weight, n > 3", weighted_size, 7.89, 8.12, "size"),
    Value("micelles", 5.0, "energy / kT", energy, -6.31, -5.60, "energy"),
    Value("micelles", 6.0, "share in micelles", MICELLES, 0.98, 0.98),
    Value("micelles", 6.0, "bodies in a micelle", NUMBER, 8.7, 8.7, "size"),
    Value("micelles", 8.0, "share in micelles", MICELLES, 1.0, 1.0),
    Value("micelles", 8.0, "bodies in a micelle", NUMBER, 9.1, 9.1, "size"),
    Value("hoomd", 5.0, "share of single bodies", SINGLE, 0.228, 0.228),
    Value("hoomd", 5.0, "size by weight, n > 3", weighted_size, 7.85, 7.85, "size"),
    Value("hoomd", 5.0, "energy / kT", energy, -5.66, -5.66, "energy"),
    Value("hoomd", 6.0, "share in micelles", MICELLES, 0.98, 0.98),
    Value("hoomd", 6.0, "bodies in a micelle", NUMBER, 8.7, 8.7, "size"),
    Value("J6", 1.2, "share in micelles", MICELLES, 0.82, 0.82),
    Value("J6", 1.2, "bodies in a micelle", NUMBER, 6.2, 6.2, "size"),
    Value("J6", 1.5, "share in micelles", MICELLES, 0.63, 0.63),
    Value("J6", 1.5, "bodies in a micelle", NUMBER, 7.9, 7.9, "size"),
    Value("J6", 1.5, "share in worms", WORMS, 0.32, 0.32),
    Value("J6w", 0.35, "share of single bodies", SINGLE, 0.62, 0.62),
    Value("J6w", 0.55, "share in micelles", MICELLES, 0.52, 0.52),
    Value("J6w", 0.55, "share in worms", WORMS, 0.28, 0.28),
    Value("J6w", 0.65, "share in worms", WORMS, 0.51, 0.51),
    Value("J6w", 0.80, "size by weight", averaged("mean_cluster_w"), 51.0, 51.0, "size"),
)


def rows_of(folder: Path) -> list[tuple[Row, Path]]:
    """Rows of the finished jobs of a workspace, with their folders."""
    import janus_md

    if not (folder / "workspace").is_dir():
        return []
    project = janus_md.open_project(folder)
    table = janus_md.table(project)
    places = janus_md.folders(project)
    found = [(row, places[row["job"]]) for row in table.to_dict("records")]
    return [
        (row, place)
        for row, place in found
        if np.isfinite(row.get("analysis.share_single.mean", np.nan))
    ]


def depth_of(row: Row) -> float:
    """Depth of the attraction of a job, kT."""
    return round(float(row[EPSILON]) / KT, 3)


def table(root: Path) -> list[str]:
    """Lines of a Markdown table: each value, the range allowed, and the seeds."""
    lines = [
        "| runs | epsilon / kT | quantity | earlier | allowed | seeds | mean | agrees |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in VALUES:
        rows = [(r, f) for r, f in rows_of(root / one.sweep) if depth_of(r) == one.depth]
        found = np.array([one.measure(row, folder) for row, folder in rows])
        known = f"{one.low:g}" if one.low == one.high else f"{one.low:g} to {one.high:g}"
        if not len(found):
            lines.append(
                f"| {one.sweep} | {one.depth:g} | {one.meaning} | {known} | | | | not run |"
            )
            continue
        low, high = one.allowed()
        mean = float(found.mean())
        verdict = "" if one.kind == "energy" else "yes" if low <= mean <= high else "NO"
        limits = "" if one.kind == "energy" else f"{low:.3g} to {high:.3g}"
        seeds = ", ".join(f"{x:.3f}" for x in found)
        lines.append(
            f"| {one.sweep} | {one.depth:g} | {one.meaning} | {known} | {limits} | {seeds} "
            f"| {mean:.3f} | {verdict} |"
        )
    return lines + free_bodies(root)


def free_bodies(root: Path) -> list[str]:
    """Lines of a table of the density of free bodies at each total density, at 5 kT."""
    rows = rows_of(root / "densities")
    rows += [(r, f) for r, f in rows_of(root / "micelles") if depth_of(r) == 5.0]
    by_total: dict[float, list[float]] = {}
    for row, _ in rows:
        total = 8.0 * float(row["number_density"])  # in units of the head's diameter, 2 nm
        free = total * float(row["analysis.share_single.mean"])
        by_total.setdefault(round(total, 6), []).append(free)
    if not by_total:
        return []
    means = {total: float(np.mean(found)) for total, found in sorted(by_total.items())}
    middle = float(np.mean(list(means.values())))
    lines = [
        "",
        "| total density / S^-3 | free bodies, seeds / S^-3 | mean | relative | agrees |",
        "|---|---|---|---|---|",
    ]
    for total, mean in means.items():
        seeds = ", ".join(f"{x:.4f}" for x in by_total[total])
        verdict = "yes" if abs(mean / middle - 1.0) <= DENSITY else "NO"
        lines.append(f"| {total:g} | {seeds} | {mean:.4f} | {mean / middle:.2f} | {verdict} |")
    return lines
