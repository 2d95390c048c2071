"""Sparse graphs for scipy's compiled searches."""

from __future__ import annotations

from typing import Any

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray


def directed_graph(n: int, source: IndexArray, target: IndexArray) -> Any:
    """Return a directed graph of n nodes in compressed sparse rows, with parallel edges."""
    from scipy.sparse import csr_matrix

    order = np.argsort(source, kind="stable")
    indptr = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(source, minlength=n), out=indptr[1:])
    indices = target[order].astype(np.int32)
    return csr_matrix((np.ones(len(indices)), indices, indptr), shape=(n, n))


def connected_pieces(n: int, source: IndexArray, target: IndexArray) -> tuple[int, IndexArray]:
    """Return the number of connected components of a graph of n nodes, and that of each node."""
    if len(source) == 0:
        return n, np.arange(n, dtype=np.int64)
    from scipy.sparse.csgraph import connected_components

    count, label = connected_components(directed_graph(n, source, target), directed=False)
    return int(count), label.astype(np.int64)
