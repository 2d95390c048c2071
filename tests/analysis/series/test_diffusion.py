"""Diffusion coefficient of random walks, passive and persistent, in a periodic box."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.series.diffusion import NOT_DEFINED, diffusion
from janus_md.simulation.files.trajectory import TIME
from tests.analysis.worlds import gsd_frame, write_gsd

EDGE, N, INTERVAL = 4.0, 400, 5.0
"""Box, bodies and ps from frame to frame."""


def walk(path, steps, times=True):
    """File of bodies that move by `steps`, shape (T, N, 3), with wrapped positions and images."""
    turns = np.tile([0.6, 0.8, 0.0, 0.0], (N, 1))
    start = np.full((1, N, 3), 0.5)
    places = start + np.concatenate([0.0 * start, np.cumsum(steps, axis=0)])
    frames = []
    for k, place in enumerate(places):
        images = np.rint(place / EDGE).astype(int)
        frame = gsd_frame(place - EDGE * images, turns, [EDGE, EDGE, EDGE, 0, 0, 0], step=k)
        frame.particles.image = images
        if times:
            frame.log[TIME] = np.array([INTERVAL * k])
        frames.append(frame)
    return write_gsd(path, frames)


def found_in(path, frames=None):
    with GsdSource(path) as source:
        return diffusion(source, frames or range(len(source)))


def test_random_walk(tmp_path):
    """Steps with variance 2 D t along each axis."""
    rng = np.random.default_rng(1)
    exact = 6.0  # nm^2/ns
    deviation = np.sqrt(2.0 * exact * INTERVAL / 1000.0)
    found = found_in(walk(tmp_path / "a.gsd", rng.normal(0.0, deviation, (200, N, 3))))
    assert found["mean"] == pytest.approx(exact, abs=4.0 * found["error"])
    assert 0.05 < found["error"] / exact * np.sqrt(N) < 2.0


def test_persistent_walk(tmp_path):
    """Steps b u whose directions have the correlation c from step to step:
    D = b^2 / 6 t (1 + c) / (1 - c)."""
    rng = np.random.default_rng(2)
    length, kept = 0.1, 0.6
    steps = np.empty((400, N, 3))
    for k in range(400):
        fresh = rng.normal(size=(N, 3))
        fresh *= length / np.linalg.norm(fresh, axis=1, keepdims=True)
        same = rng.random((N, 1)) < kept
        steps[k] = fresh if k == 0 else np.where(same, steps[k - 1], fresh)
    found = found_in(walk(tmp_path / "a.gsd", steps))
    exact = length**2 / (6.0 * INTERVAL / 1000.0) * (1.0 + kept) / (1.0 - kept)
    assert found["mean"] == pytest.approx(exact, abs=4.0 * found["error"])
    assert found["mean"] > 3.0 * length**2 / (6.0 * INTERVAL / 1000.0)


def test_what_is_not_defined(tmp_path):
    rng = np.random.default_rng(3)
    steps = rng.normal(0.0, 0.1, (20, N, 3))
    assert found_in(walk(tmp_path / "untimed.gsd", steps, times=False)) == NOT_DEFINED
    path = walk(tmp_path / "timed.gsd", steps)
    assert found_in(path, range(8)) == NOT_DEFINED
    assert found_in(path, range(9))["mean"] is not None
