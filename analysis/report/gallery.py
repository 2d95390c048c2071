"""The figures of a report, each with its caption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from janus_md.analysis.pictures import snapshot
from janus_md.analysis.pictures.figures import aggregates
from janus_md.analysis.pictures.figures import structure as pictures
from janus_md.analysis.pictures.figures import wires as figures
from janus_md.analysis.pictures.figures.styles import plain_style
from janus_md.analysis.sweep import evolution
from janus_md.analysis.sweep.groups import Group, spread
from janus_md.analysis.sweep.tables import JobTables, setup_of

if TYPE_CHECKING:
    import pandas as pd

PICTURES = 6
"""Snapshots drawn at most."""


@dataclass(frozen=True)
class Picture:
    """A figure of the report.

    Attributes
    ----------
    section : str
        Heading that it is under.
    path : Path
        The PNG file.
    caption : str
        What it shows.
    """

    section: str
    path: Path
    caption: str


@plain_style()
def draw_figures(
    rows: pd.DataFrame,
    swept: Sequence[Group],
    groups: Sequence[Group],
    tables: Mapping[str, JobTables],
    job_dirs: Mapping[str, Path],
    out: Path,
) -> list[Picture]:
    """Write the PNG figures that the jobs allow.

    The figures along the sweep have their points from all of `swept`, the others have `groups`.
    """
    if not groups:
        return []
    first = [(group.label, Path(job_dirs[group.jobs[0]]) / "trajectory.gsd") for group in groups]
    seen = [(label, path) for label, path in first if path.is_file()]
    picked = _by_size(seen, groups, PICTURES)
    shown = [one for one in seen if one in picked]
    dipolar = any(one.dipolar for one in tables.values())
    folders = {group.label: [Path(job_dirs[job]) for job in group.jobs] for group in groups}
    along = aggregates.kinds_along_sweep(swept)
    drawn = [
        (
            "Aggregates",
            "aggregates.png",
            along or aggregates.shares_of_kinds(groups),
            "Share of the bodies in aggregates of each kind"
            + (", and mean sizes," if along else "")
            + " over the last third of each run"
            + ("; bars: standard error." if along else "."),
        ),
        (
            "Aggregates",
            "sizes.png",
            aggregates.aggregation_numbers(groups, tables),
            "Aggregation numbers: share of the bodies in aggregates of n, over the last third of "
            "each run.",
        ),
        (
            "Wires",
            "growth.png",
            figures.growth(groups, tables) if dipolar else None,
            "Growth of the wires.",
        ),
        (
            "Wires",
            "sweep.png",
            figures.lengths_along_sweep(swept, _expected(groups, job_dirs)) if dipolar else None,
            "Mean wire length along the sweep, over the last third of each run; bars: standard "
            "error. Dashed, where the state points are few: equilibrium of bodies that bond like "
            "two alone.",
        ),
        (
            "Wires",
            "lengths.png",
            figures.length_distribution(groups, tables) if dipolar else None,
            "Lengths of the wires, over the last third of each run. Dashed, where the curves are "
            "few: equilibrium polymers of the same mean length by number.",
        ),
        (
            "Last frames",
            "snapshots.png",
            snapshot.snapshots(shown) if shown else None,
            f"Last frames{_of(shown, seen)}. {'Wires' if dipolar else 'Aggregates'} of three "
            "bodies or more have a colour each, smaller ones are grey"
            + ("" if dipolar else "; attractive beads are dark")
            + "; the box is periodic.",
        ),
        (
            "Last frames",
            "micrograph.png",
            pictures.micrographs(_by_size(seen, groups, 2)) if seen and dipolar else None,
            "Synthetic transmission electron micrographs of the last frames, seen along the third "
            "edge of the box: metal cores dark, ligands grey, counting noise (model).",
        ),
        (
            "Structure",
            "structure.png",
            pictures.about_the_dipole(_by_size(seen, groups, 2)) if seen and dipolar else None,
            "Density of other bodies about a body whose dipole points up, over the mean density.",
        ),
        (
            "Structure",
            "scattering.png",
            pictures.scattering([(label, folders[label]) for label, _ in shown], cores=dipolar),
            "Structure factor of the centres"
            + (
                ", and the small-angle X-ray intensity if metal cores alone scattered"
                if dipolar
                else ""
            )
            + f", over the last third of each run{_of(shown, seen)}. Bands: standard error, over "
            "frames and replicas.",
        ),
        (
            "Structure",
            "rdf.png",
            figures.radial_distribution(groups, tables),
            "Radial distribution of the centres, over the last third of each run.",
        ),
    ]
    return [
        Picture(section, figures.save(figure, out / name), text)
        for section, name, figure, text in drawn
        if figure is not None
    ]


def _by_size(
    seen: Sequence[tuple[str, Path]], groups: Sequence[Group], most: int
) -> list[tuple[str, Path]]:
    """At most so many trajectories, spread from the longest wires or largest clusters on."""
    size = {
        group.label: max(group.values[name][0] or 0.0 for name in ("mean_w", "mean_cluster_w"))
        for group in groups
    }
    return spread(sorted(seen, key=lambda one: -size[one[0]]), most)


def _expected(groups: Sequence[Group], job_dirs: Mapping[str, Path]) -> dict[str, float]:
    """Mean length by number in equilibrium by label, where theory knows it."""
    found = {
        group.label: evolution.expectation(setup_of(Path(job_dirs[group.jobs[0]])))
        for group in groups
    }
    return {label: one.mean_n for label, one in found.items() if one is not None}


def _of(shown: Sequence[object], seen: Sequence[object]) -> str:
    return "" if len(shown) == len(seen) else f", {len(shown)} of {len(seen)} state points"
