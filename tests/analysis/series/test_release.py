"""Release of payloads against the closed form 1 - exp(-integral of k)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.series.release import Payload, Stimulus, release
from janus_md.common.errors import JanusError
from janus_md.simulation.files.trajectory import TIME
from tests.analysis.worlds import gsd_frame, write_gsd

N, FRAMES, INTERVAL = 20, 41, 250.0
"""Bodies, frames, and ps from frame to frame: 10 ns."""

BOX = [10.0, 10.0, 10.0, 0.0, 0.0, 0.0]


@pytest.fixture
def trajectory(tmp_path):
    """Bodies in a row, which move along y."""
    frames = []
    for k in range(FRAMES):
        places = np.column_stack([np.linspace(-4, 4, N), np.full(N, 0.1 * k - 2.0), np.zeros(N)])
        frame = gsd_frame(places, np.tile([0.6, 0.8, 0.0, 0.0], (N, 1)), BOX, step=k)
        frame.log[TIME] = np.array([INTERVAL * k])
        frames.append(frame)
    return write_gsd(tmp_path / "carriers.gsd", frames)


def released(path, *payloads, seed=1):
    with GsdSource(path) as source:
        return release(source, range(len(source)), payloads, seed)


@pytest.mark.parametrize(
    ("payload", "integral"),
    [
        (Payload("A", 500, 0.2), lambda t: 0.2 * t),
        (
            Payload("B", 500, 0.4, (Stimulus(0.0, 5.0, 0.0),)),
            lambda t: 0.4 * np.clip(t - 5.0, 0.0, None),
        ),
        (
            Payload("C", 500, 0.05, (Stimulus(2.0, 4.0, 10.0), Stimulus(3.0, 4.0, 0.5))),
            lambda t: (
                0.05 * (t + 9.0 * np.clip(t - 2.0, 0.0, 1.0) + 4.0 * np.clip(t - 3.0, 0.0, 1.0))
            ),
        ),
    ],
)
def test_fractions_are_those_of_the_closed_form(trajectory, payload, integral):
    (found,) = released(trajectory, payload)
    exact = 1.0 - np.exp(-integral(found.times))
    np.testing.assert_allclose(payload.released(found.times), exact, atol=1e-12)
    # each of 10,000 tracers has left with this probability
    error = np.sqrt(exact * (1.0 - exact) / (N * payload.tracers))
    assert np.all(np.abs(found.fraction - exact) <= 4.0 * error + 1e-12)
    assert found.fraction[-1] > 0.3
    # the worst deviation of 41 correlated values is neither zero nor far beyond one error
    assert np.max(np.abs(found.fraction - exact)[1:]) > 0.0


def test_tracers_leave_where_their_body_is(trajectory):
    (found,) = released(trajectory, Payload("A", 50, 0.5))
    assert len(found.frame) == round(found.fraction[-1] * N * 50)
    np.testing.assert_allclose(found.positions[:, 0], np.linspace(-4, 4, N)[found.body], atol=1e-5)
    np.testing.assert_allclose(found.positions[:, 1], 0.1 * found.frame - 2.0, atol=1e-5)
    assert np.bincount(found.body, minlength=N).max() <= 50


def test_compartments_do_not_depend_on_each_other(trajectory):
    alone = released(trajectory, Payload("A", 50, 0.5))[0]
    both = released(trajectory, Payload("A", 50, 0.5), Payload("B", 50, 0.5))
    np.testing.assert_array_equal(alone.fraction, both[0].fraction)
    assert not np.array_equal(both[0].fraction, both[1].fraction)


def test_files_without_times_are_refused(tmp_path):
    frame = gsd_frame(np.zeros((1, 3)), [[0.6, 0.8, 0.0, 0.0]], BOX)
    path = write_gsd(tmp_path / "a.gsd", [frame])
    with pytest.raises(JanusError, match="has no times"):
        released(path, Payload("A", 1, 1.0))


def test_the_command_writes_two_tables(trajectory, janus_md, tmp_path):
    out = tmp_path / "out"
    options = ("--payload", "A:500:0.2", "--payload", "B:500:0.4", "--stimulus", "B:0:5:0")
    done = janus_md("release", trajectory, "--out", out, *options)
    assert done.code == 0, done.err
    table = pd.read_csv(out / "release.csv")
    assert list(table) == ["time_ns", "A_released", "A_expected", "B_released", "B_expected"]
    assert table["B_released"][table["time_ns"] <= 5.0].max() == 0.0
    assert table["A_expected"].iloc[-1] == pytest.approx(1.0 - np.exp(-2.0))
    assert abs(table["A_released"].iloc[-1] - table["A_expected"].iloc[-1]) < 0.015
    tracers = pd.read_csv(out / "tracers.csv")
    for name in "AB":
        share = (tracers["compartment"] == name).sum() / (500 * N)
        assert share == pytest.approx(table[f"{name}_released"].iloc[-1])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--payload", "A:10"), "--payload: 'A:10' is not allowed; it must be NAME:TRACERS:RATE"),
        (("--payload", "A:1.5:1"), "a whole number of tracers and a rate above 0"),
        (("--payload", "A:1:0"), "a whole number of tracers and a rate above 0"),
        (("--payload", "A:1:1", "--stimulus", "B:0:1:2"), "with a name of A, a begin"),
        (("--payload", "A:1:1", "--stimulus", "A:3:1:2"), "a begin of at least 0 before the end"),
        (("--payload", "A:1:1", "--stimulus", "A:x:1:2"), "it must be NAME:BEGIN:END:FACTOR"),
    ],
)
def test_bad_options(trajectory, janus_md, tmp_path, options, sentence):
    out = tmp_path / "out"
    done = janus_md("release", trajectory, "--out", out, *options)
    assert done.code == 2
    assert sentence in done.err
    assert not out.exists()
