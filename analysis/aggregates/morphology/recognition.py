"""From the bodies of a frame to its aggregates, each with its measures and its kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janus_md.analysis.aggregates.morphology.bodies import Bodies
from janus_md.analysis.aggregates.morphology.cavity import cavity_volume
from janus_md.analysis.aggregates.morphology.crystal import solid
from janus_md.analysis.aggregates.morphology.graph import Pieces
from janus_md.analysis.aggregates.morphology.kinds import (
    CRYSTAL_FROM,
    KINDS,
    LARGE,
    classify,
    vesicle_candidates,
)
from janus_md.analysis.aggregates.morphology.measures import (
    FLATNESS_RANGE,
    measure,
    measure_neighbourhoods,
)
from janus_md.analysis.frames.neighbours import IndexArray, pairs_within
from janus_md.model.body import FloatArray
from janus_md.model.box import lattice_vectors


@dataclass(frozen=True)
class Aggregates:
    """The aggregates of one frame; a body that is joined to none is an aggregate of one.

    Attributes
    ----------
    body : ndarray of int, shape (N,)
        The bodies with attractive sites, by their index in the frame.
    label : ndarray of int, shape (N,)
        Aggregate of each; aggregates are numbered by their body of lowest index.
    n : ndarray of int, shape (A,)
        Bodies in each aggregate.
    kind : ndarray of int, shape (A,)
        Index into :data:`KINDS`.
    measures : dict of str to ndarray, shape (A,)
        inward, radial, outward, anisotropy, polarisation, radius_of_gyration (S), nematic,
        flatness, cavity (S^3), solid, dims; NaN where one is not defined.
    unit : float
        S, nm.
    """

    body: IndexArray
    label: IndexArray
    n: IndexArray
    kind: NDArray[np.int8]
    measures: dict[str, FloatArray]
    unit: float

    def __len__(self) -> int:
        return len(self.n)

    def members(self) -> tuple[IndexArray, IndexArray]:
        """Bodies aggregate after aggregate, by rising index, and where each aggregate begins."""
        order = np.argsort(self.label, kind="stable")
        return self.body[order], np.cumsum(self.n) - self.n

    def share(self, kind: str) -> float:
        """Share of the bodies that are in aggregates of this kind."""
        chosen = self.kind == KINDS.index(kind)
        return float(self.n[chosen].sum() / self.n.sum())


def recognise(bodies: Bodies, pieces: Pieces, body: IndexArray, unit: float) -> Aggregates:
    """Measure the aggregates of one frame and tell their kinds.

    Parameters
    ----------
    bodies : Bodies
        Those with attractive sites, in units of S.
    pieces : Pieces
        How they are joined.
    body : ndarray of int, shape (N,)
        Their indices in the frame.
    unit : float
        S, nm.
    """
    shift = pieces.offset @ lattice_vectors(bodies.box)
    heads, tails = bodies.heads + shift, bodies.tails + shift
    measures = measure(heads, tails, bodies.axes, pieces)
    measures |= {"n": pieces.n.astype(float), "dims": pieces.dims.astype(float)}
    measures |= _of_large(bodies, pieces)
    measures["solid"] = _solid_shares(bodies, pieces)
    measures["cavity"] = np.full(len(pieces.n), np.nan)
    shells = np.flatnonzero(vesicle_candidates(measures))
    if len(shells):
        order = np.argsort(pieces.label, kind="stable")
        ends = np.cumsum(pieces.n)
        for k in shells:
            members = order[ends[k] - pieces.n[k] : ends[k]]
            measures["cavity"][k] = cavity_volume(np.concatenate([heads[members], tails[members]]))
    kind = classify(measures)
    del measures["n"]
    return Aggregates(body, pieces.label, pieces.n, kind, measures, unit)


def _of_large(bodies: Bodies, pieces: Pieces) -> dict[str, FloatArray]:
    """Neighbourhoods in the aggregates that are large enough for sheets."""
    members = np.flatnonzero(pieces.n[pieces.label] >= LARGE)
    label = pieces.label[members]
    if not len(members):
        return dict.fromkeys(("nematic", "flatness"), np.full(len(pieces.n), np.nan))
    pairs = pairs_within(bodies.tails[members], bodies.box, FLATNESS_RANGE)
    pairs = pairs.take(np.flatnonzero(label[pairs.i] == label[pairs.j]))
    axes = None if bodies.axes is None else bodies.axes[members]
    return measure_neighbourhoods(axes, pairs, label, len(pieces.n))


def _solid_shares(bodies: Bodies, pieces: Pieces) -> FloatArray:
    """Share of crystalline bodies in each aggregate that is large enough for a crystal."""
    shares = np.full(len(pieces.n), np.nan)
    members = np.flatnonzero(pieces.n[pieces.label] >= CRYSTAL_FROM)
    if not len(members):
        return shares
    found = solid(bodies.heads[members], bodies.box)
    if found is None:
        return shares
    label = pieces.label[members]
    total = np.bincount(label, weights=found.astype(float), minlength=len(pieces.n))
    large = pieces.n >= CRYSTAL_FROM
    shares[large] = total[large] / pieces.n[large]
    return shares
