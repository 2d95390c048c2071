"""Measures of wires: the columns of wires.parquet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_md.analysis.aggregates import chirality
from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.aggregates.wires import BRANCHED, LINEAR, PERCOLATING, RING, Wires
from janus_md.analysis.frames.neighbours import IndexArray, lengths
from janus_md.model.body import FloatArray
from janus_md.model.box import wrap

ROUNDING = 1e-12
"""Deviation from 1 below which a mean cosine counts as 1."""


@dataclass(frozen=True)
class BodyProperties:
    """Properties of the bodies of a frame besides their positions.

    Attributes
    ----------
    axis : tuple of 3 floats
        Direction of the dipole in the body frame.
    fold : int
        Rotations between bodies are defined modulo 360/fold degrees; 0: undefined.
    hands : ndarray of int, shape (N,)
        +1 for R, -1 for S, 0 for neither.
    """

    axis: tuple[float, float, float]
    fold: int
    hands: IndexArray


def unwrapped_centres(positions: FloatArray, lattice: FloatArray, wires: Wires) -> FloatArray:
    """Return the centres unwrapped along each wire, shape (N, 3), nm.

    The vector between consecutive bodies of a wire is their bond vector.
    """
    return wrap(positions, lattice)[0] + wires.offset @ lattice


def measure_wires(
    positions: FloatArray,
    orientations: FloatArray,
    axes: FloatArray,
    lattice: FloatArray,
    bonds: Bonds,
    wires: Wires,
    properties: BodyProperties,
) -> dict[str, np.ndarray]:
    """Measure each wire of a frame.

    Returns
    -------
    dict of str to ndarray, shape (W,)
        contour_nm: sum of the bond lengths. end_to_end_nm: from the free tail to the free head, 0
        for rings, NaN for branched and percolating wires. radius_of_gyration_nm: of the unwrapped
        centres, NaN for percolating wires. tortuosity: contour over end to end, NaN for rings.
        winding_1..3: as :class:`Winding`, NaN where percolating_dims is above 1. screw_deg,
        screw_spread_deg, handedness, dihedral_deg, alternation: see
        :mod:`janus_md.analysis.aggregates.chirality`; circular means. persistence_bond_nm and
        persistence_dipole_nm: see :func:`persistence_length`. dipole_order: length of the mean
        dipole direction. NaN where a value is not defined.
    """
    n_wires = len(wires)
    n_bonds = np.bincount(wires.bond_wire, minlength=n_wires).astype(np.float64)
    total = np.bincount(wires.bond_wire, weights=bonds.lengths, minlength=n_wires)
    contour = total.astype(np.float64)
    unbranched = np.flatnonzero(wires.unbranched[wires.bond_wire])
    follower = chirality.next_bonds(len(positions), bonds, unbranched)
    screw = _screw_columns(orientations, bonds, wires, properties)
    dihedral, first = chirality.dihedral_angles(bonds, follower)
    twist, _, _ = chirality.circular_means(dihedral, wires.bond_wire[first], n_wires, 1)

    centres = unwrapped_centres(positions, lattice, wires).take(wires.members, axis=0)
    end_to_end = _end_to_end(centres, wires)
    with np.errstate(divide="ignore", invalid="ignore"):
        tortuosity = np.where((wires.kind == LINEAR) & (wires.n > 1), contour / end_to_end, np.nan)
    mean_axis = (
        np.add.reduceat(axes.take(wires.members, axis=0), wires.start, axis=0) / wires.n[:, None]
    )
    winding = np.where(wires.winding.dims[:, None] > 1, np.nan, wires.winding.vector)
    return {
        "n": wires.n,
        "kind": wires.kind,
        "contour_nm": contour,
        "end_to_end_nm": end_to_end,
        "winding_1": winding[:, 0],
        "winding_2": winding[:, 1],
        "winding_3": winding[:, 2],
        "percolating_dims": wires.winding.dims,
        **screw,
        "dihedral_deg": np.rad2deg(twist),
        "alternation": chirality.alternation(properties.hands, bonds, wires.bond_wire, n_wires),
        "radius_of_gyration_nm": _radius_of_gyration(centres, wires),
        "tortuosity": tortuosity,
        "persistence_bond_nm": _bond_persistence(bonds, follower, wires, contour, n_bonds),
        "persistence_dipole_nm": _dipole_persistence(axes, bonds, wires, contour, n_bonds),
        "dipole_order": lengths(mean_axis),
    }


def persistence_length(spacing: FloatArray, cosine: FloatArray) -> FloatArray:
    """Return the persistence length of a worm-like chain, ``-b / ln <cos theta>``, nm.

    The directions of a discrete worm-like chain decorrelate as ``<t(0).t(s)> = exp(-s / l_p)``
    (Kratky and Porod, 1949). b is the mean bond length and theta the angle between consecutive
    directions. The result is NaN if the mean cosine is not positive and infinite if it is 1.
    """
    bent = (cosine > 0.0) & (cosine < 1.0 - ROUNDING)
    length = np.where(cosine > 0.0, np.inf, np.nan)
    length[bent] = -spacing[bent] / np.log(cosine[bent])
    return np.asarray(length)


def _screw_columns(
    orientations: FloatArray, bonds: Bonds, wires: Wires, properties: BodyProperties
) -> dict[str, FloatArray]:
    if properties.fold == 0:
        undefined = np.full(len(wires), np.nan)
        return dict.fromkeys(("screw_deg", "screw_spread_deg", "handedness"), undefined)
    angles = chirality.screw_angles(orientations, bonds, properties.axis)
    mean, resultant, handedness = chirality.circular_means(
        angles, wires.bond_wire, len(wires), properties.fold
    )
    return {
        "screw_deg": np.rad2deg(mean),
        "screw_spread_deg": np.rad2deg(chirality.circular_spread(resultant, properties.fold)),
        "handedness": handedness,
    }


def _end_to_end(centres: FloatArray, wires: Wires) -> FloatArray:
    last = wires.start + wires.n - 1
    distance = lengths(centres[last] - centres[wires.start])
    distance[wires.kind == RING] = 0.0
    distance[(wires.kind == BRANCHED) | (wires.kind == PERCOLATING)] = np.nan
    return np.asarray(distance)


def _radius_of_gyration(centres: FloatArray, wires: Wires) -> FloatArray:
    middle = np.add.reduceat(centres, wires.start, axis=0) / wires.n[:, None]
    away = centres - np.repeat(middle, wires.n, axis=0)
    square = np.add.reduceat(np.einsum("ij,ij->i", away, away), wires.start) / wires.n
    return np.asarray(np.where(wires.kind == PERCOLATING, np.nan, np.sqrt(square)))


def _bond_persistence(
    bonds: Bonds, follower: IndexArray, wires: Wires, contour: FloatArray, n_bonds: FloatArray
) -> FloatArray:
    first = np.flatnonzero(follower >= 0)
    second = follower[first]
    vectors = bonds.vectors
    cosine = np.einsum("ij,ij->i", vectors.take(first, axis=0), vectors.take(second, axis=0))
    cosine /= bonds.lengths[first] * bonds.lengths[second]
    owner = wires.bond_wire[first]
    count = np.bincount(owner, minlength=len(contour))
    return _mean_persistence(cosine, owner, count, contour, n_bonds)


def _dipole_persistence(
    axes: FloatArray, bonds: Bonds, wires: Wires, contour: FloatArray, n_bonds: FloatArray
) -> FloatArray:
    heads, tails = axes.take(bonds.source, axis=0), axes.take(bonds.target, axis=0)
    cosine = np.einsum("ij,ij->i", heads, tails)
    return _mean_persistence(cosine, wires.bond_wire, n_bonds, contour, n_bonds)


def _mean_persistence(
    cosine: FloatArray,
    owner: IndexArray,
    count: NDArray[Any],
    contour: FloatArray,
    n_bonds: FloatArray,
) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.bincount(owner, weights=cosine, minlength=len(contour))
        return persistence_length(contour / n_bonds, total / count)
