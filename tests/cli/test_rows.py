"""`janus-md wires`, `frames` and `aggregates`: rows over all jobs, against pandas on all files."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import janus_md as package
from benchmarks.rows import LENGTH, PERMITTIVITIES, PERSISTENCE, cost, make
from janus_md.analysis.pipeline.table import aggregate_schema
from tests.conftest import Result
from tests.kept.test_kept import KEPT

Cli = Callable[..., Result]

JOBS, ROWS = 12, 12_000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve jobs with a thousand wires each."""
    folder = tmp_path_factory.mktemp("rows") / "workspace"
    make(folder, JOBS, ROWS)
    return folder


@pytest.fixture(scope="module")
def every(place: Path) -> pd.DataFrame:
    """All rows, read file by file."""
    parts = []
    for job in (place / "workspace").iterdir():
        point = json.loads((job / "signac_statepoint.json").read_text())
        rows = pd.read_parquet(job / "wires.parquet")
        parts.append(rows.assign(job=job.name, ε=point["relative_permittivity"]))
    return pd.concat(parts, ignore_index=True)


def data(janus_md: Cli, place: Path, *arguments: str) -> list[dict]:
    done = janus_md("wires", "-d", place, "--json", *arguments)
    assert done.code == 0, done.err
    return json.loads(done.out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


@pytest.mark.parametrize(
    ("filters", "chosen"),
    [
        (["n>20", "kind=linear"], "n > 20 and kind == 'linear'"),
        (["n>=20", "n<=30", "kind!=linear"], "20 <= n <= 30 and kind != 'linear'"),
        (["kind=r*"], "kind == 'ring'"),
        (["kind=*in*", "n=1,2"], "n in (1, 2)"),
        (["kind!=*near", "n!=1,2"], "kind == 'ring' and n not in (1, 2)"),
        (["relative_permittivity<1.3", "n>20"], "ε < 1.3 and n > 20"),
        (["persistence_bond_nm=null"], "persistence_bond_nm.isna()"),
        (["sequence=R", "frame<2"], "frame < 2"),
    ],
)
def test_filters_on_rows_and_jobs(
    janus_md: Cli, place: Path, every: pd.DataFrame, filters: list[str], chosen: str
) -> None:
    found = data(janus_md, place, *filters, "-c", "job,frame,wire,n,relative_permittivity")
    wanted = every.query(chosen)
    told = sorted((one["job"], one["frame"], one["wire"], one["n"]) for one in found)
    assert told == sorted(wanted[["job", "frame", "wire", "n"]].itertuples(index=False, name=None))
    assert sum(one["relative_permittivity"] for one in found) == pytest.approx(wanted["ε"].sum())


def test_a_printed_id_selects_the_rows_of_a_job(janus_md: Cli, place: Path) -> None:
    lines = janus_md("wires", "-d", place, "-c", "job,n", "--limit", "3").out.splitlines()
    short = lines[1].split()[0]
    assert len(short) == 8
    assert len(data(janus_md, place, f"job={short}", "-c", "n")) == ROWS // JOBS


def test_statistics_by_permittivity(janus_md: Cli, place: Path, every: pd.DataFrame) -> None:
    """Sums over all files; the standard error is that of the means of the three jobs."""
    rows = data(
        janus_md, place, "kind=linear", "--group-by", "relative_permittivity",
        "--stat", "mean,sem,n,std,min,max", "-c", "n,persistence_bond_nm",
    )  # fmt: skip
    assert [one["relative_permittivity"] for one in rows] == list(PERMITTIVITIES)
    linear = every[every["kind"] == "linear"]
    for one in rows:
        here = linear[linear["ε"] == one["relative_permittivity"]]
        assert (one["rows"], one["jobs"]) == (len(here), 3)
        for name in ("n", "persistence_bond_nm"):
            assert one[f"{name}.mean"] == pytest.approx(here[name].mean())
            assert one[f"{name}.std"] == pytest.approx(here[name].std())
            assert one[f"{name}.n"] == len(here)
            assert one[f"{name}.min"] == here[name].min()
            assert one[f"{name}.max"] == here[name].max()
            # equal numbers of rows: the ratio estimator is s / sqrt(3)
            of_jobs = here.groupby("job")[name].mean()
            assert one[f"{name}.sem"] == pytest.approx(of_jobs.std() / math.sqrt(3))


def test_statistics_of_known_distributions(janus_md: Cli, tmp_path: Path) -> None:
    """Geometric lengths of mean 20/ε and exponential persistence lengths of mean 10 nm/ε.

    Independent rows: the error of the mean of N lengths is sqrt(m (m - 1) / N).
    """
    make(tmp_path / "workspace", 80, 40_000, seed=4)
    rows = data(
        janus_md, tmp_path / "workspace", "--group-by", "relative_permittivity",
        "-c", "n,persistence_bond_nm",
    )  # fmt: skip
    for one in rows:
        length = LENGTH / one["relative_permittivity"]
        persistence = PERSISTENCE / one["relative_permittivity"]
        error = math.sqrt(length * (length - 1.0) / 10_000)
        assert abs(one["n.mean"] - length) < 4.0 * error
        assert abs(one["persistence_bond_nm.mean"] - persistence) < 4.0 * persistence / 100.0
        # the standard deviation of 20 means is known to 1 / sqrt(38)
        assert one["n.sem"] == pytest.approx(error, rel=4.0 / math.sqrt(38))


def test_groups_by_columns_of_rows_and_jobs(
    janus_md: Cli, place: Path, every: pd.DataFrame
) -> None:
    rows = data(
        janus_md, place, "--group-by", "kind,relative_permittivity", "--stat", "n", "-c", "n"
    )
    wanted = every.groupby(["kind", "ε"], observed=True).size()
    told = {(one["kind"], one["relative_permittivity"]): one["n.n"] for one in rows}
    assert told == wanted.to_dict()


def test_one_job_has_no_standard_error(janus_md: Cli, place: Path) -> None:
    job = data(janus_md, place, "--limit", "1", "-c", "job")[0]["job"]
    (one,) = data(janus_md, place, f"job={job}", "--group-by", "particle", "-c", "n")
    assert one["n.sem"] is None
    assert one["jobs"] == 1


def test_order_and_limit(janus_md: Cli, place: Path, every: pd.DataFrame) -> None:
    rows = data(janus_md, place, "--sort=-n,frame", "--limit", "20", "-c", "job,n")
    wanted = every.sort_values("n", ascending=False)["n"].head(20).tolist()
    assert [one["n"] for one in rows] == wanted
    assert len(data(janus_md, place, "--limit", "7", "-c", "n")) == 7
    assert len(data(janus_md, place, "-c", "n")) == ROWS
    lines = janus_md("wires", "-d", place).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(
        line.startswith("the first 30 rows of 12 jobs; --limit 0 shows all") for line in lines
    )


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_files(
    janus_md: Cli, place: Path, every: pd.DataFrame, tmp_path: Path, ending: str
) -> None:
    out = tmp_path / f"wires.{ending}"
    done = janus_md(
        "wires", "-d", place, "n>20", "-c", "job,n,kind,members,relative_permittivity", "-o", out
    )
    assert (done.code, done.out) == (0, ""), done.err
    read = {"csv": pd.read_csv, "json": pd.read_json, "parquet": pd.read_parquet}[ending]
    found = read(out)
    wanted = every[every["n"] > 20]
    assert len(found) == len(wanted)
    assert found["n"].sum() == wanted["n"].sum()
    members = found["members"].map(json.loads) if ending == "csv" else found["members"]
    assert (members.map(len) == found["n"]).all()
    assert sum(map(sum, members)) == sum(map(sum, wanted["members"]))


def test_csv_on_standard_output(janus_md: Cli, place: Path) -> None:
    done = janus_md("wires", "-d", place, "--csv", "--limit", "5", "-c", "job,n,kind")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert len(rows) == 5
    assert set(rows[0]) == {"job", "n", "kind"}


def test_rows_in_python(place: Path, every: pd.DataFrame) -> None:
    project = package.open_project(place)
    reader = package.rows(project, "wires", ["n>20"], ["job", "n", "temperature"])
    assert isinstance(reader, pa.RecordBatchReader)
    found = reader.read_pandas()
    assert len(found) == (every["n"] > 20).sum()
    assert set(found["temperature"]) == {298.15}
    assert list(package.rows(project, "wires").schema.names)[:3] == ["job", "frame", "wire"]
    groups = package.row_statistics(project, "wires", ["relative_permittivity"], ["n"])
    assert groups["n.mean"].tolist() == pytest.approx(every.groupby("ε")["n"].mean().tolist())


def test_frames_of_the_kept_workspace(janus_md: Cli, tmp_path: Path) -> None:
    """Jobs without results are counted, and columns that came later are missing values."""
    place = tmp_path / "v2"
    shutil.copytree(KEPT, place)
    told = janus_md("frames", "-d", place, "mean_n>1", "--limit", "2").out
    assert "the first 2 rows of 2 jobs; --limit 0 shows all; 3 jobs without frames" in told
    done = janus_md("frames", "-d", place, "--json", "-c", "job,frame,mean_n,steady")
    rows = pd.DataFrame(json.loads(done.out))
    assert rows.groupby("job").size().tolist() == [31, 31]
    assert sorted(rows.groupby("job")["steady"].first()) == [False, True]
    refused = janus_md("aggregates", "-d", place)
    assert refused.code == 2
    assert "no finished job has aggregates" in refused.err


def test_aggregates(janus_md: Cli, place: Path, tmp_path: Path) -> None:
    """Micelles of 6 to 9 bodies in each job, and a worm of 30 in one."""
    copy = tmp_path / "copy"
    shutil.copytree(place, copy)
    schema = aggregate_schema()
    for k, job in enumerate(sorted((copy / "workspace").iterdir())):
        n = [6, 7, 8, 9, *([30] if k == 0 else [])]
        kinds = pa.array(["micelle"] * 4 + ["worm"] * (len(n) - 4)).dictionary_encode()
        held = {"frame": [0] * len(n), "aggregate": range(len(n)), "n": n, "kind": kinds}
        arrays = [
            pa.array(held[one.name] if one.name in held else [None] * len(n)).cast(one.type)
            if one.name != "kind"
            else kinds.cast(one.type)
            for one in schema
        ]
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), job / "aggregates.parquet")
    done = janus_md("aggregates", "-d", copy, "--json", "kind=micelle", "n>7", "-c", "n")
    assert [one["n"] for one in json.loads(done.out)] == [8, 9] * JOBS
    done = janus_md("aggregates", "-d", copy, "--json", "--group-by", "kind", "-c", "n")
    micelles, worms = json.loads(done.out)
    assert (micelles["kind"], micelles["rows"], micelles["n.mean"]) == ("micelle", 4 * JOBS, 7.5)
    assert micelles["n.sem"] == 0.0  # all jobs have the same mean
    assert (worms["jobs"], worms["n.mean"], worms["n.sem"]) == (1, 30.0, None)
    lines = janus_md("aggregates", "-d", copy, "n>5").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("the first 30 rows of 12 jobs") for line in lines)


