"""Neighbour search in periodic boxes, including triclinic and small ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from janus_md.analysis.frames.cells import IndexArray, Neighbours, neighbours_in_cells
from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray
from janus_md.model.box import face_distances, inverse_lattice, lattice_vectors, wrap

SMALLEST_BOX = 0.2
"""Minimum distance between opposite faces of the box, in units of the cutoff."""

LARGEST_BOX = 1e6
"""Maximum distance between opposite faces, in units of the cutoff; beyond it a file is damaged."""

MAX_PAIRS_PER_BODY = 1000
"""Maximum number of pairs per body. A crystal has about 600 within 8.5 nm, the longest range of the
analysis."""

MAX_PAIRS_OF_FEW_BODIES = 2_000_000
"""Number of pairs that is always accepted, so that few bodies may be close together."""

PAIRS_PER_BODY_IN_CELLS = 4.0
"""Maximum expected number of pairs per body for a search in cells; above it a tree is faster."""


@dataclass(frozen=True)
class Pairs:
    """Unordered pairs of bodies; each periodic image of a pair counts once.

    Attributes
    ----------
    i, j : ndarray of int, shape (P,)
        The two bodies; equal if a body is paired with its own image.
    vectors : ndarray, shape (P, 3)
        Vector from the centre of i to the image of j, nm.
    images : ndarray of int, shape (P, 3)
        Image of j, in lattice vectors from its position inside the box.
    distances : ndarray, shape (P,)
        Length of `vectors`, nm.
    """

    i: IndexArray
    j: IndexArray
    vectors: FloatArray
    images: IndexArray
    distances: FloatArray

    def closer_than(self, distance: float) -> Pairs:
        """Return the pairs closer than `distance`, in nm."""
        near = self.distances < distance
        return self if near.all() else self.take(np.flatnonzero(near))

    def take(self, keep: IndexArray) -> Pairs:
        """Return the pairs with these indices."""
        return Pairs(
            self.i[keep],
            self.j[keep],
            self.vectors.take(keep, axis=0),  # faster than an index for rows
            self.images.take(keep, axis=0),
            self.distances[keep],
        )


def lengths(vectors: FloatArray) -> FloatArray:
    """Return the length of each vector, shape (N,); faster than ``numpy.linalg.norm``."""
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)))


def ghosts(
    wrapped: FloatArray, lattice: FloatArray, margin: float, *, half: bool
) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Return the periodic images of bodies within `margin` of the box.

    Parameters
    ----------
    wrapped : ndarray, shape (N, 3)
        Positions inside the box, nm.
    lattice : ndarray, shape (3, 3)
        Edges of the box as rows, nm.
    margin : float
        Maximum distance from the box, nm.
    half : bool
        Return only one of two opposite images, so that each pair across a face is found once.

    Returns
    -------
    body : ndarray of int, shape (G,)
        Index of the body.
    image : ndarray of int, shape (G, 3)
        Image, in lattice vectors.
    position : ndarray, shape (G, 3)
        Position of the image, nm.

    Raises
    ------
    JanusError
        If there are too many images because the box is too small or too skewed.
    """
    fractional = wrapped @ inverse_lattice(lattice) + 0.5
    reach = margin / face_distances(lattice)
    count = len(wrapped) * (float(np.prod(1.0 + 2.0 * reach)) - 1.0) * (0.5 if half else 1.0)
    if count > max(MAX_PAIRS_PER_BODY * len(wrapped), MAX_PAIRS_OF_FEW_BODIES):
        raise JanusError(
            f"the box with the edges {lattice.tolist()} is too small or too skewed: it has "
            f"{count:.3g} images of {len(wrapped)} bodies within {margin:g}"
        )
    # Replicate axis by axis; images of images cover the edges and corners.
    body = np.arange(len(wrapped), dtype=np.int64)
    image = np.zeros((len(wrapped), 3), dtype=np.int64)
    for axis, extent in enumerate(np.ceil(reach).astype(int)):
        place, bodies, images = fractional[body, axis], [body], [image]
        for shift in range(-int(extent), int(extent) + 1):
            if shift == 0:
                continue
            # The first shift of one of two opposite images is positive.
            begin = len(wrapped) if half and shift < 0 else 0
            there = place[begin:]
            near = begin + np.flatnonzero(
                there < reach[axis] - shift + 1.0 if shift > 0 else there > -reach[axis] - shift
            )
            moved = image[near]
            moved[:, axis] = shift
            bodies.append(body[near])
            images.append(moved)
        body, image = np.concatenate(bodies), np.concatenate(images)
    body, image = body[len(wrapped) :], image[len(wrapped) :]
    return body, image, wrapped[body] + image @ lattice


