"""The commands of docs/query.md, and those of the README on queries, with their output."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.rows import PERMITTIVITIES, make
from janus_md.workspace import jobs as workspace
from tests.conftest import ROOT, Result

Cli = Callable[..., Result]

JOBS, ROWS, FRAMES = 8, 4000, 5

EPSILONS = [f"{one:g}" for one in PERMITTIVITIES]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the workspace `demo`: two jobs at each of four permittivities."""
    make(tmp_path / "demo", JOBS, ROWS, seed=2)
    for job in workspace.open_project(tmp_path / "demo"):
        table = {
            "frame": np.arange(FRAMES),
            "time_ps": 2.0 * np.arange(FRAMES),
            "mean_n": np.full(FRAMES, job.document["analysis"]["mean_n"]["mean"]),
        }
        pq.write_table(pa.table(table), Path(job.path) / "frames.parquet")
        job.document["tem_length_nm"] = 21.5 if job.statepoint()["replica"] else 18.0
        job.document["analysis"]["steady"] = job.statepoint()["relative_permittivity"] > 1.0
        job.document["analysis"]["mean_w"] = {"mean": 9.0, "error": 0.5}
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


def table(out: str) -> list[list[str]]:
    """Cells of the lines of a table below its headings, without the notes."""
    lines = re.split(r"\n(?:the first )?\d+ (?:of \d+ )?(?:jobs?|groups?|rows?)\b", out)[0]
    return [line.split() for line in lines.splitlines()[1:]]


def groups(out: str, column: int) -> list[str]:
    return [row[column] for row in table(out) if row[0] in EPSILONS]


def check_all(out: str, here: Path) -> None:
    assert len(re.findall(r"^[0-9a-f]{8} ", out, re.MULTILINE)) == JOBS
    assert "8 jobs; 1.63(2) means 1.63 with a standard error of 0.02" in out


def check_selected(out: str, here: Path) -> None:
    assert "6 of 8 jobs" in out
    assert len(re.findall(r"^[0-9a-f]{8} ", out, re.MULTILINE)) == 6


def check_sorted(out: str, here: Path) -> None:
    assert out.splitlines()[0].split() == ["job", "particle", "mean_n", "mean_w"]
    means = [float(row[2].split("(")[0]) for row in table(out)]
    assert means == [20.0] * 2 + [16.0] * 2 + [13.3] * 2 + [10.0] * 2


def check_groups(out: str, here: Path) -> None:
    assert groups(out, 1) == ["2"] * 4
    # two runs with an error of 0.1 each
    assert groups(out, 2) == ["20.00(7)", "16.00(7)", "13.33(7)", "10.00(7)"]


def check_wires(out: str, here: Path) -> None:
    assert "the first 30 rows of 8 jobs; --limit 0 shows all" in out
    lengths = [int(line.split()[5]) for line in out.splitlines() if " linear " in f"{line} "]
    assert len(lengths) == 30
    assert min(lengths) > 20


def check_wire_groups(lowest: int) -> Callable[[str, Path], None]:
    def check(out: str, here: Path) -> None:
        found = pd.concat(
            pd.read_parquet(path, columns=["n", "persistence_bond_nm"])
            for path in here.glob("demo/workspace/*/wires.parquet")
        )
        found = found[found["n"] > lowest]
        assert f"4 groups of {len(found)} rows" in out
        assert sum(map(int, groups(out, 1))) == len(found)
        assert groups(out, 2) == ["2"] * 4
        persistence = [float(one.split("(")[0]) for one in groups(out, 4)]
        assert persistence == sorted(persistence, reverse=True)
        assert persistence == pytest.approx([10.0 / one for one in PERMITTIVITIES], rel=0.2)

    return check


def check_longest(out: str, here: Path) -> None:
    every = [
        pq.read_table(path, columns=["n"])["n"].to_pylist()
        for path in here.glob("demo/workspace/*/wires.parquet")
    ]
    longest = sorted((n for one in every for n in one), reverse=True)[:10]
    assert [int(row[2]) for row in table(out)] == longest