def test_results_of_doubtful_jobs_are_left_out(janus_md: Cli, place: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(place, copy)
    job = next((copy / "workspace").iterdir())
    path = job / "signac_job_document.json"
    heat = {"checked": True, "passed": False, "why": "too hot", "worst": 2.0}
    path.write_text(json.dumps(json.loads(path.read_text()) | {"heat": heat}))
    assert len(data(janus_md, copy, "-c", "n")) == ROWS - ROWS // JOBS
    assert len(data(janus_md, copy, "-c", "n", "--allow", "heat")) == ROWS


def test_a_damaged_file_is_left_out_and_named(janus_md: Cli, place: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(place, copy)
    job = next((copy / "workspace").iterdir())
    (job / "wires.parquet").write_bytes(b"PAR1 nothing PAR1")
    done = janus_md("wires", "-d", copy, "--json", "-c", "job")
    assert done.code == 0
    assert f"job {job.name}: wires.parquet cannot be read" in done.err
    assert len(json.loads(done.out)) == ROWS - ROWS // JOBS


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["n>much"], ["'n>much'", "'much' must be a number"]),
        (["kindd=ring"], ["'kindd' is unknown", "did you mean kind"]),
        (["members=3"], ["members", "lists"]),
        (["n>null"], ["null", "= and !="]),
        (["--columns", "colour"], ["colour", "unknown"]),
        (["--group-by", "kind", "-c", "kind"], ["kind", "no numbers"]),
        (["--group-by", "kind", "-c", "temperature"], ["temperature", "belongs to jobs"]),
        (["--group-by", "kind", "-c", "screw_deg"], ["screw_deg", "is an angle"]),
        (["--group-by", "kind", "--limit", "3"], ["--limit", "--group-by"]),
        (["--sort", "colour"], ["colour", "unknown"]),
    ],
)
def test_bad_options(janus_md: Cli, place: Path, arguments: list[str], said: list[str]) -> None:
    done = janus_md("wires", "-d", place, *arguments)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert all(part in done.err for part in said), done.err


def test_memory_does_not_grow_with_the_rows(place: Path, tmp_path: Path) -> None:
    """Half a million rows of 200 bytes would be 100 MB; `python -m benchmarks.rows` has 10^7."""
    make(tmp_path / "many", 4, 500_000)
    for arguments in (
        ["wires", "--group-by", "relative_permittivity", "-c", "n,persistence_bond_nm"],
        ["wires", "kind=linear", "n>2", "--out", str(tmp_path / "found.parquet")],
    ):
        few, many = (cost(arguments, one)[3] for one in (place, tmp_path / "many"))
        assert many - few < 80.0
    assert len(pd.read_parquet(tmp_path / "found.parquet", columns=["n"])) > 100_000
