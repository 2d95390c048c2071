"""Questions to a workspace: the table, labels, columns and filters."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import signac

from janus_md import query
from janus_md.errors import JanusError

ROWS = pd.DataFrame(
    {
        "job": ["a", "b", "c", "d"],
        "particle": ["R-Au-Cu", "R-Au-Cu", "Au3Cd", None],
        "relative_permittivity": [1.0, 8.93, 1.0, 1.0],
        "viscosity": [None, 0.413, None, None],
        "protocol.produce_ns": [8.0, 8.0, 8.0, 4.0],
        "analysis.steady": [False, True, False, None],
        "analysis.mean_w.mean": [30.0, 1.02, 1.1, float("nan")],
        "analysis.mean_n.mean": [15.0, 1.01, 1.05, float("nan")],
    }
)


@pytest.mark.parametrize(
    ("filters", "jobs"),
    [
        ([], "abcd"),
        (["particle=R-Au-Cu"], "ab"),
        (["particle==R-Au-Cu", "relative_permittivity<2"], "a"),
        (["relative_permittivity <= 1"], "acd"),
        (["relative_permittivity>=8.93"], "b"),
        (["particle!=Au3Cd"], "abd"),
        (["viscosity=null"], "acd"),
        (["viscosity!=null"], "b"),
        (["particle=null"], "d"),
        (["produce_ns>5"], "abc"),
        (["mean_w>1.05"], "ac"),
        (["mean_w<5"], "bc"),
        (["particle=R-Au-Cu,Au3Cd"], "abc"),
        (["steady=true"], "b"),
        (["steady=False"], "ac"),
        (["particle!=R-Au-Cu, null"], "c"),
        (["produce_ns=4,8", "relative_permittivity!=8.93,2"], "acd"),
    ],
)
def test_filters_keep_what_fits(filters: list[str], jobs: str) -> None:
    assert "".join(query.select(ROWS, filters)["job"]) == jobs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("particle", "'particle' cannot be read"),
        ("=3", "'=3' cannot be read"),
        ("particl=R-Au-Cu", "'particl' is unknown .did you mean particle"),
        ("mean_v=1", "'mean_v' is unknown .did you mean mean_w"),
        (
            "x=1",
            "'x' is unknown; allowed are job, particle, .*, steady, mean_w, mean_n, and",
        ),
        ("produce_ns=4,a", "'a' must be a number, or null"),
        ("mean=3", "'mean' may be any of analysis.mean_w.mean, analysis.mean_n.mean"),
    ],
)
def test_filters_that_mean_nothing_are_refused(text: str, said: str) -> None:
    with pytest.raises(JanusError, match=said):
        query.select(ROWS, [text])


def test_labels_name_the_substance_and_what_varies() -> None:
    mixture = {"R-1": 0.5, "S-1": 0.5}
    points = [
        {"particle": "Au3Cd", "mixture": None, "relative_permittivity": 1.0, "p": {"x_ns": 1.0}},
        {"particle": None, "mixture": mixture, "relative_permittivity": 1.25, "p": {"x_ns": 1.0}},
    ]
    assert query.labels(points) == ["Au3Cd, ε 1", "0.5 R-1 + 0.5 S-1, ε 1.25"]
    assert query.labels(points[:1]) == ["Au3Cd"]


def test_table_has_state_point_results_and_status(tmp_path: Path) -> None:
    project = signac.init_project(path=tmp_path)
    waiting = project.open_job({"particle": "R-Au-Cu", "protocol": {"produce_ns": 8.0}})
    failed = project.open_job({"particle": "Au3Cd", "protocol": {"produce_ns": 8.0}})
    for job in (waiting, failed):
        job.init()
    failed.document["execution"] = {"engine": "lammps", "mesh": {"resolution": [8, 8, 8]}}
    failed.document["failure"] = {"message": "it blew up", "step": 7}
    rows = query.table(query.open_project(tmp_path))
    assert rows["particle"].tolist() == ["Au3Cd", "R-Au-Cu"]
    assert rows["job"].tolist() == [failed.id, waiting.id]
    assert rows["status"].tolist() == ["failed", "waiting"]
    assert rows["protocol.produce_ns"].tolist() == [8.0, 8.0]
    assert rows["execution.mesh.resolution"][0] == [8, 8, 8]
    assert rows["failure.message"][0] == "it blew up"


def test_jobs_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    project = signac.init_project(path=tmp_path)
    for value in (8.93, 1.0, 10.0, 1.25):
        project.open_job({"particle": "R-Au-Cu", "relative_permittivity": value}).init()
    found = [one.statepoint["relative_permittivity"] for one in query.records(project)]
    assert found == [1.0, 1.25, 8.93, 10.0]


def test_a_folder_inside_a_workspace_is_none(tmp_path: Path) -> None:
    signac.init_project(path=tmp_path)
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(JanusError, match=r"'.*inside' is not a workspace"):
        query.open_project(inside)


def test_a_number_is_not_held_against_a_text() -> None:
    with pytest.raises(JanusError, match="'relative_permittivity=dry': 'dry' must be a number"):
        query.select(ROWS, ["relative_permittivity=dry"])


def test_a_mixture_is_one_column_to_read(tmp_path: Path) -> None:
    project = signac.init_project(path=tmp_path)
    project.open_job({"particle": "Au3Cd", "mixture": None}).init()
    project.open_job({"particle": None, "mixture": {"R-1": 0.5, "S-1": 0.5}}).init()
    rows = query.table(query.open_project(tmp_path))
    assert query.telling_columns(rows) == ["job", "status", "substance"]
    assert rows["substance"].tolist() == ["0.5 R-1 + 0.5 S-1", "Au3Cd"]
    assert len(query.select(rows, ["substance=0.5 R-1 + 0.5 S-1"])) == 1


def test_averages_are_printed_with_their_errors(capsys: pytest.CaptureFixture[str]) -> None:
    from janus_md.commands.workspaces import _print_table

    rows = ROWS.assign(**{"analysis.mean_n.error": [0.3, 0.001, None, None]})
    _print_table(rows.iloc[:3], ["job", "analysis.mean_n.mean", "analysis.mean_w.mean"], 4)
    said = capsys.readouterr().out.splitlines()
    assert said[0].split() == ["job", "mean_n", "mean_w"]
    assert said[1].split() == ["a", "15.0(3)", "30"]
    assert said[3].split() == ["c", "1.05", "1.1"]
    assert said[4] == "3 of 4 jobs; in parentheses the standard error of the last digit"
