"""Tables that cannot be read count as missing, or are reported when they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.workspace.products import TABLES, is_table
from tests.conftest import Result
from tests.workspace.damage.damages import CUT, INSIDE
from tests.workspace.damage.outputs import (
    Outputs,
    check_reported_once,
    of_permittivity,
    report_of,
    rows,
)

Cli = Callable[..., Result]


@pytest.mark.usefixtures("no_figures")
@pytest.mark.parametrize("damage", CUT)
def test_a_truncated_table_counts_as_missing_and_is_recreated(
    janus_md: Cli, copy: Path, sound: Outputs, damage: str, engine: str
) -> None:
    job = of_permittivity(copy, 1.5)
    whole = {name: (job / name).read_bytes() for name in TABLES}
    CUT[damage](job)
    (bad,) = [name for name in TABLES if not is_table(job / name)]

    done = janus_md("report", "-d", copy)
    check_reported_once(done, job.name, f"{bad} cannot be read; janus-md run makes it anew", 0)
    assert report_of(copy) == sound.without("1.5")
    assert "\n1 job on " in janus_md("submit", "--pretend", "-d", copy).out

    done = janus_md("run", "-d", copy, "--engine", engine)
    assert done.code == 0, done.err
    assert "1 of 3 jobs to do" in done.out
    assert {name: (job / name).read_bytes() for name in TABLES} == whole
    assert janus_md("run", "-d", copy).out == "3 jobs, all done\n"
    janus_md("report", "-d", copy)
    assert report_of(copy) == sound.report


@pytest.mark.usefixtures("no_figures")
@pytest.mark.parametrize("name", INSIDE)
def test_a_file_with_damaged_contents_is_reported_when_it_is_read(
    janus_md: Cli, copy: Path, sound: Outputs, name: str
) -> None:
    job = of_permittivity(copy, 1.5)
    INSIDE[name](job)
    done = janus_md("report", "-d", copy)
    check_reported_once(done, job.name, name, 0)
    assert "remove" in done.err
    assert report_of(copy) == sound.without("1.5")
    if name == "rdf.parquet":
        return  # not read there
    paper = copy.parent / "paper.yaml"
    done = janus_md("reproduce", paper, "--table-only", "-d", copy)
    check_reported_once(done, job.name, name, 0)
    found = rows((copy / "reproduction" / "tiny.csv").read_text(), "fact")
    assert found == {fact: row for fact, row in sound.reproduce.items() if fact != "length damp"}
