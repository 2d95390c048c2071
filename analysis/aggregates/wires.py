"""Wires: the connected pieces of the bond graph, ordered and unwrapped through the box.

All is vectorised over wires; only csgraph's compiled searches walk along them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.aggregates.graphs import connected_pieces, directed_graph
from janus_md.analysis.aggregates.winding import Winding, spanning_offsets, windings
from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.model.body import FloatArray

LINEAR, RING, BRANCHED, PERCOLATING = 0, 1, 2, 3
KINDS = ("linear", "ring", "branched", "percolating")
"""Names of the kinds of wire, in the order of their codes."""


@dataclass(frozen=True)
class Wires:
    """The wires of one frame; a body without a bond is a wire of length 1.

    Attributes
    ----------
    label : ndarray of int, shape (N,)
        Wire of each body; wires are numbered by their body of lowest index.
    n : ndarray of int, shape (W,)
        Bodies in each wire.
    kind : ndarray of int, shape (W,)
        Index into :data:`KINDS`. Percolating: some cycle of bonds winds round the box. Branched:
        else, and some body has several bonds at one end. Ring: else, and closed.
    members : ndarray of int, shape (N,)
        Bodies, wire after wire. A linear wire runs from the body with the free tail to the one
        with the free head; a ring, closing through the box or not, along its bonds from its lowest
        index; a wire with branches in the order of the indices.
    start : ndarray of int, shape (W,)
        Where in `members` each wire begins.
    offset : ndarray of int, shape (N, 3)
        Lattice vectors that bring each body, taken inside the box, to its place in the unwrapped
        wire.
    winding : Winding
        How the cycles of each wire wind round the box.
    unbranched : ndarray of bool, shape (W,)
        No body has two bonds at one end, whether the wire percolates or not.
    bond_wire : ndarray of int, shape (B,)
        Wire of each bond.
    """

    label: IndexArray
    n: IndexArray
    kind: NDArray[np.int8]
    members: IndexArray
    start: IndexArray
    offset: IndexArray
    winding: Winding
    unbranched: NDArray[np.bool_]
    bond_wire: IndexArray

    def __len__(self) -> int:
        return len(self.n)


def build_wires(n_bodies: int, bonds: Bonds, lattice: FloatArray) -> Wires:
    """Turn the bonds of one frame into wires.

    Parameters
    ----------
    n_bodies : int
        N, at least 1.
    bonds : Bonds
        Directed bonds between them.
    lattice : ndarray, shape (3, 3)
        Edges of the box as rows, nm.
    """
    label = _components(n_bodies, bonds)
    n = np.bincount(label)
    bond_wire = label[bonds.source]
    n_bonds = np.bincount(bond_wire, minlength=len(n))
    crowded = (np.bincount(bonds.source, minlength=n_bodies) > 1) | (
        np.bincount(bonds.target, minlength=n_bodies) > 1
    )
    unbranched = np.ones(len(n), dtype=bool)
    unbranched[label[crowded]] = False
    closed = unbranched & (n_bonds == n)

    first = np.empty(len(n), dtype=np.int64)
    first[label[::-1]] = np.arange(n_bodies)[::-1]
    # A ring is opened before its lowest index; what is left of unbranched wires are paths.
    opened = closed[bond_wire] & (first[bond_wire] == bonds.target)
    on_path = unbranched[bond_wire] & ~opened
    members = _ordered(n_bodies, label, bonds, np.flatnonzero(on_path))
    start = np.cumsum(n) - n

    offset = _path_offsets(members, start, label, bonds, np.flatnonzero(on_path))
    tangled = np.flatnonzero(~unbranched[bond_wire])
    if len(tangled):
        spanning_offsets(offset, bonds, tangled, first[~unbranched])
    cyclic = np.flatnonzero(opened | ~unbranched[bond_wire])
    winding = windings(offset, bonds, cyclic, bond_wire, len(n), lattice)

    kind = np.full(len(n), LINEAR, dtype=np.int8)
    kind[closed] = RING
    kind[~unbranched] = BRANCHED
    kind[winding.dims > 0] = PERCOLATING
    return Wires(label, n, kind, members, start, offset, winding, unbranched, bond_wire)


def _components(n_bodies: int, bonds: Bonds) -> IndexArray:
    """Label of the connected piece of each body, numbered by the lowest index in it."""
    count, found = connected_pieces(n_bodies, bonds.source, bonds.target)
    first = np.empty(count, dtype=np.int64)
    first[found[::-1]] = np.arange(n_bodies)[::-1]
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(count)
    return rank[found]


def _ordered(n_bodies: int, label: IndexArray, bonds: Bonds, path: IndexArray) -> IndexArray:
    """Bodies wire after wire, those on paths in the order of the path.

    The end of each path is tied to the beginning of the next wire's, which makes one long path of
    all bodies; a single compiled search walks along it. Bodies of a wire that is no path are
    pieces of their own, taken in the order of their indices.
    """
    from scipy.sparse.csgraph import breadth_first_order

    successor = np.full(n_bodies, -1, dtype=np.int64)
    successor[bonds.source[path]] = bonds.target[path]
    begins = np.ones(n_bodies, dtype=bool)
    begins[bonds.target[path]] = False
    starts, ends = np.flatnonzero(begins), np.flatnonzero(successor < 0)
    # Both sorts are stable, so that the pieces of a wire stay in the order of their indices.
    starts = starts[np.argsort(label[starts], kind="stable")]
    ends = ends[np.argsort(label[ends], kind="stable")]
    successor[ends[:-1]] = starts[1:]
    followed = np.flatnonzero(successor >= 0)
    graph = directed_graph(n_bodies, followed, successor[followed])
    walk = breadth_first_order(graph, int(starts[0]), return_predecessors=False)
    return walk.astype(np.int64)


def _path_offsets(
    members: IndexArray, start: IndexArray, label: IndexArray, bonds: Bonds, path: IndexArray
) -> IndexArray:
    """Sum of the bonds' images from the beginning of each path, by body, shape (N, 3)."""
    step = np.zeros((len(members), 3), dtype=np.int64)
    step[bonds.target[path]] = bonds.images[path]
    along = np.cumsum(step[members], axis=0)
    offset = np.empty_like(along)
    offset[members] = along - along[start][label[members]]
    return offset
