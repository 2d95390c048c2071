"""Shares of the bodies by kind of aggregate, and aggregates.parquet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.aggregates.criterion import DEFAULT_CRITERION
from janus_md.analysis.aggregates.morphology.kinds import KINDS
from janus_md.analysis.observables.morphologies import OBSERVABLE, compute
from janus_md.analysis.pipeline import journal
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.analysis.pipeline.settings import Settings
from tests.analysis import amphiphiles as known
from tests.analysis.worlds import gsd_frame, write_gsd


def mixed():
    """Micelles of 12 and 20, the smaller one at a corner of the box, and a single body."""
    parts = [(known.micelle(), [15.0, 15.0, 15.0]), (known.micelle(20, 1.4), [4.0, 4.0, 4.0])]
    heads = np.concatenate([part.heads + np.array(at) for part, at in parts] + [[[0.0, -6.0, 0.0]]])
    axes = np.concatenate([part.axes for part, _ in parts] + [[[0.0, 0.0, 1.0]]])
    return known.Structure(heads, axes)


def test_shares():
    found = compute(mixed().context())
    assert set(found) == {column.name for column in OBSERVABLE.columns}
    assert found["share_micelles"] == pytest.approx(32 / 33)
    assert found["share_monomers"] == pytest.approx(1 / 33)
    assert found["mean_micelle_n"] == 16.0
    assert sum(found[f"share_{kind}s"] for kind in KINDS) == pytest.approx(1.0)
    assert np.isnan(compute(known.monomers().context())["mean_micelle_n"])


def test_they_are_not_defined_without_an_attraction_that_the_file_states():
    context = mixed().context()
    weak = known.amphiphile(cutoff=2.0 ** (1.0 / 6.0))
    for setup in (None, weak):
        found = compute(
            replace(context, setup=setup, settings=Settings.of(DEFAULT_CRITERION, setup))
        )
        assert all(np.isnan(value) for value in found.values())


def test_sizes_and_the_density_of_free_monomers():
    """Micelles of 12 and 20 and a single body in a cube of 30 S of 2 nm."""
    found = compute(mixed().context())
    assert found["mean_aggregate_n"] == 16.0
    assert found["mean_aggregate_w"] == pytest.approx((12**2 + 20**2) / 32)
    assert found["monomer_density"] == pytest.approx(1.0 / 60.0**3)
    assert np.isnan(compute(known.oligomers().context())["mean_aggregate_n"])


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    """Six frames of them, of a file with the setup."""
    folder = tmp_path_factory.mktemp("aggregates")
    context = mixed().context()
    frames = [
        gsd_frame(
            context.positions, context.orientations, list(context.box), step=100 * k,
            types=("am",), about=known.amphiphile() if k == 0 else None,
        )
        for k in range(6)
    ]  # fmt: skip
    summary = analyze_file(write_gsd(folder / "a.gsd", frames), folder / "out")
    return summary, folder / "out"


def test_the_table_has_a_row_per_aggregate_and_frame(analysed):
    table = pd.read_parquet(analysed[1] / "aggregates.parquet")
    assert table["frame"].tolist() == [frame for frame in range(6) for _ in range(3)]
    first = table[table["frame"] == 0].set_index("n")
    assert first["kind"].to_dict() == {12: "micelle", 20: "micelle", 1: "monomer"}
    assert first["aggregate"].tolist() == [0, 1, 2]
    assert [sorted(one) for one in first["members"]] == [[*range(12)], [*range(12, 32)], [32]]
    # In single precision, through the border: heads at 1.15 and 1.4 S of 2 nm.
    assert first["radius_of_gyration_nm"][[12, 20]].tolist() == pytest.approx([2.3, 2.8], rel=1e-2)
    assert first["inward"][[12, 20]].tolist() == pytest.approx([1.0, 1.0], abs=1e-2)
    assert first.loc[1, ["inward", "anisotropy", "cavity_nm3", "solid"]].isna().all()
    assert (table["percolating_dims"] == 0).all()


def test_averages_are_those_of_the_frames(analysed):
    summary, folder = analysed
    frames = pd.read_parquet(folder / "frames.parquet")
    assert frames["share_micelles"].to_numpy() == pytest.approx(32 / 33)
    assert summary["share_micelles"] == {"mean": pytest.approx(32 / 33), "error": 0.0}
    assert summary["mean_micelle_n"]["mean"] == 16.0


def test_a_cavity_is_in_cubic_nanometres(tmp_path):
    context = known.vesicle().context()
    frame = gsd_frame(
        context.positions, context.orientations, list(context.box), types=("am",),
        about=known.amphiphile(0.40, 0.95),
    )  # fmt: skip
    analyze_file(write_gsd(tmp_path / "a.gsd", [frame]), tmp_path / "out")
    (row,) = pd.read_parquet(tmp_path / "out" / "aggregates.parquet").to_dict("records")
    assert (row["kind"], row["n"]) == ("vesicle", 420)
    # Between the ball of radius 2.3 S and one that reaches between the heads of the inner leaf.
    assert 8.0 * 4 / 3 * np.pi * 2.3**3 * 0.95 < row["cavity_nm3"] < 8.0 * 4 / 3 * np.pi * 2.5**3


def test_result_does_not_depend_on_workers_and_parts(analysed, tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "INTERVAL", 0.0)
    path = analysed[1].parent / "a.gsd"
    kept = tmp_path / "kept"
    analyze_file(path, tmp_path / "b", workers=2, kept=kept)
    analyze_file(path, tmp_path / "c", kept=kept)  # read from what was kept
    whole = (analysed[1] / "aggregates.parquet").read_bytes()
    for name in ("b", "c"):
        assert (tmp_path / name / "aggregates.parquet").read_bytes() == whole
