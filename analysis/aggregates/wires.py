"""Wires: connected components of the bond graph, ordered and unwrapped.

All operations are vectorised over wires. Bonds that are alone at both of their ends join bodies to
chains, which are followed by pointer doubling; only the other bonds need a search of a graph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.aggregates.graphs import connected_pieces
from janus_md.analysis.aggregates.winding import Winding, spanning_offsets, windings
from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.common.arrays import expanded
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
    label, first, after, joining = _numbered(n_bodies, bonds)
    n = np.bincount(label)
    bond_wire = label[bonds.source]
    unbranched = np.ones(len(n), dtype=bool)
    unbranched[bond_wire[joining]] = False
    closed = unbranched & (np.bincount(bond_wire, minlength=len(n)) == n)

    # Rings are opened before their lowest index, so that all unbranched wires become paths.
    opened = closed[bond_wire] & (first[bond_wire] == bonds.target)
    in_path = unbranched[bond_wire]
    path, cyclic = np.flatnonzero(in_path & ~opened), np.flatnonzero(opened | ~in_path)
    start = np.cumsum(n) - n
    members = _ordered(label, after, n, start, unbranched)

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


def wire_sizes(n_bodies: int, bonds: Bonds) -> IndexArray:
    """Return the number of bodies in each wire, shape (W,): ``n`` of :class:`Wires` alone."""
    return np.bincount(_numbered(n_bodies, bonds)[0])


def _numbered(n_bodies: int, bonds: Bonds) -> tuple[IndexArray, IndexArray, IndexArray, IndexArray]:
    """Join bodies to wires.

    Returns
    -------
    label : ndarray of int, shape (N,)
        As of :class:`Wires`.
    first : ndarray of int, shape (W,)
        Body of lowest index of each wire.
    after : ndarray of int, shape (N,)
        Number of bodies that follow in an unbranched wire, as of :func:`_chains`.
    joining : ndarray of int
        Bonds that are not alone at both of their ends.
    """
    source, target = bonds.source, bonds.target
    alone = (np.bincount(source, minlength=n_bodies)[source] == 1) & (
        np.bincount(target, minlength=n_bodies)[target] == 1
    )
    lowest, after = _chains(n_bodies, source[alone], target[alone])
    joining = np.flatnonzero(~alone)
    if len(joining):
        piece, first = connected_pieces(n_bodies, lowest[source[joining]], lowest[target[joining]])
        lowest = first[piece[lowest]]
    begins = lowest == np.arange(n_bodies)
    return (np.cumsum(begins) - 1)[lowest], np.flatnonzero(begins), after, joining


def _chains(n_bodies: int, source: IndexArray, target: IndexArray) -> tuple[IndexArray, IndexArray]:
    """Follow bonds of which a body has at most one at each end.

    Returns
    -------
    lowest : ndarray of int, shape (N,)
        Lowest index in the chain of each body.
    after : ndarray of int, shape (N,)
        Number of bodies that follow in the chain; a ring ends before its lowest index.
    """
    bodies = np.arange(n_bodies, dtype=np.int64)
    follower = bodies.copy()
    follower[source] = target
    end, after = _ends(follower)
    if len(rings := np.flatnonzero(follower[end] != end)):
        _, first = connected_pieces(n_bodies, rings, follower[rings])
        last = rings[np.isin(follower[rings], first)]
        follower[last] = last
        end, after = _ends(follower)
    lowest = np.empty(n_bodies, dtype=np.int64)
    lowest[end[::-1]] = bodies[::-1]
    return lowest[end], after


def _ends(follower: IndexArray) -> tuple[IndexArray, IndexArray]:
    """Return the last body of each chain, and the number of bodies from each body to it.

    The last body is its own follower. In rings, some body is returned instead.
    """
    end = follower.copy()
    after = (end != np.arange(len(end))).astype(np.int64)
    moving = -1
    # After k rounds, `end` is 2^k bodies ahead. Only rings remain when no further body arrives.
    while (left := int(np.count_nonzero(follower.take(end) != end))) and left != moving:
        moving = left
        after += after.take(end)
        end = end.take(end)
    return end, after


def _ordered(
    label: IndexArray,
    after: IndexArray,
    n: IndexArray,
    start: IndexArray,
    unbranched: NDArray[np.bool_],
) -> IndexArray:
    """Return the bodies wire after wire: along unbranched wires, by index in the others."""
    members = np.empty(len(label), dtype=np.int64)
    members[(start + n - 1)[label] - after] = np.arange(len(label))
    if not unbranched.all():
        tangled = np.flatnonzero(~unbranched[label])
        branched = np.flatnonzero(~unbranched)
        tangled = tangled[np.argsort(label[tangled], kind="stable")]
        members[expanded(start[branched], n[branched])] = tangled
    return members


def _path_offsets(
    members: IndexArray, start: IndexArray, label: IndexArray, bonds: Bonds, path: IndexArray
) -> IndexArray:
    """Return the sum of the bond images from the beginning of each path, shape (N, 3)."""
    x, y, z = bonds.images.T
    across = path[(x | y | z).take(path) != 0]
    place = np.empty(len(members), dtype=np.int64)
    place[members] = np.arange(len(members))
    along = np.zeros((len(members), 3), dtype=np.int64)
    along[place[bonds.target[across]]] = bonds.images.take(across, axis=0)
    along = np.cumsum(along, axis=0)
    return np.asarray(along.take(place, axis=0) - along.take(start[label], axis=0))
