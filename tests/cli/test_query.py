"""`janus-md query`: 80 columns, statistics, order, and outputs in all formats."""

from __future__ import annotations

import csv
import io
import json
import math
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import janus_md as package
from janus_md.study.sweeps.templates import read_template
from janus_md.workspace import jobs as workspace
from tests.conftest import Result

Cli = Callable[..., Result]

TEMPLATE = """
fixed: {n_bodies: 64, volume_fraction: 0.05}
grid:
  relative_permittivity: [1.0, 2.0]
points:
  - particle: R-Au-Cu
  - particle: Au3Cd
  - mixture: {R-1: 0.5, S-1: 0.5}
replicas: 3
"""

AVERAGES = (
    "mean_n", "mean_w", "longest", "share_in_wires_of_3", "mean_bond_nm", "opposite_bonds",
    "turn_deg", "handedness", "persistence_nm",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of 18 jobs with averages and a user's own numbers, without trajectories."""
    folder = tmp_path_factory.mktemp("query") / "workspace"
    points = read_template(TEMPLATE, "query.yaml").points
    workspace.create(folder, [point.stored() for point in points])
    for job in workspace.open_project(folder):
        point = job.statepoint()
        value = 10.0 / point["relative_permittivity"] + 0.5 * point["replica"]
        analysis = {name: {"mean": value, "error": 0.25} for name in AVERAGES}
        analysis["turn_deg"] = {"mean": 119.0 if point["replica"] else 1.0, "error": 0.1}
        analysis["turn_deg"]["period"] = 120.0
        job.document["analysis"] = {**analysis, "notes": ["a, b"], "steady": True, "n_frames": 9}
        job.document["execution"] = {"engine": "lammps", "mesh": {"resolution": [8, 8, 8]}}
        job.document["tem_length_nm"] = 3.5 * value
        job.document["tem"] = {"images": 4, "by": "M. S."}
        if point["particle"] == "Au3Cd":
            job.document["analysis"]["mean_n"] = {"mean": None, "error": None}
            job.document["far"] = math.inf
    return folder


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A terminal of 80 columns, which is also the default without a terminal."""
    monkeypatch.delenv("COLUMNS", raising=False)
    return


def data(janus_md: Cli, place: Path, *arguments: str) -> list[dict]:
    done = janus_md("query", "-d", place, "--json", *arguments)
    assert done.code == 0, done.err
    return json.loads(done.out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["particle=R*"],
        ["-c", "all"],
        [
            "-c",
            "job,mixture,temperature,mean_n,mean_w,longest,turn_deg,handedness,tem_length_nm,by",
        ],
        ["--group-by", "substance,relative_permittivity"],
        ["--group-by", "relative_permittivity", "--stat", "mean,std,min,max"],
        ["--sort", "-mean_n,job"],
    ],
)
def test_tables_have_at_most_80_columns_and_whole_cells(
    janus_md: Cli, place: Path, arguments: list[str]
) -> None:
    done = janus_md("query", "-d", place, *arguments)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert max(map(len, lines)) <= 80, done.out
    if not arguments:
        ids = {one["job"][:8] for one in data(janus_md, place, "-c", "job")}
        assert {line.split()[0] for line in lines if line[:8] in ids} == ids


def test_columns_without_room_are_named(janus_md: Cli, place: Path) -> None:
    told = " ".join(janus_md("query", "-d", place).out.split())
    assert "job status substance" in told
    assert "no room for" in told
    left_out = told.split("no room for ")[1].split(";")[0].split(", ")
    assert "persistence_nm" in left_out
    assert "mean_n" not in left_out
    assert "`--columns NAMES` or `--csv` shows them" in told
    assert "18 jobs; 1.63(2) means 1.63 with a standard error of 0.02" in told


def test_chosen_columns_are_all_shown(janus_md: Cli, place: Path) -> None:
    """The table turns: a line per column. Numbers have all their digits."""
    names = ["job", "substance", "temperature", *AVERAGES, "tem_length_nm", "resolution"]
    told = janus_md("query", "-d", place, "particle=R*", "-c", ",".join(names)).out
    assert "no room" not in told
    heads = [line.split()[0] for line in told.splitlines() if line and line[0] != " "]
    assert set(names) <= set(heads)
    temperatures = [line for line in told.splitlines() if line.startswith("temperature")]
    assert sum(line.count("298.15") for line in temperatures) == 6
    assert "298.1 " not in told


def test_a_printed_id_works_in_a_filter(janus_md: Cli, place: Path) -> None:
    lines = janus_md("query", "-d", place, "-c", "job,substance").out.splitlines()
    short = lines[1].split()[0]
    assert len(short) == 8
    (found,) = data(janus_md, place, f"job={short}", "-c", "job")
    assert found["job"].startswith(short)
    assert len(data(janus_md, place, f"job!={short}", "-c", "job")) == 17
    assert len(data(janus_md, place, f"job={found['job']}", "-c", "job")) == 1


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        (["particle=R*"], 6),
        (["particle!=R*"], 12),
        (["mixture!=null"], 6),
        (["mixture=null"], 12),
        (["substance=racemate*"], 6),
        (["tem_length_nm>34"], 9),
        (["tem_length_nm>34", "images=4"], 9),
        (["document.tem.by=M. S."], 18),
        (["engine=lamm?s"], 18),
        (["mean_n=null"], 6),
        (["tem!=null"], 18),
        (["resolution=*8*"], 18),
    ],
)
def test_filters(janus_md: Cli, place: Path, filters: list[str], number: int) -> None:
    assert len(data(janus_md, place, *filters, "-c", "job")) == number


def test_statistics_of_groups(janus_md: Cli, place: Path) -> None:
    """Three replicas of 10, 10.5 and 11 with an error of 0.25 each, for two substances."""
    rows = data(
        janus_md, place, "--group-by", "relative_permittivity", "--stat", "mean,sem,n,std,min,max",
        "-c", "mean_n,tem_length_nm,turn_deg",
    )  # fmt: skip
    assert [row["relative_permittivity"] for row in rows] == [1.0, 2.0]
    values = [10.0, 10.5, 11.0] * 2
    first = rows[0]
    assert first["mean_n.mean"] == pytest.approx(10.5)
    assert first["mean_n.std"] == pytest.approx(statistics.stdev(values))
    assert (first["mean_n.n"], first["mean_n.min"], first["mean_n.max"]) == (6, 10.0, 11.0)
    spread = statistics.stdev(values) / math.sqrt(6)
    assert first["mean_n.sem"] == pytest.approx(max(spread, 0.25 / math.sqrt(6)))
    assert first["tem_length_nm.n"] == 9
    own = [3.5 * one for one in values + values[:3]]
    assert first["tem_length_nm.sem"] == pytest.approx(statistics.stdev(own) / 3.0)
    # 1, 119 and 119 degrees, modulo 120
    assert first["turn_deg.mean"] == pytest.approx(120.0 - 1.0 / 3.0, abs=0.01)


def test_statistics_agree_with_the_report(place: Path) -> None:
    """The mean and the error of a state point are those of results.csv."""
    from janus_md.analysis.sweep.groups import group_jobs
    from janus_md.analysis.sweep.results import headed
    from janus_md.analysis.sweep.statistics import group_columns
    from janus_md.workspace import query

    rows = query.columns(query.open_project(place))
    keys = ["substance", "relative_permittivity"]
    names = ["analysis.mean_w.mean", "analysis.turn_deg.mean"]
    found = group_columns(rows, keys, names, ["mean", "sem"])
    groups = {tuple(group.keys[key] for key in keys): group.values for group in
              group_jobs(query.frame(rows))}  # fmt: skip
    of_wires = {"opposite_bonds", "turn_deg", "handedness", "persistence_nm"}
    assert of_wires <= {column.name for column in headed(group_jobs(query.frame(rows)))}
    for k, of_keys in enumerate(zip(*(found[key] for key in keys), strict=True)):
        for name in ("mean_w", "turn_deg"):
            pair = found[f"{name}.mean"][k], found[f"{name}.sem"][k]
            assert pair == pytest.approx(groups[of_keys][name])


def test_a_table_of_groups(janus_md: Cli, place: Path) -> None:
    lines = janus_md(
        "query", "-d", place, "--group-by", "substance", "--stat", "mean,sem,n", "-c", "mean_w"
    ).out.splitlines()
    assert lines[0].split() == ["substance", "n", "mean_w"]
    assert lines[1].split() == ["Au3Cd", "6", "8(1)"]
    assert lines[-1].startswith("3 groups of 18 jobs; 1.63(2) means")


def test_order(janus_md: Cli, place: Path) -> None:
    rows = data(janus_md, place, "--sort", "-mean_n,replica", "-c", "mean_n,replica")
    means = [row["analysis.mean_n.mean"] for row in rows]
    known = [one for one in means if one is not None]
    assert known == sorted(known, reverse=True)
    assert means[len(known) :] == [None] * 6  # missing values are last
    rows = data(
        janus_md, place, "--group-by", "relative_permittivity", "--sort", "-mean_w", "-c", "mean_w"
    )
    assert [row["relative_permittivity"] for row in rows] == [1.0, 2.0]
    rows = data(
        janus_md, place, "--group-by", "relative_permittivity", "--sort", "mean_w", "-c", "mean_w"
    )
    assert [row["relative_permittivity"] for row in rows] == [2.0, 1.0]


def test_json_is_valid(janus_md: Cli, place: Path) -> None:
    """JSON has neither Infinity nor NaN."""
    rows = data(janus_md, place)
    assert len(rows) == 18
    assert {row["document.far"] for row in rows} == {None}
    assert rows[0]["execution.mesh.resolution"] == [8, 8, 8]


def test_lists_and_maps_are_text_in_csv(janus_md: Cli, place: Path) -> None:
    text = janus_md(
        "query", "-d", place, "--csv", "-c", "resolution,mixture,notes", "mixture!=null"
    )
    rows = list(csv.DictReader(io.StringIO(text.out)))
    assert len(rows) == 6
    assert json.loads(rows[0]["execution.mesh.resolution"]) == [8, 8, 8]
    assert json.loads(rows[0]["mixture"]) == {"R-1": 0.5, "S-1": 0.5}
    assert json.loads(rows[0]["analysis.notes"]) == ["a, b"]


def test_failures_are_below_the_table(janus_md: Cli, tmp_path: Path) -> None:
    """A long message neither breaks cells nor takes the room of columns."""
    points = read_template(TEMPLATE, "query.yaml").points
    workspace.create(tmp_path / "w", [point.stored() for point in points])
    job = next(iter(workspace.open_project(tmp_path / "w")))
    job.document["failure"] = {"message": "the simulation failed " + "as it blew up " * 12}
    told = janus_md("query", "-d", tmp_path / "w").out
    assert max(map(len, told.splitlines())) <= 80
    assert told.split()[:5] == ["job", "status", "substance", "relative_permittivity", "replica"]
    message = " ".join(told.split(f"{job.id[:8]}: ")[1].split())
    assert message == job.document["failure"]["message"].strip()


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_files(janus_md: Cli, place: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"jobs.{ending}"
    done = janus_md("query", "-d", place, "particle=R*", "--out", out)
    assert (done.code, done.out) == (0, ""), done.err
    read = {"csv": pd.read_csv, "json": pd.read_json, "parquet": pd.read_parquet}[ending]
    found = read(out)
    assert len(found) == 6
    assert found["document.tem_length_nm"].mean() == pytest.approx(3.5 * 8.0)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_the_table_in_python(place: Path) -> None:
    project = package.open_project(place)
    found = package.table(project, ["tem_length_nm>34", "particle=R*"])
    assert len(found) == 3
    assert (found["document.tem_length_nm"] > 34.0).all()
    assert found["substance"].unique().tolist() == ["R-Au-Cu"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "a.txt"], ["--out", "'.txt'", ".csv, .json, .parquet"]),
        (["--out", "nowhere/a.csv"], ["--out", "nowhere", "does not exist"]),
        (["--out", "a.csv", "--json"], ["--out", "--json"]),
        (["--stat", "mean"], ["--stat", "--group-by"]),
        (["--group-by", "particle", "--stat", "median"], ["'median'", "mean, sem, n, std"]),
        (["--group-by", "colour"], ["colour", "unknown"]),
        (["--group-by", "particle", "-c", "engine"], ["engine", "'lammps'", "need numbers"]),
        (["--sort", "-"], ["--sort", "minus"]),
        (["--sort", "colour"], ["colour", "unknown"]),
        (["--group-by", "particle", "--sort", "colour"], ["--sort", "colour", "mean_n.mean"]),
    ],
)
def test_bad_options(
    janus_md: Cli, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], said: list[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    done = janus_md("query", "-d", place, *arguments)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert all(part in done.err for part in said), done.err
    assert not list(tmp_path.iterdir())
