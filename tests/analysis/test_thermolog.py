"""Energy of a body from the log beside a trajectory."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.averages import mean_and_error
from janus_md.analysis.thermolog import energy_per_body, log_notes
from janus_md.trajectory import GsdWriter, log_frame


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
    assert log_notes(tmp_path / "log.gsd") == []


def test_values_that_are_no_numbers_are_left_out_and_told(tmp_path: Path) -> None:
    log, frames = tmp_path / "log.gsd", tmp_path / "frames.parquet"
    energy = np.linspace(-200.0, -100.0, 30)
    energy[[0, 22, 25]] = np.nan
    energy[28] = np.inf
    dipole = np.ones((30, 3))
    dipole[27, 1] = np.nan
    with GsdWriter(log) as file:
        for k in range(30):
            row = {"potential_energy": energy[k], "box_dipole": dipole[k]}
            file.append(log_frame(k, row))
    pd.DataFrame({"n_bodies": [10] * 30}).to_parquet(frames)
    kept = energy[20:][np.isfinite(energy[20:])]
    assert energy_per_body(log, frames)["mean"] == pytest.approx(kept.mean() / 10)
    assert log_notes(log) == [
        f"log.gsd: {bad} of 10 values of {name} in the last third are not finite numbers; "
        "they were left out"
        for bad, name in ((3, "potential_energy"), (1, "box_dipole"))
    ]


def test_a_damaged_log_is_told(tmp_path: Path) -> None:
    log, frames = tmp_path / "log.gsd", tmp_path / "frames.parquet"
    pd.DataFrame({"n_bodies": [10]}).to_parquet(frames)
    for text in (b"", b"no log" * 100):
        log.write_bytes(text)
        assert energy_per_body(log, frames) == {"mean": None, "error": None}
        assert log_notes(log) == ["log.gsd is damaged; energy and susceptibility are not told"]
