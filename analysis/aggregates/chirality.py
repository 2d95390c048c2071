"""Chirality of wires: screw angles, dihedral angles and the sequence of R and S."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.frames.neighbours import IndexArray, lengths
from janus_md.model.body import FloatArray
from janus_md.model.rotations import cross

STRAIGHT = 1e-4
"""Sine of the angle between two bonds below which three centres do not define a plane."""


def screw_angles(
    orientations: FloatArray, bonds: Bonds, axis: Sequence[float] = (0.0, 0.0, 1.0)
) -> FloatArray:
    """Return the rotation of the target relative to the source about the axis of the source.

    The result, shape (B,), radians, is the twist of the swing-twist decomposition of
    ``conj(q_i) q_j``: for the quaternion ``(w, v)`` and the axis a it is ``2 atan2(v.a, w)``
    (Dobrowolski, "Swing-twist decomposition in Clifford algebra", 2015). A right-handed rotation
    about the axis is positive.
    """
    a = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    qi, qj = orientations.take(bonds.source, axis=0), orientations.take(bonds.target, axis=0)
    wi, vi, wj, vj = qi[:, 0], qi[:, 1:], qj[:, 0], qj[:, 1:]
    w = wi * wj + np.einsum("ij,ij->i", vi, vj)
    along = wi * (vj @ a) - wj * (vi @ a) - cross(vi, vj) @ a
    return np.asarray(2.0 * np.arctan2(along, w))


def common_symmetry(symmetries: Sequence[int]) -> int:
    """Return the common symmetry number of several bodies.

    A rotation of a body by 360/n degrees leaves it unchanged, so the rotation between bodies of n-
    and m-fold symmetry is defined modulo 360 / lcm(n, m). The result is 0 (undefined) if any body
    has the symmetry number 0 (a body of revolution).
    """
    return math.lcm(*map(int, symmetries))


def circular_means(
    angles: FloatArray, group: IndexArray, n_groups: int, fold: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the circular mean and handedness of angles defined modulo 2 pi / fold.

    Parameters
    ----------
    angles : ndarray, shape (B,)
        Angles, radians.
    group : ndarray of int, shape (B,)
        Group of each angle.
    n_groups : int
        Number of groups G.
    fold : int
        Symmetry number; angles are multiplied by it before averaging, and means divided by it.

    Returns
    -------
    mean : ndarray, shape (G,)
        Radians, in (-pi/fold, pi/fold]; NaN for an empty group.
    resultant : ndarray, shape (G,)
        Length R of the mean of ``exp(i fold angle)``, 0 to 1; NaN for an empty group.
    handedness : ndarray, shape (G,)
        Mean of ``sin(fold * angle)``. It changes sign under reflection, and is 0 for achiral
        angles: 0 and half a period.
    """
    phase = fold * angles
    count = np.bincount(group, minlength=n_groups).astype(np.float64)
    count[count == 0] = np.nan
    cosine = np.bincount(group, weights=np.cos(phase), minlength=n_groups) / count
    sine = np.bincount(group, weights=np.sin(phase), minlength=n_groups) / count
    return np.arctan2(sine, cosine) / fold, np.hypot(cosine, sine), sine


def circular_spread(resultant: FloatArray, fold: int) -> FloatArray:
    """Return the circular standard deviation ``sqrt(-2 ln R) / fold``, radians.

    See Mardia and Jupp, "Directional Statistics" (2000), section 2.3, and :func:`circular_means`
    for R.
    """
    return np.asarray(np.sqrt(2.0 * np.log(1.0 / np.clip(resultant, 1e-300, 1.0))) / fold)


def next_bonds(n_bodies: int, bonds: Bonds, unbranched: IndexArray) -> IndexArray:
    """Return the next bond of each bond along its wire, shape (B,); -1 at the head of the wire.

    `unbranched` are the bonds in wires without branches; all other bonds have -1.
    """
    leaving = np.full(n_bodies, -1, dtype=np.int64)
    leaving[bonds.source[unbranched]] = unbranched
    follower = np.full(len(bonds), -1, dtype=np.int64)
    follower[unbranched] = leaving[bonds.target[unbranched]]
    return follower


def dihedral_angles(bonds: Bonds, follower: IndexArray) -> tuple[FloatArray, IndexArray]:
    """Compute the dihedral angles of four consecutive centres, except those that are undefined.

    IUPAC convention: viewed along the middle bond, a clockwise rotation from the near to the far
    bond is positive, as in a right-handed helix.

    Returns
    -------
    angles : ndarray, shape (D,)
        Radians in (-pi, pi].
    first : ndarray of int, shape (D,)
        First bond of each angle.
    """
    first = np.flatnonzero(follower >= 0)
    first = first[follower[follower[first]] >= 0]
    second = follower[first]
    third = follower[second]
    a, b, c = (bonds.vectors.take(k, axis=0) for k in (first, second, third))
    before, after = cross(a, b), cross(b, c)
    la, lb, lc = (bonds.lengths[k] for k in (first, second, third))
    bent = (lengths(before) > STRAIGHT * la * lb) & (lengths(after) > STRAIGHT * lb * lc)
    sine = lb * np.einsum("ij,ij->i", a, after)
    angles = np.arctan2(sine, np.einsum("ij,ij->i", before, after))
    return angles[bent], first[bent]


def alternation(hands: IndexArray, bonds: Bonds, group: IndexArray, n_groups: int) -> FloatArray:
    """Return the share of bonds between opposite enantiomers in each group, shape (G,).

    `hands` is +1 for R, -1 for S and 0 for achiral bodies, whose bonds are ignored. A group without
    other bonds has NaN.
    """
    product = hands[bonds.source] * hands[bonds.target]
    counted = np.bincount(group[product != 0], minlength=n_groups).astype(np.float64)
    opposite = np.bincount(group[product < 0], minlength=n_groups)
    counted[counted == 0] = np.nan
    return np.asarray(opposite / counted)
