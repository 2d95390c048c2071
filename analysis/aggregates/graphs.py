"""Sparse graphs for scipy's compiled searches."""

from __future__ import annotations

from typing import Any

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray

FEW_EDGES = 100
"""Number of edges up to which joining nodes one by one is faster than a compiled search."""


def directed_graph(n: int, source: IndexArray, target: IndexArray) -> Any:
    """Return a directed graph of n nodes in compressed sparse rows, with parallel edges."""
    from scipy.sparse import csr_matrix

    # Short integers are sorted several times faster.
    order = np.argsort(source.astype(np.min_scalar_type(n)), kind="stable")
    indptr = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(source, minlength=n), out=indptr[1:])
    indices = target[order].astype(np.int32)
    return csr_matrix((np.ones(len(indices)), indices, indptr), shape=(n, n))


def connected_pieces(
    n: int, source: IndexArray, target: IndexArray
) -> tuple[IndexArray, IndexArray]:
    """Find the connected components of an undirected graph.

    Returns
    -------
    label : ndarray of int, shape (n,)
        Component of each node; components are numbered by their node of lowest index.
    first : ndarray of int, shape (components,)
        Node of lowest index of each component.
    """
    nodes = np.arange(n, dtype=np.int64)
    if len(source) == 0:
        return nodes, nodes
    if len(source) <= FEW_EDGES:
        return _joined(nodes, source, target)
    from scipy.sparse.csgraph import connected_components

    count, found = connected_components(directed_graph(n, source, target), directed=False)
    first = np.empty(count, dtype=np.int64)
    first[found[::-1]] = nodes[::-1]
    order = np.argsort(first, kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    return rank[found], first[order]


def _joined(
    nodes: IndexArray, source: IndexArray, target: IndexArray
) -> tuple[IndexArray, IndexArray]:
    """Find the same as :func:`connected_pieces`, by joining the ends of one edge at a time."""
    lower: dict[int, int] = {}

    def lowest(node: int) -> int:
        while (below := lower.get(node)) is not None:
            node = below
        return node

    for a, b in zip(source.tolist(), target.tolist(), strict=True):
        one, other = lowest(a), lowest(b)
        if one != other:
            lower[max(one, other)] = min(one, other)
    first = nodes.copy()
    first[list(lower)] = [lowest(node) for node in lower]
    own = first == nodes
    return (np.cumsum(own) - 1)[first], np.flatnonzero(own)
