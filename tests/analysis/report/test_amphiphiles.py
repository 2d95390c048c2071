"""The report of bodies without a dipole that attract each other is about aggregates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.aggregates.morphology.kinds import KINDS
from janus_md.analysis.pictures.figures.aggregates import (
    aggregation_numbers,
    kinds_along_sweep,
    shares_of_kinds,
)
from janus_md.analysis.pictures.figures.replicas import NotDrawnError
from janus_md.analysis.pictures.figures.styles import StatePointStyles
from janus_md.analysis.pictures.snapshot import last_frame, pieces, scene, view
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.analysis.report.page import console_table, write_report
from janus_md.analysis.sweep.groups import group_jobs
from janus_md.analysis.sweep.tables import read_job
from janus_md.common.observables import observables
from tests.analysis import amphiphiles as known
from tests.analysis.report.rows import averages
from tests.analysis.worlds import gsd_frame, write_gsd

ANY = pytest.approx(float("nan"), nan_ok=True)
"""Coordinate of a point that has no value."""

KINDS_SHOWN = [f"{kind.replace('_', ' ')}s" for kind in KINDS]

KEY = "interactions.A-A.attraction.epsilon"


def job(folder, name, structure, epsilon):
    """A job of nine frames of a structure; its row."""
    directory = folder / name
    directory.mkdir()
    frames = []
    for k in range(9):
        context = structure.context(noise=0.02, rng=np.random.default_rng(k))
        about = known.amphiphile(*structure.model) if k == 0 else None
        box = list(context.box)
        frames.append(
            gsd_frame(
                context.positions, context.orientations, box, step=k, types=["am"], about=about
            )
        )
    summary = analyze_file(write_gsd(directory / "trajectory.gsd", frames), directory)
    row = {
        "job": name,
        "particle": "am",
        "temperature": 298.15,
        "protocol.time_step_ps": 0.25,
        "replica": 0,
        KEY: epsilon,
    }
    return row | averages(summary)


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    folder = tmp_path_factory.mktemp("amphiphiles")
    rows = [
        job(folder, "a", known.monomers(), 3.0),
        job(folder, "b", known.micelle(), 6.0),
        job(folder, "c", known.worm(), 8.0),
    ]
    return pd.DataFrame(rows), {name: folder / name for name in "abc"}


def test_title_and_figures(sweep, tmp_path):
    paths = write_report(*sweep, tmp_path)
    names = [path.name for path in paths]
    assert names[:3] == ["report.html", "aggregates.png", "sizes.png"]
    assert not {"growth.png", "sweep.png", "micrograph.png", "structure.png"} & set(names)
    page = paths[0].read_text(encoding="utf-8")
    assert "<h1>Aggregates of Janus particles</h1>" in page
    assert "anowire" not in page
    assert "mean micelle" in page
    assert [page.index(f"<h2>{one}</h2>") for one in ("Results", "Aggregates", "Structure")]
    assert "<h2>Wires</h2>" not in page
    # Only the kinds that occur have a column; there is no coupling of dipoles.
    shown = {"monomers", "micelles", "worms"}
    assert {kind for kind in KINDS_SHOWN if f"share in<br><small>{kind}" in page} == shown
    assert "λ" not in page
    results = pd.read_csv(tmp_path / "results.csv")
    assert results["share_micelles"].tolist() == [0.0, 1.0, 0.0]


def test_no_table_has_columns_of_wires(sweep, tmp_path):
    rows, folders = sweep
    write_report(rows, folders, tmp_path)
    names = set(pd.read_csv(tmp_path / "results.csv").columns)
    of_wires = {
        column.name for one in observables().values() if one.of_wires for column in one.columns
    }
    assert len(of_wires) > 10
    assert not names & {*of_wires, "polar_order", "bond_lifetime", "coupling"}
    headings = [str(column.header) for column in console_table(rows, folders, width=200).columns]
    assert not any("length" in one or "wire" in one or one == "λ" for one in headings)
    assert any("micelle" in one for one in headings)
    for folder in folders.values():
        frames = pd.read_parquet(folder / "frames.parquet")
        assert frames[sorted(of_wires)].isna().to_numpy().all()
        assert len(pd.read_parquet(folder / "wires.parquet")) == 0
        assert len(pd.read_parquet(folder / "bonds_in_time.parquet")) == 0


def test_shares_and_sizes_along_the_sweep(sweep):
    rows, _ = sweep
    left, right = kinds_along_sweep(group_jobs(rows)).axes
    assert left.get_xlabel() == "epsilon of the attraction A-A / kJ/mol"
    found = {
        one.get_label(): one.lines[0].get_xydata().tolist()
        for one in (*left.containers, *right.containers)
    }
    assert found == {
        "monomers": [[3, 1], [6, 0], [8, 0]],
        "micelles": [[3, 0], [6, 1], [8, 0]],
        "worms": [[3, 0], [6, 0], [8, 1]],
        "all, by weight": [[3, 1], [6, 12], [8, 70]],
        "four or more bodies, by number": [[3, ANY], [6, 12], [8, 70]],
        "micelles, by number": [[3, ANY], [6, 12], [8, ANY]],
    }


def test_a_row_of_panels_for_each_value_of_other_keys(sweep):
    """Particles beside the swept epsilon; without a number that varies there is no such figure."""
    rows, _ = sweep
    other = rows.assign(particle="other", job=["x", "y", "z"])
    axes = kinds_along_sweep(group_jobs(pd.concat([rows, other], ignore_index=True))).axes
    assert len(axes) == 4
    assert {axes[0].get_title(loc="left"), axes[2].get_title(loc="left")} == {"am", "other"}
    assert kinds_along_sweep(group_jobs(rows[1:2])) is None


def test_shares_and_aggregation_numbers_are_those_of_the_jobs(sweep):
    rows, folders = sweep
    groups = group_jobs(rows)
    (axes, *_) = shares_of_kinds(groups).axes
    bars = {
        container.get_label(): [patch.get_width() for patch in container]
        for container in axes.containers
    }
    assert bars == {
        "monomers": pytest.approx([1.0, 0.0, 0.0]),
        "micelles": pytest.approx([0.0, 1.0, 0.0]),
        "worms": pytest.approx([0.0, 0.0, 1.0]),
    }
    tables = {name: read_job(folder, 0.25) for name, folder in folders.items()}
    lines = aggregation_numbers(groups, tables, StatePointStyles.of(groups)).axes[0].lines
    assert [line.get_xydata().tolist() for line in lines] == [[[1, 1]], [[12, 1]], [[70, 1]]]


def test_single_bodies_alone_are_not_drawn(sweep):
    groups = group_jobs(sweep[0][:1])
    with pytest.raises(NotDrawnError, match=r"100\.0% of the bodies or more are single"):
        shares_of_kinds(groups)


def test_jobs_that_were_analysed_before_there_were_aggregates(sweep, tmp_path):
    rows, folders = sweep
    old = rows.drop(columns=[name for name in rows if "share_" in name or "micelle" in name])
    names = [path.name for path in write_report(old, folders, tmp_path)]
    assert "report.html" in names
    assert not {"aggregates.png", "sizes.png"} & set(names)


def test_snapshots_colour_aggregates(sweep):
    label, sizes, name = pieces(last_frame(sweep[1]["b"] / "trajectory.gsd"))
    assert (label.tolist(), sizes.tolist(), name) == ([0] * 12, [12], "largest aggregate")


def test_bodies_are_drawn_with_their_beads(sweep):
    """Head and attractive bead of each, of their radii and 0.8 nm apart."""
    drawn = scene(last_frame(sweep[1]["b"] / "trajectory.gsd"), np.arange(12), view())
    assert [one.half for one in drawn.balls] == [1] * 12 + [2] * 12
    assert [one.radius for one in drawn.balls] == [1.0] * 12 + [0.65] * 12
    assert drawn.owner.tolist() == [*range(12)] * 2
    apart = np.linalg.norm(drawn.page[12:] - drawn.page[:12], axis=1)
    assert apart == pytest.approx(np.full(12, 0.8))
