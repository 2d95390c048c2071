"""The report of bodies without a dipole that attract each other is about aggregates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.pictures.aggregates import aggregation_numbers, shares_of_kinds
from janus_md.analysis.pictures.snapshot import last_frame, pieces
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.analysis.report.page import write_report
from janus_md.analysis.sweep.groups import group_jobs
from janus_md.analysis.sweep.tables import read_job
from tests.analysis import amphiphiles as known
from tests.analysis.report.rows import averages
from tests.analysis.worlds import gsd_frame, write_gsd

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
    results = pd.read_csv(tmp_path / "results.csv")
    assert results["share_micelles"].tolist() == [0.0, 1.0, 0.0]


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
    lines = aggregation_numbers(groups, tables).axes[0].lines
    assert [line.get_xydata().tolist() for line in lines] == [[[1, 1]], [[12, 1]], [[70, 1]]]


def test_jobs_that_were_analysed_before_there_were_aggregates(sweep, tmp_path):
    rows, folders = sweep
    old = rows.drop(columns=[name for name in rows if "share_" in name or "micelle" in name])
    names = [path.name for path in write_report(old, folders, tmp_path)]
    assert "report.html" in names
    assert not {"aggregates.png", "sizes.png"} & set(names)


def test_snapshots_colour_aggregates(sweep):
    label, sizes, name = pieces(last_frame(sweep[1]["b"] / "trajectory.gsd"))
    assert (label.tolist(), sizes.tolist(), name) == ([0] * 12, [12], "largest aggregate")
