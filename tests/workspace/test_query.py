"""Queries of a workspace: table, labels, columns and filters."""

from __future__ import annotations

from array import array
from math import nan
from pathlib import Path
from typing import Any

import pytest
import signac

from janus_md.common.errors import JanusError
from janus_md.study.statepoint import StatePoint
from janus_md.workspace import query
from janus_md.workspace.jobs import Record


def job(name: str, statepoint: dict[str, Any], **results: Any) -> Record:
    """Create a job with these results; a number is an average."""
    analysis = {
        key: {"mean": value} if isinstance(value, float) else value
        for key, value in results.items()
    }
    return Record(name, "", "done", (), statepoint, {"analysis": analysis} if results else {}, ())


def point(particle: str | None, permittivity: float, produce_ns: float = 8.0) -> dict[str, Any]:
    return {
        "particle": particle,
        "relative_permittivity": permittivity,
        "viscosity": 0.413 if permittivity > 8 else None,
        "protocol": {"produce_ns": produce_ns},
    }


def whole(**values: Any) -> dict[str, Any]:
    """Return a state point as written by `init`."""
    fields = {"n_bodies": 64, "volume_fraction": 0.05, "relative_permittivity": 1.0, **values}
    return StatePoint.of(fields).stored()


ROWS = query.Columns(
    [
        job("a", point("R-Au-Cu", 1.0), steady=False, mean_w=30.0, mean_n=15.0),
        job("b", point("R-Au-Cu", 8.93), steady=True, mean_w=1.02, mean_n=1.01),
        job("c", point("Au3Cd", 1.0), steady=False, mean_w=1.1, mean_n=1.05),
        job("d", point(None, 1.0, 4.0)),
    ]
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
        (["particle=R*"], "ab"),
        (["particle=*Cd,null"], "cd"),
        (["particle!=R*"], "cd"),
        (["particle=[RS]-Au-C?"], "ab"),
        (["protocol!=null"], "abcd"),
    ],
)
def test_filters_keep_matching_jobs(filters: list[str], jobs: str) -> None:
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
            "'x' is unknown; allowed are job, status, .*, steady, mean_w, mean_n, and",
        ),
        ("produce_ns=4,a", "'a' must be a number, or null"),
        ("mean=3", "'mean' is ambiguous: analysis.mean_w.mean, analysis.mean_n.mean"),
    ],
)
def test_invalid_filters_are_refused(text: str, said: str) -> None:
    with pytest.raises(JanusError, match=said):
        query.select(ROWS, [text])


def test_labels_contain_the_substance_and_the_varying_keys() -> None:
    mixture = {"R-1": 0.5, "S-1": 0.5}
    points = [
        {"particle": "Au3Cd", "mixture": None, "relative_permittivity": 1.0, "p": {"x_ns": 1.0}},
        {"particle": None, "mixture": mixture, "relative_permittivity": 1.25, "p": {"x_ns": 1.0}},
    ]
    assert query.labels(points) == ["Au3Cd, ε 1", "racemate R-1 + S-1, ε 1.25"]
    assert query.labels(points[:1]) == ["Au3Cd"]


def test_table_has_state_point_results_and_status(tmp_path: Path) -> None:
    project = signac.init_project(path=tmp_path)
    waiting = project.open_job(whole(particle="R-Au-Cu"))
    failed = project.open_job(whole(particle="Au3Cd"))
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
    rows = query.table(query.open_project(tmp_path), ["particle=R-Au-Cu"])
    assert rows["job"].tolist() == [waiting.id]


def test_jobs_are_ordered_by_numerical_values(tmp_path: Path) -> None:
    project = signac.init_project(path=tmp_path)
    for value in (8.93, 1.0, 10.0, 1.25):
        project.open_job(whole(particle="R-Au-Cu", relative_permittivity=value)).init()
    found = [one.statepoint["relative_permittivity"] for one in query.records(project)]
    assert found == [1.0, 1.25, 8.93, 10.0]


def test_a_subfolder_of_a_workspace_is_not_a_workspace(tmp_path: Path) -> None:
    signac.init_project(path=tmp_path)
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(JanusError, match=r"'.*inside' is not a workspace"):
        query.open_project(inside)


def test_numbers_are_not_compared_with_text() -> None:
    with pytest.raises(JanusError, match="'relative_permittivity=dry': 'dry' must be a number"):
        query.select(ROWS, ["relative_permittivity=dry"])


def test_a_mixture_is_one_column(tmp_path: Path) -> None:
    project = signac.init_project(path=tmp_path)
    project.open_job(whole(particle="Au3Cd")).init()
    project.open_job(whole(mixture={"R-1": 0.5, "S-1": 0.5})).init()
    rows = query.Columns(query.records(query.open_project(tmp_path)))
    assert query.telling_columns(rows) == ["job", "status", "substance"]
    assert rows["substance"] == ["Au3Cd", "racemate R-1 + S-1"]
    assert len(query.select(rows, ["substance=racemate*"])) == 1
    assert query.select(rows, ["mixture!=null"])["substance"] == ["racemate R-1 + S-1"]
    assert query.select(rows, ["mixture=null"])["substance"] == ["Au3Cd"]
    assert query.select(rows, ["mixture=*S-1*"])["substance"] == ["racemate R-1 + S-1"]
    assert rows.values("mixture") == [None, {"R-1": 0.5, "S-1": 0.5}]


