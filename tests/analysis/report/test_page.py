"""The report of sweeps of every kind, with replicas, unfinished and failed jobs."""

import io
import re

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.analysis.report import page as report
from janus_md.analysis.report.drawing import Drawn
from janus_md.analysis.report.page import write_report
from janus_md.analysis.sweep.groups import Group, group_jobs, varying_keys
from janus_md.analysis.sweep.results import (
    MAX_ROWS,
    console_table,
    headed,
    results,
)
from tests.analysis.report.rows import averages
from tests.analysis.worlds import described, gsd_frame, quaternions_along, straight_wires, write_gsd

EDGE = 24.0

STATEPOINT = {
    "particle": "R-Au-Cu",
    "temperature": 298.15,
    "relative_permittivity": 1.0,
    "protocol.time_step_ps": 0.1,
    "replica": 0,
}


def job(folder, name, length, **statepoint):
    """Simulate nothing: write wires of `length` bodies, analyse them, return the job's row."""
    rng = np.random.default_rng(length)
    frames = []
    for k in range(9):
        x, u = straight_wires(rng, 12, length, EDGE)
        about = described({"R-Au-Cu": "R"}) if k == 0 else None
        box = [EDGE, EDGE, EDGE, 0, 0, 0]
        frames.append(
            gsd_frame(x, quaternions_along(u), box, step=k, types=["R-Au-Cu"], about=about)
        )
    directory = folder / name
    directory.mkdir()
    write_gsd(directory / "trajectory.gsd", frames)
    row = {
        "job": name,
        **STATEPOINT,
        "execution.engine": "lammps",
        "execution.mesh.resolution": [12, 12, 15],
        **statepoint,
    }
    return row | averages(analyze_file(directory / "trajectory.gsd", directory))


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    rows = [
        job(folder, "a", 8),
        job(folder, "b", 10, replica=1),
        job(folder, "c", 2, relative_permittivity=2.0),
        job(folder, "d", 4, relative_permittivity=1.25),
        {"job": "e", **STATEPOINT, "relative_permittivity": 3.0},
        {
            "job": "f",
            **STATEPOINT,
            "relative_permittivity": 4.0,
            "failure.message": "bodies 3 & 7 overlap <badly>",
            "failure.step": 120.0,
        },
    ]
    return pd.DataFrame(rows), {name: folder / name for name in "abcdef"}


def test_no_coupling_without_charges(sweep):
    rows, folders = sweep
    for method, coupling in (("pppm", pytest.approx(10.97, abs=0.01)), ("none", None)):
        charged = rows.assign(**{"electrostatics.method": method})
        assert results(charged, group_jobs(charged), folders)[0].coupling == coupling


def test_groups_average_replicas_and_come_in_order(sweep):
    groups = group_jobs(sweep[0])
    assert [group.keys for group in groups] == [
        {"relative_permittivity": value} for value in (1.0, 1.25, 2.0)
    ]
    assert groups[0].jobs == ("a", "b")
    assert groups[0].values["mean_n"] == (9.0, pytest.approx(1.0))
    assert groups[2].values["mean_n"] == (2.0, 0.0)


