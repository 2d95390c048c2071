"""Wires: connected components of the bond graph, ordered and unwrapped.

All operations are vectorised over wires; scipy's csgraph traverses the graph.
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
        Number of bodies in each wire.
    kind : ndarray of int, shape (W,)
        Index into :data:`KINDS`. A wire is percolating if a cycle of bonds winds around the box,
        otherwise branched if a body has several bonds at one end, otherwise a ring if it is closed.
    members : ndarray of int, shape (N,)
        Bodies, wire after wire. A linear wire is ordered from the body with the free tail to the
        body with the free head; a closed wire along its bonds from its lowest index; a branched
        wire by index.
    start : ndarray of int, shape (W,)
        Index in `members` of the first body of each wire.
    offset : ndarray of int, shape (N, 3)
        Lattice vectors from each body inside the box to its position in the unwrapped wire.
    winding : Winding
        Winding of the cycles of each wire around the box.
    unbranched : ndarray of bool, shape (W,)
        Whether no body of the wire has two bonds at one end; also for percolating wires.
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
    """Build the wires from the bonds of one frame.

    Parameters
    ----------
    n_bodies : int
        Number of bodies N, at least 1.
    bonds : Bonds
        Directed bonds.
    lattice : ndarray, shape (3, 3)
        Edges of the box as rows, nm.
    """
    label, first = connected_pieces(n_bodies, bonds.source, bonds.target)
    n = np.bincount(label)
    bond_wire = label[bonds.source]
    n_bonds = np.bincount(bond_wire, minlength=len(n))
    crowded = (np.bincount(bonds.source, minlength=n_bodies) > 1) | (
        np.bincount(bonds.target, minlength=n_bodies) > 1
    )
    unbranched = np.ones(len(n), dtype=bool)
    unbranched[label[crowded]] = False
    closed = unbranched & (n_bonds == n)

    # Rings are opened before their lowest index, so that all unbranched wires become paths.
    opened = closed[bond_wire] & (first[bond_wire] == bonds.target)
    in_path = unbranched[bond_wire]
    path, cyclic = np.flatnonzero(in_path & ~opened), np.flatnonzero(opened | ~in_path)
    members = _ordered(n_bodies, label, bonds, path)
    start = np.cumsum(n) - n

    offset = _path_offsets(members, start, label, bonds, path)
    tangled = np.flatnonzero(~in_path)
    if len(tangled):
        spanning_offsets(offset, bonds, tangled, first[~unbranched])
    winding = windings(offset, bonds, cyclic, bond_wire, len(n), lattice)

    kind = np.full(len(n), LINEAR, dtype=np.int8)
    kind[closed] = RING
    kind[~unbranched] = BRANCHED
    kind[winding.dims > 0] = PERCOLATING
    return Wires(label, n, kind, members, start, offset, winding, unbranched, bond_wire)


def _ordered(n_bodies: int, label: IndexArray, bonds: Bonds, path: IndexArray) -> IndexArray:
    """Return the bodies wire after wire; those on a path are in the order of the path.

    The end of each path is joined to the beginning of the next one, so that a single compiled
    search traverses all bodies. Bodies of other wires are separate pieces, ordered by index.
    """
    from scipy.sparse.csgraph import breadth_first_order

    successor = np.full(n_bodies, -1, dtype=np.int64)
    successor[bonds.source[path]] = bonds.target[path]
    begins = np.ones(n_bodies, dtype=bool)
    begins[bonds.target[path]] = False
    starts, ends = np.flatnonzero(begins), np.flatnonzero(successor < 0)
    # Both sorts are stable and keep the pieces of a wire in the order of their indices.
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
    """Return the sum of the bond images from the beginning of each path, shape (N, 3)."""
    step = np.zeros((len(members), 3), dtype=np.int64)
    step[bonds.target[path]] = bonds.images.take(path, axis=0)
    along = np.cumsum(step.take(members, axis=0), axis=0)
    offset = np.empty_like(along)
    offset[members] = along - along.take(start[label[members]], axis=0)
    return offset
