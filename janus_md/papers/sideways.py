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
"""Distances by which bodies side by side are counted, nm."""

SIDE_PEAK = (2.0, 4.5)
"""Where the most frequent of these distances is looked for, nm."""

BLOCKS = 4
"""Parts of the frames measured, one after the other, whose scatter gives the error of it."""


def side_distances(frame: Frame, result: FrameResult, settings: Settings) -> FloatArray:
    """Distances of bodies side by side in different wires of 3 or more, shape (S,), nm.

    Their dipoles are parallel or antiparallel to 35 degrees and both 60 degrees or more off the
    line of centres, as of :func:`janus_md.analysis.aggregates.bundles.side_contacts`, but to any
    distance in :data:`SIDE_EDGES`.
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
    """Distance in :data:`SIDE_PEAK` at which counts over the square of it are largest, nm.

    `counts`, shape (distances,), are smoothed over three bins, and the top is that of the parabola
    through the three about it. None where nothing was counted.
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
    """Most frequent distance side by side, from the distances of each frame; its error, in nm.

    The error is the standard error of the same number in :data:`BLOCKS` blocks of time; None where
    one of them has none.
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