def pairs_within(positions: FloatArray, box: FloatArray, cutoff: float) -> Pairs:
    """Find all pairs of centres closer than `cutoff` under periodic boundary conditions.

    This is valid for triclinic boxes and for boxes shorter than twice the cutoff, in which two
    bodies may be neighbours through several images and a body may neighbour its own image. Cells
    are searched where bodies have few neighbours on average, and a k-d tree elsewhere.

    Parameters
    ----------
    positions : ndarray, shape (N, 3)
        Centres, nm; they need not be inside the box.
    box : ndarray, shape (6,)
        Lx, Ly, Lz (nm) and the tilt factors xy, xz, yz.
    cutoff : float
        Cutoff distance, nm.

    Raises
    ------
    ValueError
        If opposite faces of the box are closer than :data:`SMALLEST_BOX` cutoffs.
    JanusError
        If there are too many pairs, for example of overlapping bodies.
    """
    lattice = lattice_vectors(box)
    if face_distances(lattice).min() < SMALLEST_BOX * cutoff:
        raise ValueError(f"box {box[:3]} is too small for a cutoff of {cutoff} nm")
    wrapped, _ = wrap(positions, lattice)
    expected = _pairs_at_uniform_density(len(wrapped), lattice, cutoff)
    _check_crowd(expected, wrapped, cutoff)
    sparse = expected < PAIRS_PER_BODY_IN_CELLS * len(wrapped)
    search = neighbours_in_cells if sparse else neighbours_in_tree
    i, j, vectors, images = search(wrapped, lattice, cutoff)
    # The cutoff of the searches is inclusive, that of the analysis exclusive.
    return Pairs(i, j, vectors, images, lengths(vectors)).closer_than(cutoff)


def neighbours_in_tree(wrapped: FloatArray, lattice: FloatArray, cutoff: float) -> Neighbours:
    """Find the pairs of bodies with a k-d tree of the bodies and one of their periodic images."""
    from scipy.spatial import cKDTree

    # Sliding-midpoint trees are built faster than balanced ones; queries are equally fast here.
    tree = cKDTree(wrapped, balanced_tree=False, compact_nodes=False)
    inside = tree.query_pairs(cutoff, output_type="ndarray")
    ghost, shift, moved = ghosts(wrapped, lattice, cutoff, half=True)
    i, j = inside[:, 0].astype(np.int64), inside[:, 1].astype(np.int64)
    vectors = wrapped.take(j, axis=0) - wrapped.take(i, axis=0)
    images = np.zeros((len(i), 3), dtype=np.int64)
    if len(ghost):
        other = cKDTree(moved, balanced_tree=False, compact_nodes=False)
        across = tree.sparse_distance_matrix(other, cutoff, output_type="ndarray")
        a, b = across["i"].astype(np.int64), across["j"].astype(np.int64)
        i, j = np.concatenate([i, a]), np.concatenate([j, ghost[b]])
        vectors = np.concatenate([vectors, moved.take(b, axis=0) - wrapped.take(a, axis=0)])
        images = np.concatenate([images, shift.take(b, axis=0)])
    return Neighbours(i, j, vectors, images)


def coincident_pair(pairs: Pairs) -> tuple[int, int] | None:
    """Return two bodies with the same position; None if there are none.

    The vector between them has no direction, so they cannot be bonded.
    """
    same = np.flatnonzero(pairs.distances == 0.0)
    return (int(pairs.i[same[0]]), int(pairs.j[same[0]])) if len(same) else None


def _pairs_at_uniform_density(n: int, lattice: FloatArray, cutoff: float) -> float:
    """Mean number of pairs within the cutoff of n bodies at random positions."""
    volume = float(lattice[0, 0] * lattice[1, 1] * lattice[2, 2])
    return 2.0 / 3.0 * np.pi * cutoff**3 * n * n / volume


def _check_crowd(expected: float, wrapped: FloatArray, cutoff: float) -> None:
    """Check the number of pairs; count exactly only if the estimate is near the limit."""
    n = len(wrapped)
    most = max(MAX_PAIRS_PER_BODY * n, MAX_PAIRS_OF_FEW_BODIES)
    found = expected
    if 0.5 * n * (n - 1) > most:
        # All bodies in one cell of this size are pairs. Hash collisions add a few.
        cells = np.floor(wrapped * (np.sqrt(3.0) / cutoff)).astype(np.int64)
        places = 1 << max(10, n.bit_length())
        cell = (cells @ np.array([73856093, 19349663, 83492791])) % places
        count = np.bincount(cell).astype(np.float64)
        crowded = float(count @ count)
        if 22.0 * crowded > most:  # ratio of all pairs to those within cells at uniform density
            from scipy.spatial import cKDTree

            tree = cKDTree(wrapped)
            crowded = 0.5 * (tree.count_neighbors(tree, cutoff) - n)
        found = max(found, crowded)
    if found > most:
        raise JanusError(
            f"{found:.3g} pairs of {n} bodies are closer than {cutoff:g}; the distance is not in "
            "the file's unit of length, or the file is damaged"
        )


def nearest_distances(positions: FloatArray, box: FloatArray, pairs: Pairs) -> FloatArray:
    """Return the distance of each body to its nearest neighbour, shape (N,), nm.

    The result is taken from `pairs`, all pairs within some cutoff. For bodies without a pair the
    search radius is increased step by step. A single body has NaN.
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
    # The nearest neighbour is never farther away than the body's own image.
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
