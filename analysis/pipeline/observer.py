"""Monitor wire lengths during a run."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from janus_md.analysis.aggregates.bonds import body_axes, find_bonds
from janus_md.analysis.aggregates.criterion import widest
from janus_md.analysis.aggregates.wires import wire_sizes
from janus_md.analysis.observables.wire_lengths import length_statistics
from janus_md.analysis.series.steadiness import settled
from janus_md.model.body import BondCriterion, FloatArray
from janus_md.model.system import System

LEAST_FRAMES = 60
"""Minimum number of frames of a stationary run."""


def wire_lengths(
    positions: FloatArray,
    orientations: FloatArray,
    box: FloatArray,
    criterion: BondCriterion,
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0),
) -> dict[str, float | int]:
    """Return :func:`length_statistics` and the number of bonds of one configuration.

    Parameters
    ----------
    positions : ndarray, shape (N, 3)
        Centres, nm.
    orientations : ndarray, shape (N, 4)
        Quaternions (w, x, y, z).
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz.
    criterion : BondCriterion
        Criterion for head-to-tail bonds.
    axis : tuple of 3 floats
        Direction of the dipole in the body frame.
    """
    bonds = find_bonds(positions, body_axes(orientations, axis), box, criterion)
    sizes = wire_sizes(len(positions), bonds)
    return {"n_bodies": len(positions), **length_statistics(sizes), "n_bonds": len(bonds)}


LOGGED = ("mean_n", "mean_w", "longest")
"""Lengths that are written to the log of a run."""


@dataclass
class WireObserver:
    """Observer of a run: hand it to ``simulate(..., observers=[observer])``.

    With ``should_stop=observer.is_stationary`` the run ends when the wires no longer grow.

    Attributes
    ----------
    criterion : BondCriterion, optional
        Criterion for head-to-tail bonds; by default that of the bodies.
    every : int
        Interval between analysed frames.
    steps, times_ps : list
        Steps and times of the analysed frames.
    lengths : list of dict
        Results of :func:`wire_lengths` for the analysed frames.
    """

    criterion: BondCriterion | None = None
    every: int = 1
    steps: list[int] = field(default_factory=list)
    times_ps: list[float] = field(default_factory=list)
    lengths: list[dict[str, float | int]] = field(default_factory=list)
    _frames: int = 0

    def __call__(self, step: int, time_ps: float, system: System) -> dict[str, float | int]:
        """Analyse a frame; return the values for the log of the run."""
        self._frames += 1
        if (self._frames - 1) % self.every:
            return {}
        found = wire_lengths(
            system.positions, system.orientations, system.box, self._criterion_for(system)
        )
        self.steps.append(step)
        self.times_ps.append(time_ps)
        self.lengths.append(found)
        return {name: found[name] for name in LOGGED}

    def _criterion_for(self, system: System) -> BondCriterion:
        if self.criterion is None:
            self.criterion = widest(system.bodies)
        return self.criterion

    def series(self, name: str) -> FloatArray:
        """Return the values of one length so far, such as ``mean_w``, shape (frames,)."""
        return np.array([lengths[name] for lengths in self.lengths], dtype=np.float64)

    @property
    def mean_n(self) -> float | None:
        """Mean length by number in the last frame; None before the first frame."""
        return float(self.lengths[-1]["mean_n"]) if self.lengths else None

    @property
    def text(self) -> str:
        """Text for a progress bar; empty before the first frame."""
        if not self.lengths:
            return ""
        last = self.lengths[-1]
        return f"mean wire {last['mean_n']:.1f}, longest {last['longest']}"

    def is_stationary(self) -> bool:
        """Return whether the mean length by weight is stationary (:func:`steadiness.settled`)."""
        if len(self.lengths) < LEAST_FRAMES:
            return False
        return settled(self.series("mean_w")).steady
