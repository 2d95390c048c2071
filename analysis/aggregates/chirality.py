"""Handed quantities of wires: screw angles, dihedral angles, the order of R and S."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.frames.neighbours import IndexArray, lengths
from janus_md.model.body import FloatArray

STRAIGHT = 1e-4
"""Three centres whose two bonds make an angle with a sine below this span no plane."""


def screw_angles(
    orientations: FloatArray, bonds: Bonds, axis: Sequence[float] = (0.0, 0.0, 1.0)
) -> FloatArray:
    """Turn of the target against the source about the source's own axis, shape (B,), radians.

    The twist part of the swing-twist decomposition of ``conj(q_i) q_j``: with the quaternion
    ``(w, v)`` and the axis a it is ``2 atan2(v.a, w)`` (Dobrowolski, "Swing-twist decomposition in
    Clifford algebra", 2015). Right-handed about the axis is positive.
    """
    a = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    qi, qj = orientations[bonds.source], orientations[bonds.target]
    wi, vi, wj, vj = qi[:, 0], qi[:, 1:], qj[:, 0], qj[:, 1:]
    w = wi * wj + np.einsum("ij,ij->i", vi, vj)
    along = wi * (vj @ a) - wj * (vi @ a) - np.cross(vi, vj) @ a
    return np.asarray(2.0 * np.arctan2(along, w))


def common_symmetry(symmetries: Sequence[int]) -> int:
    """Symmetry number in whose period the turn between any two of the bodies is defined.

    Turning either body by its own 360/n leaves the pair as it was, so the turn between bodies of
    n and m is defined modulo 360 / lcm(n, m). 0, a body of revolution, makes it undefined: 0.
    """
    return int(np.lcm.reduce(np.asarray(symmetries, dtype=np.int64))) if len(symmetries) else 1


def circular_statistics(
    angles: FloatArray, group: IndexArray, n_groups: int, fold: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean direction, spread and handedness of angles that are defined modulo 2 pi / fold.

    Parameters
    ----------
    angles : ndarray, shape (B,)
        Radians; NaN is left out.
    group : ndarray of int, shape (B,)
        Group of each angle.
    n_groups : int
        G.
    fold : int
        The angles are multiplied by it, averaged on the circle, and divided again.

    Returns
    -------
    mean : ndarray, shape (G,)
        Radians, in (-pi/fold, pi/fold]; NaN for an empty group.
    spread : ndarray, shape (G,)
        Circular standard deviation ``sqrt(-2 ln R) / fold`` (Mardia and Jupp, "Directional
        Statistics", 2000, section 2.3), radians.
    handedness : ndarray, shape (G,)
        Mean of ``sin(fold * angle)``: changes sign with the mirror image, and is 0 for no turn and
        for half a period, which have no hand.
    """
    known = np.isfinite(angles)
    phase, owner = fold * angles[known], group[known]
    count = np.bincount(owner, minlength=n_groups).astype(np.float64)
    count[count == 0] = np.nan
    cosine = np.bincount(owner, weights=np.cos(phase), minlength=n_groups) / count
    sine = np.bincount(owner, weights=np.sin(phase), minlength=n_groups) / count
    resultant = np.clip(np.hypot(cosine, sine), 1e-300, 1.0)
    spread = np.sqrt(2.0 * np.log(1.0 / resultant)) / fold
    return np.arctan2(sine, cosine) / fold, np.where(np.isnan(count), np.nan, spread), sine


def next_bonds(n_bodies: int, bonds: Bonds, unbranched: IndexArray) -> IndexArray:
    """Bond that follows each bond along its wire, -1 at the head of it, shape (B,).

    `unbranched` are the bonds in wires without branches; no other bond has a follower.
    """
    leaving = np.full(n_bodies, -1, dtype=np.int64)
    leaving[bonds.source[unbranched]] = unbranched
    follower = np.full(len(bonds), -1, dtype=np.int64)
    follower[unbranched] = leaving[bonds.target[unbranched]]
    return follower


def dihedral_angles(bonds: Bonds, follower: IndexArray) -> tuple[FloatArray, IndexArray]:
    """Dihedral angles of all four consecutive centres; those without a plane are left out.

    The convention is IUPAC's: looking along the middle bond, a clockwise turn from the near to the
    far bond is positive, so a right-handed helix is positive.

    Returns
    -------
    angles : ndarray, shape (D,)
        Radians in (-pi, pi].
    first : ndarray of int, shape (D,)
        First bond of each.
    """
    first = np.flatnonzero(follower >= 0)
    first = first[follower[follower[first]] >= 0]
    a = bonds.vectors[first]
    b = bonds.vectors[follower[first]]
    c = bonds.vectors[follower[follower[first]]]
    before, after = np.cross(a, b), np.cross(b, c)
    la, lb, lc = (lengths(v) for v in (a, b, c))
    bent = (lengths(before) > STRAIGHT * la * lb) & (lengths(after) > STRAIGHT * lb * lc)
    sine = lb * np.einsum("ij,ij->i", a, after)
    angles = np.arctan2(sine, np.einsum("ij,ij->i", before, after))
    return angles[bent], first[bent]


def alternation(hands: IndexArray, bonds: Bonds, group: IndexArray, n_groups: int) -> FloatArray:
    """Share of the bonds that join opposite enantiomers, by group, shape (G,).

    `hands` is +1 for R, -1 for S and 0 for a body without a hand, whose bonds do not count; NaN
    where no bond counts.
    """
    product = hands[bonds.source] * hands[bonds.target]
    counted = np.bincount(group[product != 0], minlength=n_groups).astype(np.float64)
    opposite = np.bincount(group[product < 0], minlength=n_groups)
    counted[counted == 0] = np.nan
    return np.asarray(opposite / counted)
