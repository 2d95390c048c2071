"""docs/columns.md agrees with the declarations and has all columns of the analysis."""

import re

import pyarrow.parquet as pq
import pytest

from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.analysis.series.thermolog import ENERGY, SUSCEPTIBILITY
from janus_md.common.observables import averages
from janus_md.workspace.doubts import HEAT
from tests.analysis.report.test_page import job
from tests.docs.columns import PAGE, page


def test_the_page_is_what_the_declarations_say():
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text), "run: python -m tests.docs.columns"


def told(heading):
    """Names in code in the first cells below a heading."""
    part = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}")[1].split("\n## ")[0]
    rows = [line for line in part.splitlines() if line.startswith("| `")]
    return [re.findall(r"`([^`]+)`", row.split("|")[1]) for row in rows]


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("columns")
    job(folder, "a", 4)
    summary = analyze_file(folder / "a" / "trajectory.gsd", folder / "a")
    return summary, folder / "a"


@pytest.mark.parametrize("table", ["frames", "wires", "aggregates"])
def test_columns_of_the_tables(analysed, table):
    names = [name for cell in told(f"{table}.parquet") for name in cell]
    assert sorted(names) == sorted(pq.read_schema(analysed[1] / f"{table}.parquet").names)


def test_columns_of_the_other_tables(analysed):
    text = PAGE.read_text(encoding="utf-8").split("\n## The other tables")[1]
    for (name,) in told("The other tables"):
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}"))
        for column in pq.read_schema(analysed[1] / name).names:
            assert f"`{column}`" in row


def test_names_of_the_summary(analysed):
    names = {name.split(".")[0] for names in told("In a query") for name in names}
    assert names == {*analysed[0], ENERGY, SUSCEPTIBILITY, HEAT}
    assert {column.name for column in averages()} <= names
