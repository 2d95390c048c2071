"""Decreasing or repeated steps: quantities that depend on time are undefined."""

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.analysis.series.growth import first_fall, growth_exponent
from janus_md.analysis.series.lifetimes import BondHistory, Links
from janus_md.analysis.sweep.evolution import evolution
from janus_md.analysis.sweep.groups import group_jobs
from janus_md.common.errors import JanusError
from janus_md.workspace.labels import MISSING
from tests.analysis.sweep.test_evolution import job
from tests.analysis.worlds import gsd_frame, write_gsd


def on_and_off(path, steps):
    """Two bodies, bonded in every second frame."""
    turned = np.tile([np.cos(0.1), 0.0, 0.0, np.sin(0.1)], (2, 1))
    frames = []
    for k, step in enumerate(steps):
        places = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.6 if k % 2 == 0 else 5.0]])
        frames.append(gsd_frame(places, turned, [20.0] * 3 + [0.0] * 3, step=step))
    return write_gsd(path, frames)


def test_bonds_of_one_run_have_a_lifetime(tmp_path):
    summary = analyze_file(on_and_off(tmp_path / "a.gsd", range(0, 1200, 100)), tmp_path / "out")
    assert summary["bond_lifetime"]["mean"] == pytest.approx(100.0)
    assert summary["steady"] is False
    assert summary["notes"] == []


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([*range(0, 900, 100), 0, 100, 200], "frame 8 has step 800, frame 9 has 0;"),
        ([*range(0, 900, 100), 800, 900, 1000], "frame 8 has step 800, frame 9 has 800;"),
        ([0, 100, 0, *range(100, 1000, 100)], "frame 1 has step 100, frame 2 has 0;"),
        ([7] * 12, "frame 0 has step 7, frame 1 has 7;"),
    ],
)
def test_decreasing_or_repeated_steps(tmp_path, steps, said):
    summary = analyze_file(on_and_off(tmp_path / "a.gsd", steps), tmp_path / "out")
    assert summary["bond_lifetime"] == {"mean": None, "error": None}
    assert summary["steady"] is None
    assert summary["steady_samples"] is None
    assert summary["not_steady_because"] is None
    assert summary["mean_n"]["mean"] == pytest.approx(1.5)
    (note,) = summary["notes"]
    assert said in note


def test_selected_frames_of_one_run(tmp_path):
    path = on_and_off(tmp_path / "a.gsd", [*range(0, 900, 100), *range(0, 1300, 100)])
    summary = analyze_file(path, tmp_path / "out", frames=slice(9, None))
    assert summary["bond_lifetime"]["mean"] == pytest.approx(100.0)
    assert summary["notes"] == []


@pytest.mark.parametrize("step", [-1, -3])
def test_decreasing_frames_are_refused(tmp_path, step):
    path = on_and_off(tmp_path / "a.gsd", range(0, 1200, 100))
    with pytest.raises(JanusError, match=f"frames: ::{step} must have a positive step"):
        analyze_file(path, tmp_path / "out", frames=slice(None, None, step))
    assert not (tmp_path / "out").exists()


def test_step_beyond_the_range_of_the_table(tmp_path):
    path = on_and_off(tmp_path / "a.gsd", [0, 2**63])
    with pytest.raises(JanusError, match="frame 1: the step is 9223372036854775808"):
        analyze_file(path, tmp_path / "out")


def test_no_lifetime_with_decreasing_steps():
    """Bonds break before and after the step decreases; the total time would be negative."""
    history = BondHistory(0)
    key, none = np.array([1]), np.empty(0, np.int64)
    for frame, step in enumerate((0, 100, 200, 300, 0, 100)):
        keys = none if frame % 2 else key
        history.add(Links(frame, step, 2, keys, keys))
    assert history.broken == 3
    assert history.lifetime() is None


def test_first_fall_and_exponent():
    assert first_fall([1, 2, 3]) is None
    assert first_fall([5]) is None
    assert first_fall([1, 2, 2, 1]) == 2
    assert first_fall([1.0, np.nan, 3.0]) == 1
    time = np.linspace(1.0, 100.0, 200)
    assert growth_exponent(time, time**0.5)[0] == pytest.approx(0.5, abs=0.01)
    with pytest.raises(ValueError, match="needs increasing times"):
        growth_exponent(np.concatenate([time, time]), np.concatenate([time, time]) ** 0.5)


def test_report_omits_time_series_with_decreasing_time():
    jump = np.where(np.arange(300) < 100, 1.0, 3.0)
    row, tables = job(2.0, 0, jump, seed=3)
    rows = pd.DataFrame([{"job": "a", **row}])
    (_, told) = evolution(rows, group_jobs(rows), {"a": tables})[0]
    assert MISSING not in (told[0], told[2], told[3], told[6])
    rows["analysis.steady"] = None  # as analyze_file says of decreasing steps
    time = tables.frames["time_ns"].to_numpy()
    tables.frames["time_ns"] = np.concatenate([time[:150], time[:150]])
    (_, cells) = evolution(rows, group_jobs(rows), {"a": tables})[0]
    assert [cells[k] for k in (0, 1, 2, 3, 6)] == [MISSING] * 5
    assert cells[5] == told[5]
