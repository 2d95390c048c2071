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
    q = orientations / lengths(orientations)[:, None]
    a = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    w, x, y, z = q.T
    rotation = np.array(
        [
            [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
            [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
            [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
        ]
    )
    return np.ascontiguousarray(np.einsum("abn,b->na", rotation, a))


def select_bonds(pairs: Pairs, axes: FloatArray, criterion: BondCriterion) -> Bonds:
    """Return the pairs that are bonded head to tail.

    Two bodies are bonded if their centres are closer than ``criterion.distance`` and both dipoles
    make an angle below ``criterion.angle`` with the vector from the source to the target. A body
    may have several bonds at one end; its wire is then branched.

    Parameters
    ----------
    pairs : Pairs
        All pairs within ``criterion.distance``, or more.
    axes : ndarray, shape (N, 3)
        Unit vectors of the dipoles.
    criterion : BondCriterion
        Bond criterion. Its angle must be below 90 degrees for a bond to have a direction.
    """
    if not 0.0 < criterion.angle < 90.0:
        raise ValueError(f"angle of a bond is {criterion.angle} degrees; it must be in (0, 90)")
    near = pairs.closer_than(criterion.distance)
    return directed(near, axes, float(np.cos(np.deg2rad(criterion.angle))))


def directed(pairs: Pairs, axes: FloatArray, least_cosine: float) -> Bonds:
    """Return the pairs in which both dipoles point from one body, the source, to the other.

    The cosine between each dipole and the vector between the centres must exceed `least_cosine`,
    which must not be negative.
    """
    edge = least_cosine * pairs.distances
    first = np.einsum("ij,ij->i", axes.take(pairs.i, axis=0), pairs.vectors)
    second = np.einsum("ij,ij->i", axes.take(pairs.j, axis=0), pairs.vectors)
    forward = np.flatnonzero((first > edge) & (second > edge))
    back = np.flatnonzero((first < -edge) & (second < -edge))
    # A bond from j to i has the opposite vector and the opposite image.
    return Bonds(
        np.concatenate([pairs.i[forward], pairs.j[back]]),
        np.concatenate([pairs.j[forward], pairs.i[back]]),
        np.concatenate([pairs.vectors.take(forward, axis=0), -pairs.vectors.take(back, axis=0)]),
        np.concatenate([pairs.images.take(forward, axis=0), -pairs.images.take(back, axis=0)]),
        np.concatenate([pairs.distances[forward], pairs.distances[back]]),
    )


def find_bonds(
    positions: FloatArray, axes: FloatArray, box: FloatArray, criterion: BondCriterion
) -> Bonds:
    """Return the bonds of one frame; see :func:`select_bonds` and :func:`pairs_within`."""
    return select_bonds(pairs_within(positions, box, criterion.distance), axes, criterion)
