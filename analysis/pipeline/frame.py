"""The whole analysis of one frame; it remembers nothing of the frames before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from janus_md.analysis.aggregates.bonds import Bonds, body_axes, select_bonds
from janus_md.analysis.aggregates.bundles import CONTACT, find_bundles, hexagonal_order
from janus_md.analysis.aggregates.chirality import common_symmetry
from janus_md.analysis.aggregates.criterion import DEFAULT_CRITERION
from janus_md.analysis.aggregates.energy import (
    EnergyCriterion,
    energy_criterion,
    select_bonds_by_energy,
)
from janus_md.analysis.aggregates.measures import Traits, measure_wires
from janus_md.analysis.aggregates.wires import BRANCHED, PERCOLATING, RING, Wires, build_wires
from janus_md.analysis.frames.neighbours import (
    LARGEST_BOX,
    SMALLEST_BOX,
    IndexArray,
    Pairs,
    nearest_distances,
    pairs_within,
)
from janus_md.analysis.frames.source import HANDS, Frame, unit_axis
from janus_md.analysis.order import order
from janus_md.analysis.series.lifetimes import breaking
from janus_md.common.errors import JanusError
from janus_md.model.body import BondCriterion, FloatArray
from janus_md.model.box import face_distances, lattice_vectors
from janus_md.model.setup import Setup

MOST_FOLD = 360
"""Largest symmetry number: a body that looks the same after a turn of a degree is round."""


@dataclass(frozen=True)
class Settings:
    """How frames are analysed.

    Attributes
    ----------
    criterion : BondCriterion
        Head-to-tail bond.
    axis : tuple of 3 floats
        Direction of the dipole in the body frame.
    symmetries : mapping of str to int
        Symmetry number about that axis by type name; 0: body of revolution.
    symmetry : int
        That of the types not named.
    enantiomers : mapping of str to str
        ``R`` or ``S`` by type name.
    energy : EnergyCriterion, optional
        Bond by energy, where the bodies are known.
    unit : float
        Length that stands for a nm where the analysis looks as far as is known to suit our bodies.
        1 for our files; others' have a unit of their own, in which a bond of theirs is as long as
        one of ours by the default criterion.
    """

    criterion: BondCriterion
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    symmetries: Mapping[str, int] = field(default_factory=dict)
    symmetry: int = 1
    enantiomers: Mapping[str, str] = field(default_factory=dict)
    energy: EnergyCriterion | None = None
    unit: float = 1.0

    @property
    def cutoff(self) -> float:
        """Distance within which all pairs are needed, nm."""
        return max(breaking(self.criterion).distance, self.contact)

    @property
    def contact(self) -> float:
        """Distance below which bodies can be in contact side by side, nm."""
        return CONTACT * self.unit

    @classmethod
    def of(
        cls,
        criterion: BondCriterion,
        setup: Setup | None,
        axis: Sequence[float] = (0.0, 0.0, 1.0),
        symmetry: int | None = None,
        enantiomers: Mapping[str, str] | None = None,
    ) -> Settings:
        """Take what is not given from what the trajectory describes.

        Raises
        ------
        JanusError
            If the axis has no direction, the symmetry number is impossible, or a hand is neither R
            nor S.
        """
        if symmetry is not None and not 0 <= symmetry <= MOST_FOLD:
            raise JanusError(
                f"symmetry is {symmetry}; it must be from 0 (of revolution) to {MOST_FOLD}"
            )
        for name, hand in (enantiomers or {}).items():
            if hand not in HANDS:
                raise JanusError(f"enantiomer of {name} is {hand!r}; it must be R or S")
        bodies = setup.bodies if setup is not None else ()
        stated = {body.name: body.enantiomer for body in bodies}
        folds = {body.name: body.symmetry for body in bodies}
        return cls(
            criterion,
            unit_axis(axis),
            folds if symmetry is None else {},
            1 if symmetry is None else symmetry,
            {**stated, **(enantiomers or {})},
            energy_criterion(setup),
            1.0 if bodies else criterion.distance / DEFAULT_CRITERION.distance,
        )

    def traits(self, frame: Frame) -> Traits:
        """Collect what the wires of this frame are measured with."""
        present = np.unique(frame.kinds)
        folds = [self.symmetries.get(frame.names[k], self.symmetry) for k in present]
        hands = np.array([HANDS.get(self.enantiomers.get(name, ""), 0) for name in frame.names])
        return Traits(self.axis, common_symmetry(folds), hands[frame.kinds])


@dataclass(frozen=True)
class FrameResult:
    """Wires of a frame and what was measured.

    Attributes
    ----------
    tags : ndarray of int, shape (N,)
        Number of each body among the file's particles.
    hands : ndarray of int, shape (N,)
        +1 for R, -1 for S, 0 for neither.
    pairs : Pairs
        All pairs within the cutoff of the settings.
    bonds, wires
        The graph; it numbers the bodies from 0.
    frame_row : dict
        Values of frames.parquet.
    wire_columns : dict of str to ndarray, shape (W,)
        Columns of wires.parquet but frame, wire, members and sequence.
    """

    tags: IndexArray
    hands: IndexArray
    pairs: Pairs
    bonds: Bonds
    wires: Wires
    frame_row: dict[str, float | int]
    wire_columns: dict[str, np.ndarray]


def analyze_frame(frame: Frame, settings: Settings) -> FrameResult:
    """Find and measure the wires of one frame.

    Raises
    ------
    JanusError
        If the box is too small or too large for the bond criterion, or the bodies too crowded.
    """
    lattice = lattice_vectors(frame.box)
    smallest, largest = (limit * settings.cutoff for limit in (SMALLEST_BOX, LARGEST_BOX))
    if face_distances(lattice).max() > largest:
        raise JanusError(
            f"frame {frame.index}: the box {frame.box.tolist()} is too large; opposite faces must "
            f"be at most {largest:g} apart to look {settings.cutoff:g} far"
        )
    if face_distances(lattice).min() < smallest:
        raise JanusError(
            f"frame {frame.index}: the box {frame.box[:3].tolist()} nm is too small; opposite "
            f"faces must be at least {smallest:g} nm apart to look {settings.cutoff:g} nm far"
        )
    axes = body_axes(frame.orientations, settings.axis)
    pairs = pairs_within(frame.positions, frame.box, settings.cutoff)
    bonds = select_bonds(pairs, axes, settings.criterion)
    wires = build_wires(len(axes), bonds, lattice)
    traits = settings.traits(frame)
    columns = measure_wires(
        frame.positions, frame.orientations, axes, lattice, bonds, wires, traits
    )
    bundles = find_bundles(pairs, axes, wires, settings.contact)
    columns["side_contacts"] = bundles.contacts
    columns["bundle"] = bundles.label
    nearest = nearest_distances(frame.positions, frame.box, pairs)
    row: dict[str, float | int] = {
        "frame": frame.index,
        "step": frame.step,
        "time_ps": frame.time_ps,
        **length_statistics(wires),
        "n_bonds": len(bonds),
        "n_rings": int(np.count_nonzero(wires.kind == RING)),
        "n_percolating": int(np.count_nonzero(wires.kind == PERCOLATING)),
        "n_branched": int(np.count_nonzero(wires.kind == BRANCHED)),
        "nematic_S": order.nematic_order(axes),
        "polar_order": order.polar_order(axes, bonds),
        "nn_mean_nm": float(nearest.mean()),
        "mean_bond_nm": float(bonds.lengths.mean()) if len(bonds) else float("nan"),
        "n_side_contacts": len(bundles.pairs.i),
        "n_bundles": int(np.count_nonzero(bundles.size > 1)),
        "largest_bundle": int(bundles.size.max()),
        "hexagonal_order": hexagonal_order(bundles, axes),
        **_by_energy(frame, settings.energy, pairs, axes, bonds, lattice),
    }
    return FrameResult(frame.tags, traits.hands, pairs, bonds, wires, row, columns)


def _by_energy(
    frame: Frame,
    criterion: EnergyCriterion | None,
    pairs: Pairs,
    axes: FloatArray,
    bonds: Bonds,
    lattice: FloatArray,
) -> dict[str, float]:
    """What the bonds by energy say of the same frame; NaN where the bodies are not known."""
    names = ("n_bonds_energy", "mean_n_energy", "mean_w_energy", "bonds_agreeing")
    present = {frame.names[kind] for kind in np.unique(frame.kinds)}
    if criterion is None or not present <= set(criterion.bodies):
        return dict.fromkeys(names, float("nan"))
    found = select_bonds_by_energy(
        pairs, axes, frame.orientations, frame.names, frame.kinds, criterion
    )
    lengths = length_statistics(build_wires(len(axes), found, lattice))
    n = len(axes)
    both = np.intersect1d(bonds.source * n + bonds.target, found.source * n + found.target)
    either = len(bonds) + len(found) - len(both)
    agreeing = len(both) / either if either else float("nan")
    return dict(
        zip(names, (len(found), lengths["mean_n"], lengths["mean_w"], agreeing), strict=True)
    )


def length_statistics(wires: Wires) -> dict[str, float | int]:
    """Lengths in bodies: mean by number (bodies over wires), by weight, the longest.

    Single bodies are wires of length 1. ``mean_w = sum n^2 / sum n``.
    """
    n = wires.n.astype(np.float64)
    return {
        "n_bodies": int(wires.n.sum()),
        "n_wires": len(n),
        "mean_n": float(n.mean()),
        "mean_w": float((n * n).sum() / n.sum()),
        "longest": int(wires.n.max()),
        "share_in_wires_of_3": float(n[n >= 3].sum() / n.sum()),
    }
