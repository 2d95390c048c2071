"""Coincident bodies: reported, and not bonded to each other."""

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.pipeline import journal, tasks
from janus_md.analysis.pipeline.pipeline import analyze_file
from tests.analysis.worlds import gsd_frame, write_gsd


@pytest.fixture
def overlapping(tmp_path):
    """Six frames of three bodies in line; from frame 2 on, the first and the last coincide."""
    turned = np.tile([np.cos(0.1), 0.0, 0.0, np.sin(0.1)], (3, 1))
    frames = []
    for k in range(6):
        places = 1.6 * np.outer(np.arange(3), [0.0, 0.0, 1.0]) - [0.0, 0.0, 12.0]
        if k >= 2:
            places[2] = places[0] + [0.0, 0.0, 20.0]  # its image
        frames.append(gsd_frame(places, turned, [20.0] * 3 + [0.0] * 3, step=k))
    return write_gsd(tmp_path / "spot.gsd", frames)


def test_coincident_bodies_are_reported(overlapping, tmp_path):
    summary = analyze_file(overlapping, tmp_path / "out")
    (note,) = summary["notes"]
    assert "bodies have the same position in 4 frames, such as particles 0 and 2 in frame 2" in note
    frames = pd.read_parquet(tmp_path / "out" / "frames.parquet")
    assert frames["n_bonds"].tolist() == [2] * 6
    assert frames["longest"].tolist() == [3] * 6


def test_resumed_analysis_reports_coincident_bodies(overlapping, tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "CHUNK", 1)
    monkeypatch.setattr(journal, "INTERVAL", 0.0)
    whole = analyze_file(overlapping, tmp_path / "whole")

    class Stop(Exception):
        pass

    def stop(done, total):
        if done == 4:
            raise Stop

    kept = tmp_path / "kept"
    with pytest.raises(Stop):
        analyze_file(overlapping, tmp_path / "out", progress=stop, kept=kept)
    assert analyze_file(overlapping, tmp_path / "out", kept=kept) == whole
