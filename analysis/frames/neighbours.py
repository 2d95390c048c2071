"""Pairs of bodies within a cutoff in any periodic box, triclinic and small ones included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray
from janus_md.model.box import face_distances, inverse_lattice, lattice_vectors, wrap

IndexArray = NDArray[np.int64]

SMALLEST_BOX = 0.2
"""Smallest distance of opposite faces of the box that is accepted, in units of the cutoff."""

LARGEST_BOX = 1e6
"""Largest one; a file with a larger box is damaged."""

MOST_PAIRS = 1000
"""Pairs for each body that are accepted, where they are more than ..."""

MOST_SMALL = 2_000_000
"""... so many in all. A crystal of bodies has 600 pairs a body within 8.5 nm, the longest range of
the analysis."""


@dataclass(frozen=True)
class Pairs:
    """Unordered pairs of bodies, every periodic image of a pair counted once.

    Attributes
    ----------
    i, j : ndarray of int, shape (P,)
        The two bodies; equal where a body meets its own image.
    vectors : ndarray, shape (P, 3)
        From the centre of i to that of the image of j, nm.
    images : ndarray of int, shape (P, 3)
        Lattice vectors by which j, taken inside the box, was moved to that image.
    distances : ndarray, shape (P,)
        Length of `vectors`, nm.
    """

    i: IndexArray
    j: IndexArray
    vectors: FloatArray
    images: IndexArray
    distances: FloatArray

    def closer_than(self, distance: float) -> Pairs:
        """Return the pairs at less than `distance` nm."""
        return self.take(np.flatnonzero(self.distances < distance))

    def take(self, keep: IndexArray) -> Pairs:
        """Return the pairs of these indices."""
        return Pairs(
            self.i[keep], self.j[keep], self.vectors[keep], self.images[keep], self.distances[keep]
        )


def lengths(vectors: FloatArray) -> FloatArray:
    """Length of each vector, shape (N,); a few times faster than numpy's norm."""
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)))


