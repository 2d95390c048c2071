"""Distances of bodies side by side in different wires."""

from __future__ import annotations

import numpy as np

from janus_md.analysis.aggregates.bonds import body_axes
from janus_md.analysis.aggregates.bundles import PARALLEL, SIDEWAYS
from janus_md.analysis.frames.neighbours import pairs_within
from janus_md.analysis.frames.source import Frame
from janus_md.analysis.pipeline.frame import FrameResult
from janus_md.analysis.pipeline.settings import Settings
from janus_md.model.body import FloatArray

SIDE_EDGES = np.arange(1.5, 6.01, 0.1)
"""Edges of the histogram of distances of bodies side by side, nm."""

SIDE_PEAK = (2.0, 4.5)
"""Range in which the most frequent distance is searched for, nm."""

BLOCKS = 4
"""Number of successive blocks of measured frames whose scatter gives its error."""


def side_distances(frame: Frame, result: FrameResult, settings: Settings) -> FloatArray:
    """Distances of bodies side by side in different wires of 3 or more, shape (S,), nm.

    Their dipoles are parallel or antiparallel within 35 degrees and both at least 60 degrees off
    the line of centres, as in :func:`janus_md.analysis.aggregates.bundles.side_contacts`, but at
    any distance in :data:`SIDE_EDGES`.
    """
    axes = body_axes(frame.orientations, settings.axis)
    pairs = pairs_within(frame.positions, frame.box, float(SIDE_EDGES[-1]))
    wire = np.empty(len(axes), dtype=np.int64)
    wire[result.wires.members] = np.repeat(np.arange(len(result.wires)), result.wires.n)
    length = result.wires.n[wire]
    keep = (wire[pairs.i] != wire[pairs.j]) & (np.minimum(length[pairs.i], length[pairs.j]) >= 3)
    keep &= np.abs(np.einsum("ij,ij->i", axes[pairs.i], axes[pairs.j])) > PARALLEL
    for body in (pairs.i, pairs.j):
        along = np.einsum("ij,ij->i", axes[body], pairs.vectors)
        keep &= np.abs(along) < SIDEWAYS * pairs.distances
    return pairs.distances[keep]


def most_frequent_distance(counts: FloatArray) -> float | None:
    """Distance r in :data:`SIDE_PEAK` at which counts over r^2 are largest, nm.

    `counts`, shape (distances,), are smoothed over three bins. The maximum is that of the parabola
    through the three bins around it. None without counts.
    """
    middle = 0.5 * (SIDE_EDGES[1:] + SIDE_EDGES[:-1])
    density = np.convolve(counts / middle**2, np.full(3, 1.0 / 3.0), mode="same")
    inside = (middle >= SIDE_PEAK[0]) & (middle <= SIDE_PEAK[1])
    if not np.any(counts[inside] > 0):
        return None
    top = int(np.argmax(np.where(inside, density, -1.0)))
    before, here, after = density[top - 1 : top + 2]
    bend = before - 2.0 * here + after
    shift = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
    return float(middle[top] + np.clip(shift, -0.5, 0.5) * (middle[1] - middle[0]))


def side_distance(parts: list[FloatArray]) -> tuple[float | None, float | None]:
    """Most frequent distance side by side and its error, nm, from the distances of each frame.

    The error is the standard error over :data:`BLOCKS` blocks of time; None if a block has no
    distances.
    """
    mean = most_frequent_distance(counted(np.concatenate(parts)))
    blocks = [
        most_frequent_distance(counted(np.concatenate(parts[block[0] : block[-1] + 1])))
        for block in np.array_split(np.arange(len(parts)), BLOCKS)
        if len(block)
    ]
    known = [one for one in blocks if one is not None]
    if len(known) < BLOCKS:
        return mean, None
    return mean, float(np.std(known, ddof=1)) / BLOCKS**0.5


def counted(distances: FloatArray) -> FloatArray:
    """Count distances between :data:`SIDE_EDGES`."""
    return np.histogram(distances, SIDE_EDGES)[0].astype(np.float64)
