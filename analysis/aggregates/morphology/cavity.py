"""Cavity of an aggregate: free volume inside that is cut off from the outside."""

from __future__ import annotations

import numpy as np

from janus_md.model.body import FloatArray

CLEARANCE, SPACING = 1.0, 0.25
"""Distance to every bead from which a point is free, and spacing of the grid, in S."""


def cavity_volume(points: FloatArray) -> float:
    """Volume further than 1 S from all points and not connected with the outside, in S^3.

    Free points of a cubic grid are joined along its edges; those that are joined to its border are
    outside.

    Parameters
    ----------
    points : ndarray, shape (P, 3)
        Heads and tails of one aggregate, unwrapped, in S.
    """
    from scipy.ndimage import label
    from scipy.spatial import cKDTree

    margin = CLEARANCE + 2.0 * SPACING
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    shape = np.ceil((high - low) / SPACING).astype(int) + 1
    ticks = [low[k] + SPACING * np.arange(shape[k]) for k in range(3)]
    tree = cKDTree(points, balanced_tree=False, compact_nodes=False)
    free = np.empty(shape, dtype=bool)
    plane = np.empty((shape[1], shape[2], 3))
    plane[..., 1], plane[..., 2] = np.meshgrid(ticks[1], ticks[2], indexing="ij")
    for k, x in enumerate(ticks[0]):
        plane[..., 0] = x
        distance, _ = tree.query(plane.reshape(-1, 3), distance_upper_bound=CLEARANCE)
        free[k] = np.isinf(distance).reshape(shape[1:])
    region, _ = label(free)
    inside = free & (region != region[0, 0, 0])
    return float(np.count_nonzero(inside) * SPACING**3)
