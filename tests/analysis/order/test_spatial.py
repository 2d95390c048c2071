"""Structure over some frames of the last third: tables and numbers of known configurations."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.frames.source import Frame
from janus_md.analysis.order import spatial
from tests.analysis.worlds import gsd_frame, write_gsd


def frames_of(tmp_path: Path, positions: list[np.ndarray], edge: float) -> list[Frame]:
    from janus_md.analysis.frames.source import GsdSource

    box = np.array([edge, edge, edge, 0, 0, 0])
    rng = np.random.default_rng(5)
    path = tmp_path / "run.gsd"
    write_gsd(path, [gsd_frame(x, rng.normal(size=(len(x), 4)), box) for x in positions])
    with GsdSource(path) as source:
        return [source.frame(k) for k in range(len(source))]


def test_an_ideal_gas_has_no_structure(tmp_path: Path) -> None:
    """g = 1, S = 1 and slope 0 within four standard errors; the density is (N - 1) / V."""
    rng = np.random.default_rng(1)
    edge, n = 20.0, 400
    frames = frames_of(tmp_path, [(rng.random((n, 3)) - 0.5) * edge for _ in range(6)], edge)
    smallest = spatial.smallest_box([frame.box for frame in frames])
    assert smallest == edge
    each = [spatial.structure_of(frame, (0.0, 0.0, 1.0), smallest) for frame in frames]
    found = spatial.write_spatial(each, tmp_path)
    pairs = pd.read_parquet(tmp_path / "structure.parquet")
    weight = pairs["across_nm"] / pairs["across_nm"].sum()
    counted = 6 * n * n / edge**3 * np.pi * 6.0**2 * 12.0
    assert (weight * pairs["g"]).sum() == pytest.approx(1 - 1 / n, abs=4 / np.sqrt(counted))
    curve = pd.read_parquet(tmp_path / "scattering.parquet")
    assert curve["s"][curve["q_per_nm"] > 2.0].mean() == pytest.approx(1.0, abs=0.05)
    slope = found["small_angle_slope"]
    assert slope["mean"] == pytest.approx(0.0, abs=4 * slope["error"])
    density = found["local_density"]
    assert density["mean"] == pytest.approx((n - 1) / edge**3, abs=4 * density["error"] + 1e-3)


def test_no_frame_gives_empty_tables(tmp_path: Path) -> None:
    found = spatial.write_spatial([], tmp_path)
    assert all(value == {"mean": None, "error": None} for value in found.values())
    assert len(pd.read_parquet(tmp_path / "structure.parquet")) == 0


def test_fewer_frames_of_large_systems() -> None:
    tail = list(range(100, 200))
    assert spatial.chosen(tail, 216) == [100, 114, 128, 142, 156, 170, 184, 199]
    assert spatial.chosen(tail, 150_000) == [100]
    assert spatial.chosen(tail, 1_000_000) == []
