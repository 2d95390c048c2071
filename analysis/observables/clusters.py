"""Clusters by distance: bodies joined by sites, or centres, that are close to each other.

A cluster is a connected set of joined bodies, through the periodic boundaries too. What joins them
is in :mod:`janus_md.analysis.aggregates.contacts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.frames.neighbours import IndexArray
    from janus_md.analysis.pipeline.context import FrameContext


def cluster_sizes(context: FrameContext) -> IndexArray:
    """Bodies in each cluster, shape (clusters,); bodies without a site of the kinds do not count.

    Raises
    ------
    JanusError
        If the box is too small for the distance, or too many sites are within it.
    """
    from janus_md.analysis.aggregates.graphs import connected_pieces

    found = context.contacts
    if found is None:
        return np.zeros(0, np.int64)
    source, target = found.owner[found.pairs.i], found.owner[found.pairs.j]
    return np.bincount(connected_pieces(len(found.body), source, target)[0])


def compute(context: FrameContext) -> dict[str, float]:
    """Numbers and sizes of the clusters of a frame."""
    size = cluster_sizes(context).astype(float)
    if not len(size):
        return dict.fromkeys((column.name for column in OBSERVABLE.columns), float("nan"))
    return {
        "n_clusters": len(size),
        "mean_cluster_n": float(size.mean()),
        "mean_cluster_w": float((size * size).sum() / size.sum()),
        "largest_cluster": int(size.max()),
        "share_single": float(np.count_nonzero(size == 1) / size.sum()),
    }


_NULL = "; null where n_clusters is"

OBSERVABLE = Observable(
    (
        Column(
            "n_clusters",
            "clusters, single bodies included: bodies with attractive sites closer than 1.5 "
            "sigma are in one cluster; null where no pair of kinds attracts and no distance is "
            "given (--aggregates, --clusters)",
            dtype="int64",
            averaged=True,
            source="janus_md.analysis.observables.clusters",
        ),
        Column(
            "mean_cluster_n",
            "mean size of a cluster by number: bodies over clusters" + _NULL,
            "bodies",
            averaged=True,
            heading=("mean cluster", "by number / bodies"),
            narrow=("cluster", "(number)"),
            in_query=True,
        ),
        Column(
            "mean_cluster_w",
            "mean size of a cluster by weight: sum of n² over sum of n" + _NULL,
            "bodies",
            averaged=True,
            heading=("mean cluster", "by weight / bodies"),
            narrow=("cluster", "(weight)"),
            in_query=True,
        ),
        Column(
            "largest_cluster",
            "size of the largest cluster" + _NULL,
            "bodies",
            dtype="int64",
            averaged=True,
            heading=("largest", "cluster / bodies"),
            narrow=("largest", "cluster"),
        ),
        Column(
            "share_single",
            "share of the bodies that are alone in their cluster" + _NULL,
            averaged=True,
        ),
    ),
    compute,
    place=70,
)
