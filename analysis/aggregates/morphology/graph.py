"""Bodies joined by their sites, and aggregates unwrapped through the periodic border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.aggregates.graphs import connected_pieces
from janus_md.analysis.aggregates.winding import spanning_offsets, windings
from janus_md.analysis.frames.neighbours import IndexArray, Pairs
from janus_md.model.body import FloatArray
from janus_md.model.box import inverse_lattice


@dataclass(frozen=True)
class Pieces:
    """Connected sets of bodies.

    Attributes
    ----------
    label : ndarray of int, shape (N,)
        Aggregate of each body; aggregates are numbered by their body of lowest index.
    n : ndarray of int, shape (A,)
        Bodies in each aggregate.
    offset : ndarray of int, shape (N, 3)
        Lattice vectors that bring each body to its place in the unwrapped aggregate.
    dims : ndarray of int, shape (A,)
        Dimensions in which it spans the box, 0 to 3.
    """

    label: IndexArray
    n: IndexArray
    offset: IndexArray
    dims: IndexArray


def join(pairs: Pairs, sites: FloatArray, body: IndexArray, n: int, lattice: FloatArray) -> Pieces:
    """Connect bodies by close sites and unwrap what they form.

    Parameters
    ----------
    pairs : Pairs
        Close sites.
    sites : ndarray, shape (S, 3)
        Positions of the sites, each in the periodic image that its body is in.
    body : ndarray of int, shape (S,)
        Body of each site, from 0.
    n : int
        Bodies.
    lattice : ndarray, shape (3, 3)
        Edges of the box as rows.
    """
    source, target = body[pairs.i], body[pairs.j]
    between = sites[pairs.j] - sites[pairs.i]
    images = np.rint((pairs.vectors - between) @ inverse_lattice(lattice)).astype(np.int64)
    kept = np.flatnonzero((source != target) | images.any(axis=1))
    bonds = Bonds(
        source[kept], target[kept], pairs.vectors[kept], images[kept], pairs.distances[kept]
    )
    label, first = connected_pieces(n, bonds.source, bonds.target)
    count = len(first)
    offset = np.zeros((n, 3), dtype=np.int64)
    dims = np.zeros(count, dtype=np.int64)
    if len(bonds):
        everything = np.arange(len(bonds), dtype=np.int64)
        # Only roots with a bond have a place in the tree.
        roots = np.intersect1d(first, np.concatenate([bonds.source, bonds.target]))
        spanning_offsets(offset, bonds, everything, roots)
        owner = label[bonds.source]
        dims = windings(offset, bonds, everything, owner, count, lattice).dims
    return Pieces(label, np.bincount(label, minlength=count), offset, dims)