def test_report_is_one_file_with_every_job(sweep, tmp_path):
    rows, folders = sweep
    paths = write_report(rows, folders, tmp_path / "out")
    assert [path.name for path in paths] == [
        "report.html",
        "growth.png",
        "sweep.png",
        "snapshots.png",
        "snapshots_by_wire.png",
        "micrograph.png",
        "structure.png",
        "scattering.png",
        "rdf.png",
        "results.csv",
    ]
    assert all(path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" for path in paths[1:-1])
    page = paths[0].read_text(encoding="utf-8")
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert "9(1)" in page
    assert "Not drawn: lengths, because all wires of a run have the same length." in page
    failed = page.index("<td>ε 4, replica 0</td>")
    assert page.index("bodies 3 &amp; 7 overlap &lt;badly&gt; (step 120)") > failed
    assert (
        failed < page.index("<td>ε 3, replica 0</td>") < page.rindex("not finished or not analysed")
    )
    table = pd.read_csv(paths[-1])
    assert table["relative_permittivity"].tolist() == [1.0, 1.25, 2.0]
    assert table["runs"].tolist() == [2, 1, 1]
    # Replicas of 8 and 10 bodies: their mean, and sqrt(2)/sqrt(2) for its error.
    assert table.loc[0, ["mean_n", "mean_n_error"]].tolist() == pytest.approx([9.0, 1.0])
    assert "4 of 6 jobs finished" in page
    assert "12 \N{MULTIPLICATION SIGN} 12 \N{MULTIPLICATION SIGN} 15" in page
    # lambda = 27.205 kJ/mol / kT: one unit mu^2/d^3 is that for 43.42 D at 1.61 nm (reference).
    assert "11.0†" in page
    assert "kinetics" in page
    assert not list((tmp_path / "out").glob("*partial*"))


def test_evenly_spaced_state_points_are_drawn():
    groups = [
        Group({"temperature": float(k)}, tuple(f"{k}-{r}" for r in range(9)), {})
        for k in range(1001)
    ]
    chosen = report._chosen(groups)
    assert len(chosen) == report.STATE_POINTS
    temperatures = [group.keys["temperature"] for group in chosen]
    assert (temperatures[0], temperatures[-1]) == (0.0, 1000.0)
    assert set(np.diff(temperatures)) <= {43.0, 44.0}
    assert chosen[0].jobs == tuple(f"0-{r}" for r in range(4))
    assert "24 of 1001 state points" in report._choice(groups, chosen)
    assert "4 replicas of each at most" in report._choice(groups, chosen)
    few = [Group({"temperature": 1.0}, ("a", "b"), {})]
    assert report._chosen(few) == few
    assert report._choice(few, few) == ""
    assert report._chosen([]) == []


def test_report_without_results(tmp_path):
    rows = pd.DataFrame([{"job": "a", "particle": "S-1", "replica": 0}])
    assert [p.name for p in write_report(rows, {}, tmp_path)] == ["report.html"]
    assert "No job is finished" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert console_table(rows).row_count == 0


def test_sweep_of_mixtures_and_temperatures(sweep):
    mixed = "racemate R-1 + S-1"
    rows = (
        sweep[0]
        .iloc[:4]
        .assign(
            **{
                "substance": [mixed, mixed, "1 R-1", "Au3Cd"],
                "mixture.R-1": [0.5, 0.5, 1.0, np.nan],
                "mixture.S-1": [0.5, 0.5, np.nan, np.nan],
                "particle": [None, None, None, "Au3Cd"],
                "temperature": [300.0, 300.0, 310.0, 300.0],
            }
        )
    )
    assert varying_keys(rows)[0] == "substance"
    labels = [group.label for group in group_jobs(rows)]
    assert labels == ["1 R-1, T 310 K, ε 2", "Au3Cd, T 300 K, ε 1.25", f"{mixed}, T 300 K, ε 1"]


def test_page_of_many_state_points_shows_the_first_and_the_last(sweep, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "draw_figures", lambda *arguments: Drawn())
    rows, folders = sweep
    many = MAX_ROWS + 3
    names = [f"job {k}" for k in range(many)]
    rows = pd.concat([rows.iloc[:1]] * many).assign(job=names, temperature=np.arange(many) + 200.0)
    waiting = rows.iloc[:120].assign(
        **{
            "analysis.mean_n.mean": None,
            "analysis.n_frames": None,
            "job": [f"other {k}" for k in range(120)],
        }
    )
    waiting.loc[waiting["job"] == "other 119", "failure.message"] = "it blew up"
    rows = pd.concat([rows, waiting])
    out = tmp_path / "report"
    write_report(rows, dict.fromkeys(names, folders["a"]), out)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert (
        f"{many} state points: T from 200 to 702 K (503 values). The table shows the first" in page
    )
    assert "… 3 more …" in page
    results = page[: page.index("Growth and equilibrium")]
    shown = [f"<td>T {200 + k} K</td>" in results for k in range(many)]
    assert shown == [True] * (MAX_ROWS // 2) + [False] * 3 + [True] * (MAX_ROWS // 2)
    assert len(pd.read_csv(out / "results.csv")) == many
    without = page[page.index("Jobs without a result") :]
    assert without.index("it blew up") < without.rindex("not finished or not analysed")
    assert "And 20 more; <code>janus-md query</code>" in without
    assert f"And {many - 100} more; <code>janus-md query --columns all" in without
    assert len(page) < 3_000_000


def test_long_console_table_is_cut_with_a_note(sweep):
    rows, many = sweep[0].iloc[:1], MAX_ROWS + 3
    rows = pd.concat([rows] * many).assign(
        job=[f"job {k}" for k in range(many)], temperature=np.arange(many) + 200.0
    )
    table = console_table(rows)
    assert table.row_count == MAX_ROWS
    assert table.caption == "3 more state points are in results.csv"


def test_console_table_fits_a_terminal(sweep):
    from rich.console import Console

    page = io.StringIO()
    energies = {"analysis.energy_kj_mol.mean": -123.456, "analysis.energy_kj_mol.error": 0.012}
    rows = sweep[0].assign(**energies, particle=["R-Au-Cu"] * 3 + ["S-Au-Cu"] * 3)
    Console(width=80, file=page).print(console_table(rows, sweep[1]))
    text = page.getvalue()
    assert "energy" not in text
    assert "11.0†" in text
    wide = io.StringIO()
    Console(width=100, file=wide).print(console_table(rows, sweep[1], width=100))
    assert "-123.46(1)" in wide.getvalue()
    assert "9(1)" in text
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_existing_averages_are_shown_and_the_last_are_dropped(sweep):
    """Clusters are left out where no job has them, and where the terminal is too narrow."""
    assert not [column for column in headed(group_jobs(sweep[0])) if "cluster" in column.name]
    found = {"mean_cluster_n": 8.7, "mean_cluster_w": 9.45, "largest_cluster": 12.0}
    rows = sweep[0].assign(**{f"analysis.{name}.mean": value for name, value in found.items()})
    names = [column.name for column in headed(group_jobs(rows))]
    assert names[-3:] == list(found)
    wide, narrow = console_table(rows, width=200), console_table(rows, width=80)
    headings = [str(column.header) for column in wide.columns]
    assert headings[-3:] == ["cluster\n(number)", "cluster\n(weight)", "largest\ncluster"]
    assert wide.caption is None
    kept = [str(column.header) for column in narrow.columns]
    assert kept == headings[: len(kept)]
    assert len(kept) < len(headings)
    missing = names[len(kept) - len(headings) :]
    assert narrow.caption == f"no room for {', '.join(missing)}; results.csv has all columns"
