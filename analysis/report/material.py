"""What the figures of a report are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from janus_md.analysis.pictures.figures.styles import StatePointStyles
from janus_md.analysis.sweep import evolution
from janus_md.analysis.sweep.groups import Group, spread
from janus_md.analysis.sweep.tables import JobTables, setup_of

PICTURES = 6
"""Snapshots drawn at most."""

COMPARED = 2
"""State points compared at most in figures with a panel for each."""


@dataclass(frozen=True)
class Material:
    """State points, tables and trajectories of a report.

    Attributes
    ----------
    swept : sequence of Group
        All state points, for the figures along the sweep.
    groups : sequence of Group
        The state points of the other figures.
    tables : mapping of str to JobTables
        Tables of the jobs of `groups`.
    job_dirs : mapping of str to Path
        Folder of each job.
    dpi : float
        Resolution of images, pixels per inch.
    """

    swept: Sequence[Group]
    groups: Sequence[Group]
    tables: Mapping[str, JobTables]
    job_dirs: Mapping[str, Path]
    dpi: float

    @cached_property
    def styles(self) -> StatePointStyles:
        """Style of each state point, the same in all figures."""
        return StatePointStyles.of(self.groups)

    @cached_property
    def dipolar(self) -> bool:
        """Whether some body has a dipole, so that there can be wires."""
        return any(one.dipolar for one in self.tables.values())

    @cached_property
    def seen(self) -> list[tuple[str, Path]]:
        """Label and trajectory of the first replica of each state point."""
        first = [
            (group.label, Path(self.job_dirs[group.jobs[0]]) / "trajectory.gsd")
            for group in self.groups
        ]
        return [(label, path) for label, path in first if path.is_file()]

    @cached_property
    def shown(self) -> list[tuple[str, Path]]:
        """Those of which there are snapshots and scattering curves."""
        picked = self.by_size(PICTURES)
        return [one for one in self.seen if one in picked]

    def by_size(self, most: int = COMPARED) -> list[tuple[str, Path]]:
        """Return trajectories that are spread from the longest wires or largest aggregates on."""
        size = {
            group.label: max(group.values[name][0] or 0.0 for name in ("mean_w", "mean_cluster_w"))
            for group in self.groups
        }
        return spread(sorted(self.seen, key=lambda one: -size[one[0]]), most)

    @property
    def folders(self) -> dict[str, list[Path]]:
        """Folders of the jobs of each state point by its label."""
        return {
            group.label: [Path(self.job_dirs[job]) for job in group.jobs] for group in self.groups
        }

    @property
    def expected(self) -> dict[str, float]:
        """Mean length by number in equilibrium by label, for which there is a theory."""
        found = {
            group.label: evolution.expectation(setup_of(Path(self.job_dirs[group.jobs[0]])))
            for group in self.groups
        }
        return {label: one.mean_n for label, one in found.items() if one is not None}

    def of_seen(self) -> str:
        """Return words for the number of state points in pictures; empty if all are there."""
        if len(self.shown) == len(self.seen):
            return ""
        return f", {len(self.shown)} of {len(self.seen)} state points"