def test_averages_are_printed_with_their_errors(capsys: pytest.CaptureFixture[str]) -> None:
    from janus_md.cli.query import _print_jobs

    numbers = {"a": (15.0, 0.3), "b": (1.01, 0.001), "c": (1.05, None)}
    rows = query.Columns(
        [
            job(name, {}, mean_n={"mean": mean, "error": error}, mean_w=30.0)
            for name, (mean, error) in numbers.items()
        ]
    )
    names = ["job", "analysis.mean_n.mean", "analysis.mean_w.mean"]
    _print_jobs(rows, names, query.Columns([*map(job, "abcd", [{}] * 4)]), chosen=False)
    said = capsys.readouterr().out.splitlines()
    assert said[0].split() == ["job", "mean_n", "mean_w"]
    assert said[1].split() == ["a", "15.0(3)", "30"]
    assert said[3].split() == ["c", "1.05", "30"]
    assert said[4] == "3 of 4 jobs; 1.63(2) means 1.63 with a standard error of 0.02"


def test_keys_that_were_not_read_are_still_suggested(tmp_path: Path) -> None:
    project = signac.init_project(path=tmp_path)
    job = project.open_job(whole(particle="Au3Cd")).init()
    averages = {"mean_n": {"mean": 1.5, "error": 0.1}, "mean_w": {"mean": 2.5, "error": None}}
    job.document["analysis"] = {**averages, "n_frames": 3}
    keys = query.document_keys(["mean_n>1", "particle=Au3Cd"])
    assert keys == {"mean_n", "particle"}
    (found,) = query.records(query.open_project(tmp_path), keys=keys)
    assert found.document == {"analysis": {"mean_n": averages["mean_n"]}}
    assert found.state == "waiting"
    rows = query.Columns([found])
    assert rows.names[:3] == ["job", "status", "substance"]
    assert len(query.select(rows, ["mean_n>1.4", "analysis.mean_n.error<0.2"])) == 1
    assert len(query.select(rows, ["mean_n>1.6"])) == 0
    with pytest.raises(JanusError, match=r"did you mean n_frames"):
        query.column(rows, "n_frame")


def test_columns_of_jobs_with_different_keys() -> None:
    rows = query.Columns(
        [
            job("a", {"mixture": None, "box": {"x": 1}}),
            job("b", {"mixture": {"R-1": 0.5}, "box": {}}, mean_n=2.0),
            job("c", {"replica": 3}),
        ],
        ["queued", "done", "failed"],
    )
    table = {name: rows[name] for name in rows.names}
    assert table == {
        "job": ["a", "b", "c"],
        "status": ["queued", "done", "failed"],
        "substance": ["None", "0.5 R-1", "None"],
        "changed": [None, None, None],
        "continued_by": [None, None, None],
        "mixture": [None, None, None],
        "box.x": [1, None, None],
        "mixture.R-1": [None, 0.5, None],
        "box": [None, {}, None],
        "analysis.mean_n.mean": [None, 2.0, None],
        "replica": [None, None, 3],
    }
    kept = query.select(rows, ["replica=null", "status!=queued"])
    assert kept["job"] == ["b"]
    assert kept.names == rows.names


def test_columns_of_more_jobs_than_one_chunk() -> None:
    def point(k: int) -> dict[str, Any]:
        found: dict[str, Any] = {"x": k / 8, "whole": k, "list": [k % 3], "changes": float(k)}
        if k >= 1200:
            found["changes"] = str(k)
        if k < 500:
            found["gone"] = 0.5
        if k >= 1500:
            found["late"] = 1.5
        return found

    points = [point(k) for k in range(2500)]
    rows = query.Columns(job(str(k), one) for k, one in enumerate(points))
    assert len(rows) == 2500
    names = ["x", "whole", "list", "changes", "gone", "late"]
    for name in names:
        assert rows[name] == [one.get(name) for one in points]
    assert [type(rows.packed(name)) for name in names] == [array, list, list, list, array, array]
    assert {type(value) for value in rows["whole"]} == {int}
    assert list(rows.rows(names)) == [tuple(map(one.get, names)) for one in points]
    kept = query.select(rows, ["late=1.5", "x>300"])
    assert kept["whole"] == list(range(2401, 2500))
    assert rows.take([7, 3])["changes"] == [7.0, 3.0]


def test_columns_of_jobs_without_wires() -> None:
    """Results of wires are left out, and kinds of aggregate that no job has."""
    found = {"mean_n": nan, "bond_lifetime": nan, "mean_cluster_w": 9.0, "share_worms": 0.0}
    jobs = [
        job(
            name, point("amphiphile", k), **found, share_micelles=0.5 * k, criterion={"angle": None}
        )
        for k, name in enumerate("ab")
    ]
    rows = query.Columns(jobs)
    results = ["mean_cluster_w", "share_worms", "share_micelles"]
    told = [name for name in query.all_columns(rows) if name.startswith("analysis.")]
    assert told == [f"analysis.{name}.mean" for name in results]
    told = [name for name in query.telling_columns(rows) if name.startswith("analysis.")]
    assert told == ["analysis.mean_cluster_w.mean", "analysis.share_micelles.mean"]
    assert "analysis.mean_n.mean" in query.all_columns(
        query.Columns([*jobs, job("c", point("Au3Cd", 1.0), mean_n=1.5)])
    )
