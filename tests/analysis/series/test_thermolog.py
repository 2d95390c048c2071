"""Energy of a body from the log beside a trajectory."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.series.averages import mean_and_error
from janus_md.analysis.series.thermolog import energy_per_body
from janus_md.simulation.files.trajectory import GsdWriter, log_frame


def test_last_third_over_the_number_of_bodies(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    energy = np.concatenate([np.full(40, 1e6), rng.normal(-300.0, 3.0, 20)])
    with GsdWriter(tmp_path / "log.gsd") as file:
        for k, value in enumerate(energy):
            file.append(log_frame(k, {"potential_energy": value}))
    pd.DataFrame({"n_bodies": [10] * 60}).to_parquet(tmp_path / "frames.parquet")
    found = energy_per_body(tmp_path / "log.gsd", tmp_path / "frames.parquet")
    assert found == mean_and_error(energy[40:] / 10)
    assert found["mean"] == pytest.approx(-30.0, abs=0.3)


def test_without_a_log_there_is_no_energy(tmp_path: Path) -> None:
    nothing = {"mean": None, "error": None}
    assert energy_per_body(tmp_path / "log.gsd", tmp_path / "frames.parquet") == nothing


def test_values_that_are_not_finite_are_left_out_with_a_note(tmp_path: Path) -> None:
    log, frames = tmp_path / "log.gsd", tmp_path / "frames.parquet"
    energy = np.linspace(-200.0, -100.0, 30)
    energy[[0, 22, 25]] = np.nan
    energy[28] = np.inf
    with GsdWriter(log) as file:
        for k in range(30):
            file.append(log_frame(k, {"potential_energy": energy[k]}))
    pd.DataFrame({"n_bodies": [10] * 30}).to_parquet(frames)
    notes: list[str] = []
    kept = energy[20:][np.isfinite(energy[20:])]
    assert energy_per_body(log, frames, notes)["mean"] == pytest.approx(kept.mean() / 10)
    (note,) = notes
    assert "3 of the last 10 values of potential_energy are not finite" in note
