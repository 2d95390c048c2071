"""Frames for the benchmarks: wires of twenty bodies at volume fraction 0.05."""

from __future__ import annotations

import numpy as np

from janus_md.analysis.frames.source import Frame

DENSITY = 0.05 / 2.19
"""Bodies per nm^3 at volume fraction 0.05."""

LENGTH = 20
SPACING = 1.61


def wires_of_twenty(n_bodies: int, seed: int = 0) -> Frame:
    """Straight wires of 20 in random directions, perturbed and shuffled, in single precision."""
    rng = np.random.default_rng(seed)
    count = n_bodies // LENGTH
    edge = (n_bodies / DENSITY) ** (1.0 / 3.0)
    start = rng.uniform(-0.5 * edge, 0.5 * edge, (count, 1, 3))
    axis = rng.normal(size=(count, 1, 3))
    axis /= np.linalg.norm(axis, axis=2, keepdims=True)
    x = (start + SPACING * np.arange(LENGTH)[None, :, None] * axis).reshape(-1, 3)
    x += rng.normal(scale=0.05, size=x.shape)
    x -= edge * np.round(x / edge)
    u = np.repeat(axis[:, 0], LENGTH, axis=0) + rng.normal(scale=0.1, size=x.shape)
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    q = np.stack([1.0 + u[:, 2], -u[:, 1], u[:, 0], np.zeros(len(u))], axis=1)
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    order = rng.permutation(len(x))
    return Frame(
        0,
        0,
        np.array([edge, edge, edge, 0.0, 0.0, 0.0]),
        x[order].astype(np.float32).astype(np.float64),
        q[order].astype(np.float32).astype(np.float64),
        ("R", "S"),
        rng.integers(0, 2, len(x)),
        np.arange(len(x)),
    )
