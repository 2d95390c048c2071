"""Winding of the cycles of a periodic graph around the box: offsets, winding numbers, rank.

Each bond has an image, a lattice vector. If the sum of the images along a cycle is not 0, the cycle
winds around the box. The sums over all cycles of a wire form a lattice whose rank is the number of
dimensions in which the wire percolates. The bonds outside a spanning tree generate this lattice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.aggregates.graphs import directed_graph
from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.model.body import FloatArray


@dataclass(frozen=True)
class Winding:
    """Winding of each wire.

    Attributes
    ----------
    dims : ndarray of int, shape (W,)
        Number of dimensions in which the wire percolates, 0 to 3.
    vector : ndarray of int, shape (W, 3)
        Sum of the bond vectors along the winding cycle, in lattice vectors and in the direction of
        the bonds; 0 if dims is 0, undefined if dims is above 1. If several cycles wind in one
        direction, the smallest sum of a closed walk.
    """

    dims: IndexArray
    vector: IndexArray


def spanning_offsets(
    offset: IndexArray, bonds: Bonds, chosen: IndexArray, roots: IndexArray
) -> None:
    """Compute the offsets of the bodies joined by the bonds `chosen`, in place.

    Parameters
    ----------
    offset : ndarray of int, shape (N, 3)
        Output. 0 for `roots`; other bodies are set along a breadth-first spanning tree.
    bonds : Bonds
        All bonds.
    chosen : ndarray of int
        Indices of the bonds to follow, in either direction.
    roots : ndarray of int
        One body of each connected component.
    """
    from scipy.sparse.csgraph import breadth_first_order

    # Renumber the bodies of these bonds, and list each bond in both directions.
    source, target = bonds.source[chosen], bonds.target[chosen]
    bonded = np.zeros(len(offset), dtype=bool)
    bonded[source] = bonded[target] = True
    bodies = np.flatnonzero(bonded)
    n = len(bodies)
    number = np.empty(len(offset), dtype=np.int64)
    number[bodies] = np.arange(n)
    source, target = number[source], number[target]
    a, b = np.concatenate([source, target]), np.concatenate([target, source])
    images = bonds.images.take(chosen, axis=0)
    shift = np.concatenate([images, -images])
    # Node n is joined to all roots, so that one search finds all trees.
    graph = directed_graph(
        n + 1,
        np.concatenate([a, np.full(len(roots), n)]),
        np.concatenate([b, number[roots]]),
    )
    _, parent = breadth_first_order(graph, n, return_predecessors=True)
    parent = parent[:n].astype(np.int64)

    along = np.flatnonzero(parent[b] == a)[::-1]  # the first of parallel bonds is kept
    total = np.zeros((n, 3), dtype=np.int64)
    total[b[along]] = shift.take(along, axis=0)
    # Pointer doubling: after k rounds `total` is the sum over the last 2^k bonds to the root.
    above = np.where(parent < n, parent, np.arange(n))
    while np.any(above != above[above]):
        total += total.take(above, axis=0)
        above = above[above]
    offset[bodies] = total


def windings(
    offset: IndexArray,
    bonds: Bonds,
    cyclic: IndexArray,
    bond_wire: IndexArray,
    n_wires: int,
    lattice: FloatArray,
) -> Winding:
    """Compute the winding of each wire from the bonds that may close a cycle.

    Parameters
    ----------
    offset : ndarray of int, shape (N, 3)
        Offsets of the bodies along a spanning tree of each wire.
    bonds : Bonds
        All bonds.
    cyclic : ndarray of int
        Indices of the bonds to use; must include all bonds outside the spanning trees.
    bond_wire : ndarray of int, shape (B,)
        Wire of each bond.
    n_wires : int
        Number of wires W.
    lattice : ndarray, shape (3, 3)
        Edges of the box as rows, nm.
    """
    dims = np.zeros(n_wires, dtype=np.int64)
    vector = np.zeros((n_wires, 3), dtype=np.int64)
    source, target = bonds.source[cyclic], bonds.target[cyclic]
    closure = offset[source] + bonds.images[cyclic] - offset[target]
    wound = np.any(closure != 0, axis=1)
    closure, wire = closure[wound], bond_wire[cyclic][wound]
    if len(wire) == 0:
        return Winding(dims, vector)

    order = np.argsort(wire, kind="stable")
    closure, wire = closure[order], wire[order]
    owners, begin, owner = np.unique(wire, return_index=True, return_inverse=True)
    direction = closure[begin]
    normal = np.cross(direction[owner], closure)
    skew = np.flatnonzero(np.any(normal != 0, axis=1))
    second = np.zeros((len(owners), 3), dtype=np.int64)
    second[owner[skew[::-1]]] = normal[skew[::-1]]  # the first of each wire is kept
    volume = np.einsum("ij,ij->i", second[owner], closure)
    rank = np.ones(len(owners), dtype=np.int64)
    rank[owner[skew]] = 2
    rank[owner[volume != 0]] = 3
    dims[owners] = rank

    primitive = direction // np.gcd.reduce(direction, axis=1)[:, None]
    # Multiple of the primitive vector in each closure; exact if the rank is 1.
    multiple = (
        np.einsum("ij,ij->i", closure, primitive[owner])
        // np.einsum("ij,ij->i", primitive, primitive)[owner]
    )
    generator = np.gcd.reduceat(np.abs(multiple), begin)[:, None] * primitive
    # The sign is chosen such that the bonds of the wire add up to the winding itself.
    total = np.zeros((n_wires, 3))
    np.add.at(total, bond_wire, bonds.vectors)
    against = np.einsum("ij,ij->i", total[owners], generator @ lattice) < 0.0
    generator[against] *= -1
    vector[owners] = np.where(rank[:, None] == 1, generator, 0)
    return Winding(dims, vector)