def ghosts(
    wrapped: FloatArray, lattice: FloatArray, margin: float, *, half: bool
) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Images of the bodies outside the box that lie within `margin` of it.

    Parameters
    ----------
    wrapped : ndarray, shape (N, 3)
        Positions inside the box, nm.
    lattice : ndarray, shape (3, 3)
        Edges of the box as rows, nm.
    margin : float
        nm.
    half : bool
        Only one image of every opposite two, which meets each pair across a face once.

    Returns
    -------
    body : ndarray of int, shape (G,)
    image : ndarray of int, shape (G, 3)
    position : ndarray, shape (G, 3)

    Raises
    ------
    JanusError
        If the box is so small or so skewed that they are too many to keep.
    """
    fractional = wrapped @ inverse_lattice(lattice) + 0.5
    reach = margin / face_distances(lattice)
    count = len(wrapped) * (float(np.prod(1.0 + 2.0 * reach)) - 1.0) * (0.5 if half else 1.0)
    if count > max(MOST_PAIRS * len(wrapped), MOST_SMALL):
        raise JanusError(
            f"the box with the edges {lattice.tolist()} is too small or too skewed: {count:.3g} "
            f"images of its {len(wrapped)} bodies are within {margin:g} of it"
        )
    # Axis by axis, images of images: bodies near an edge or a corner get theirs on the way.
    body = np.arange(len(wrapped), dtype=np.int64)
    image = np.zeros((len(wrapped), 3), dtype=np.int64)
    for axis, extent in enumerate(np.ceil(reach).astype(int)):
        place, bodies, images = fractional[body, axis], [body], [image]
        for shift in range(-int(extent), int(extent) + 1):
            if shift == 0:
                continue
            near = np.flatnonzero(
                place < reach[axis] - shift + 1.0 if shift > 0 else place > -reach[axis] - shift
            )
            moved = image[near]
            moved[:, axis] = shift
            bodies.append(body[near])
            images.append(moved)
        body, image = np.concatenate(bodies), np.concatenate(images)
    body, image = body[len(wrapped) :], image[len(wrapped) :]
    if half:
        first, second, third = image.T
        chosen = np.flatnonzero(
            (first > 0) | ((first == 0) & ((second > 0) | ((second == 0) & (third > 0))))
        )
        body, image = body[chosen], image[chosen]
    return body, image, wrapped[body] + image @ lattice


def pairs_within(positions: FloatArray, box: FloatArray, cutoff: float) -> Pairs:
    """Find all pairs of centres closer than `cutoff`, all periodic images considered.

    A k-d tree of the bodies meets itself and a tree of their images behind the faces. This holds
    in a triclinic box and in one shorter than twice the cutoff, where a pair can meet through
    several images and a body meet itself.

    Parameters
    ----------
    positions : ndarray, shape (N, 3)
        Centres, nm; inside the box or not.
    box : ndarray, shape (6,)
        Lx, Ly, Lz (nm) and the tilt factors xy, xz, yz.
    cutoff : float
        nm.

    Raises
    ------
    ValueError
        If opposite faces of the box are closer than :data:`SMALLEST_BOX` cutoffs.
    JanusError
        If there are too many to keep, as where bodies stand on one spot.
    """
    from scipy.spatial import cKDTree

    lattice = lattice_vectors(box)
    if face_distances(lattice).min() < SMALLEST_BOX * cutoff:
        raise ValueError(f"box {box[:3]} is too small for a cutoff of {cutoff} nm")
    wrapped, _ = wrap(positions, lattice)
    # Sliding-midpoint trees are built faster than balanced ones and are as good for such points.
    tree = cKDTree(wrapped, balanced_tree=False, compact_nodes=False)
    _check_crowd(tree, wrapped, lattice, cutoff)
    inside = tree.query_pairs(cutoff, output_type="ndarray")
    ghost, shift, moved = ghosts(wrapped, lattice, cutoff, half=True)
    i, j = inside[:, 0].astype(np.int64), inside[:, 1].astype(np.int64)
    vectors = wrapped[j] - wrapped[i]
    images = np.zeros((len(i), 3), dtype=np.int64)
    if len(ghost):
        other = cKDTree(moved, balanced_tree=False, compact_nodes=False)
        across = tree.sparse_distance_matrix(other, cutoff, output_type="ndarray")
        a, b = across["i"].astype(np.int64), across["j"].astype(np.int64)
        i, j = np.concatenate([i, a]), np.concatenate([j, ghost[b]])
        vectors = np.concatenate([vectors, moved[b] - wrapped[a]])
        images = np.concatenate([images, shift[b]])
    distances = lengths(vectors)
    # The tree's cutoff is inclusive; ours is strict, as everywhere in the analysis.
    return Pairs(i, j, vectors, images, distances).closer_than(cutoff)


def coincident_pair(pairs: Pairs) -> tuple[int, int] | None:
    """Two bodies that stand on one spot; None where there are none.

    The line between them has no direction, so no bond is ever found there.
    """
    same = np.flatnonzero(pairs.distances == 0.0)
    return (int(pairs.i[same[0]]), int(pairs.j[same[0]])) if len(same) else None


def _check_crowd(tree: Any, wrapped: FloatArray, lattice: FloatArray, cutoff: float) -> None:
    """Refuse a frame with too many pairs, counted only where they can be so many."""
    n = len(wrapped)
    most = max(MOST_PAIRS * n, MOST_SMALL)
    spread = 2.0 / 3.0 * np.pi * cutoff**3 * n * n / abs(float(np.linalg.det(lattice)))
    # All that are in one cell of this size are pairs. Cells that share a number add a few.
    cells = np.floor(wrapped * (np.sqrt(3.0) / cutoff)).astype(np.int64)
    places = 1 << max(10, n.bit_length())
    cell = (cells @ np.array([73856093, 19349663, 83492791])) % places
    count = np.bincount(cell).astype(np.float64)
    crowded = float(count @ count)
    if 22.0 * crowded > most:  # pairs of a spread-out crowd over those within cells
        crowded = 0.5 * (tree.count_neighbors(tree, cutoff) - n)
    if (found := max(spread, crowded)) > most:
        raise JanusError(
            f"{found:.3g} pairs of {n} bodies are closer than {cutoff:g}; the distance does "
            "not suit the file's unit of length, or the file is damaged"
        )


def nearest_distances(positions: FloatArray, box: FloatArray, pairs: Pairs) -> FloatArray:
    """Distance of every body to its nearest neighbour, shape (N,), nm; NaN for a single body.

    `pairs` (all pairs within some cutoff) answers for most bodies; the others are searched for in
    widening shells.
    """
    from scipy.spatial import cKDTree

    n = len(positions)
    nearest = np.full(n, np.inf)
    if n < 2:
        return np.full(n, np.nan)
    np.minimum.at(nearest, pairs.i, pairs.distances)
    np.minimum.at(nearest, pairs.j, pairs.distances)
    lattice = lattice_vectors(box)
    wrapped, _ = wrap(positions, lattice)
    # No body is farther from the next than from its own image.
    edge = 1.001 * float(lengths(lattice).min())
    reach = min(float((float(np.prod(box[:3])) / n) ** (1.0 / 3.0)), edge)
    lonely = np.flatnonzero(np.isinf(nearest))
    while len(lonely):
        _, _, moved = ghosts(wrapped, lattice, reach, half=False)
        tree = cKDTree(np.concatenate([wrapped, moved]))
        found = tree.query(wrapped[lonely], k=2, distance_upper_bound=reach)[0][:, 1]
        nearest[lonely] = found
        lonely = lonely[np.isinf(found)]
        reach = min(2.0 * reach, edge)
    return nearest