def check_frames(out: str, here: Path) -> None:
    assert out == ""
    found = pd.read_csv(here / "frames.csv")
    assert list(found) == ["job", "time_ps", "mean_n"]
    assert len(found) == JOBS * FRAMES
    assert set(found["mean_n"].round(1)) == {20.0, 16.0, 13.3, 10.0}


def check_kinds(out: str, here: Path) -> None:
    assert [(row[0], row[2]) for row in table(out)] == [("linear", "3600"), ("ring", "400")]


def check_own(out: str, here: Path) -> None:
    assert [row[1] for row in table(out)] == ["21.5"] * 4
    assert "4 of 8 jobs" in out


def check_some_columns(out: str, here: Path) -> None:
    assert out.splitlines()[0].split() == ["particle", "relative_permittivity", "mean_n", "mean_w"]
    assert [row[1] for row in table(out)] == ["1", "1", "1.25", "1.25", "1.5", "1.5"]


def check_steady(out: str, here: Path) -> None:
    assert "6 of 8 jobs" in out


def check_parquet(out: str, here: Path) -> None:
    assert len(pd.read_parquet(here / "jobs.parquet")) == JOBS


CHECKS: dict[str, Callable[[str, Path], None]] = {
    "query": check_all,
    "query 'particle=R*' 'relative_permittivity<2'": check_selected,
    "query mean_n!=null --sort=-mean_n --columns job,particle,mean_n,mean_w": check_sorted,
    "query --group-by relative_permittivity --stat mean,sem,n": check_groups,
    "wires 'n>20' kind=linear": check_wires,
    "wires 'n>5' --group-by relative_permittivity --columns n,persistence_bond_nm":
        check_wire_groups(5),
    "wires --sort=-n --limit 10 --columns job,frame,n,kind": check_longest,
    "frames particle=R-Au-Cu --columns job,time_ps,mean_n --out frames.csv": check_frames,
    "wires --group-by kind,particle --stat n --columns n": check_kinds,
    "query 'tem_length_nm>20' --columns job,tem_length_nm,mean_n": check_own,
    "query 'relative_permittivity<2' --columns particle,relative_permittivity,mean_n,mean_w":
        check_some_columns,
    "query 'particle=R*' steady=true": check_steady,
    "query --out jobs.parquet": check_parquet,
    "wires --group-by relative_permittivity --columns n,persistence_bond_nm": check_wire_groups(0),
}  # fmt: skip
"""Check of the output of each command, without the program and the folder."""


def documented() -> set[str]:
    """Commands of docs/query.md and of the README's part on queries."""
    page = (ROOT / "docs" / "query.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    part = readme.split("Query the workspace")[1].split("```")[1]
    text = "\n".join([*re.findall(r"```sh\n(.*?)```", page, re.DOTALL), part])
    lines = re.sub(r" +#.*", "", re.sub(r"\\\n *", "", text)).splitlines()
    commands = (line.removeprefix("janus-md ") for line in lines if line.strip())
    return {
        one.replace(" --directory demo", "").strip()
        for one in commands
        if one.split()[0] in ("query", "wires", "frames", "aggregates")
    }


def test_each_documented_command_has_a_check() -> None:
    assert documented() == set(CHECKS)


def test_output_of_the_documented_commands(janus_md: Cli, here: Path) -> None:
    for command, check in CHECKS.items():
        done = janus_md(*shlex.split(command), "--directory", "demo")
        assert done.code == 0, done.err
        assert all(len(line) <= 80 for line in done.out.splitlines()), done.out
        check(done.out, here)


def test_python_of_the_page(here: Path) -> None:
    page = (ROOT / "docs" / "query.md").read_text(encoding="utf-8")
    found: dict = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(block, found)
    assert found["job"].document["tem_length_nm"] == 21.5
    assert len(found["jobs"]) == JOBS
    assert (found["wires"]["n"] > 20).all()
    assert found["means"]["relative_permittivity"].tolist() == list(PERMITTIVITIES)
