"""Directed head-to-tail bonds by the geometric criterion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray, Pairs, lengths, pairs_within
from janus_md.model.body import BondCriterion, FloatArray


@dataclass(frozen=True)
class Bonds:
    """Directed bonds from the head (+ end of the dipole) of a source to the tail of a target.

    Attributes
    ----------
    source, target : ndarray of int, shape (B,)
        Body bonded by its head, and body bonded by its tail.
    vectors : ndarray, shape (B, 3)
        Vector from the centre of the source to the bonded image of the target, nm.
    images : ndarray of int, shape (B, 3)
        Image of the target, in lattice vectors from its position inside the box.
    lengths : ndarray, shape (B,)
        Bond lengths, nm.
    """

    source: IndexArray
    target: IndexArray
    vectors: FloatArray
    images: IndexArray
    lengths: FloatArray

    def __len__(self) -> int:
        return len(self.source)

    def take(self, chosen: IndexArray) -> Bonds:
        """Return the bonds with these indices."""
        return Bonds(
            self.source[chosen],
            self.target[chosen],
            self.vectors[chosen],
            self.images[chosen],
            self.lengths[chosen],
        )


NO_BONDS = Bonds(
    np.zeros(0, dtype=np.int64),
    np.zeros(0, dtype=np.int64),
    np.zeros((0, 3)),
    np.zeros((0, 3), dtype=np.int64),
    np.zeros(0),
)


def body_axes(orientations: FloatArray, axis: Sequence[float] = (0.0, 0.0, 1.0)) -> FloatArray:
    """Return the dipole axes in the laboratory frame as unit vectors.

    Parameters
    ----------
    orientations : ndarray, shape (N, 4)
        Quaternions (w, x, y, z) from the body frame to the laboratory frame, of any length but 0.
    axis : sequence of 3 floats
        Direction of the dipole in the body frame.

    Returns
    -------
    ndarray, shape (N, 3)
    """
    a = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    w, x, y, z = (orientations / lengths(orientations)[:, None]).T.copy()
    # With q = (w, u), the result is 2 (u.a) u + (2 w^2 - 1) a + 2 w (u x a).
    ax, ay, az = a.tolist()
    twice = 2.0 * (x * ax + y * ay + z * az)
    own, w = 2.0 * w * w - 1.0, 2.0 * w
    axes = np.empty((len(w), 3))
    axes[:, 0] = twice * x + own * ax + w * (y * az - z * ay)
    axes[:, 1] = twice * y + own * ay + w * (z * ax - x * az)
    axes[:, 2] = twice * z + own * az + w * (x * ay - y * ax)
    return axes


def projections(pairs: Pairs, axes: FloatArray) -> FloatArray:
    """Return the components of the dipoles of i and j along the vector of each pair, shape (2, P).

    For unit vectors, they are the cosines of the angles times the distance of the pair, nm.
    """
    along = np.empty((2, len(pairs.i)))
    for row, body in zip(along, (pairs.i, pairs.j), strict=True):
        np.einsum("ij,ij->i", axes.take(body, axis=0), pairs.vectors, out=row)
    return along


def select_bonds(pairs: Pairs, along: FloatArray, criterion: BondCriterion) -> Bonds:
    """Return the pairs that are bonded head to tail.

    Two bodies are bonded if their centres are closer than ``criterion.distance`` and both dipoles
    make an angle below ``criterion.angle`` with the vector from the source to the target. A body
    may have several bonds at one end; its wire is then branched.

    Parameters
    ----------
    pairs : Pairs
        All pairs within ``criterion.distance``, or more.
    along : ndarray, shape (2, P)
        Their :func:`projections`.
    criterion : BondCriterion
        Bond criterion. Its angle must be below 90 degrees for a bond to have a direction.
    """
    if not 0.0 < criterion.angle < 90.0:
        raise ValueError(f"angle of a bond is {criterion.angle} degrees; it must be in (0, 90)")
    cosine = float(np.cos(np.deg2rad(criterion.angle)))
    return directed(pairs, along, cosine, criterion.distance)


def directed(
    pairs: Pairs, along: FloatArray, least_cosine: float, distance: float = np.inf
) -> Bonds:
    """Return the pairs in which both dipoles point from one body, the source, to the other.

    The cosine between each dipole and the vector between the centres must exceed `least_cosine`,
    which must not be negative, and the centres must be closer than `distance`.
    """
    edge = np.where(pairs.distances < distance, least_cosine * pairs.distances, np.inf)
    forward = np.flatnonzero((along > edge).all(axis=0))
    back = np.flatnonzero((along < -edge).all(axis=0))
    chosen = np.concatenate([forward, back])
    i, j = pairs.i[chosen], pairs.j[chosen]
    vectors, images = pairs.vectors.take(chosen, axis=0), pairs.images.take(chosen, axis=0)
    # A bond from j to i has the opposite vector and the opposite image.
    turned = slice(len(forward), None)
    i[turned], j[turned] = j[turned].copy(), i[turned].copy()
    np.negative(vectors[turned], out=vectors[turned])
    np.negative(images[turned], out=images[turned])
    return Bonds(i, j, vectors, images, pairs.distances[chosen])


def find_bonds(
    positions: FloatArray, axes: FloatArray, box: FloatArray, criterion: BondCriterion
) -> Bonds:
    """Return the bonds of one frame; see :func:`select_bonds` and :func:`pairs_within`."""
    pairs = pairs_within(positions, box, criterion.distance)
    return select_bonds(pairs, projections(pairs, axes), criterion)
