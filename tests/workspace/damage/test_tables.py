"""Tables that cannot be read: they count as not there, or are named where they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.workspace.products import TABLES, is_table
from tests.conftest import Result
from tests.workspace.damage.damages import CUT, INSIDE
from tests.workspace.damage.told import Told, of_permittivity, report_of, rows, told_once

Cli = Callable[..., Result]


@pytest.mark.usefixtures("no_figures")
@pytest.mark.parametrize("damage", CUT)
def test_a_table_that_is_cut_counts_as_not_there_and_is_made_again(
    janus_md: Cli, copy: Path, sound: Told, damage: str, engine: str
) -> None:
    job = of_permittivity(copy, 1.5)
    whole = {name: (job / name).read_bytes() for name in TABLES}
    CUT[damage](job)
    (bad,) = [name for name in TABLES if not is_table(job / name)]

    done = janus_md("report", "-d", copy)
    told_once(done, job.name, f"{bad} cannot be read; janus-md run makes it anew", 0)
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
def test_a_file_that_is_damaged_inside_is_named_where_it_is_read(
    janus_md: Cli, copy: Path, sound: Told, name: str
) -> None:
    job = of_permittivity(copy, 1.5)
    INSIDE[name](job)
    done = janus_md("report", "-d", copy)
    told_once(done, job.name, name, 0)
    assert "remove" in done.err
    assert report_of(copy) == sound.without("1.5")
    if name == "rdf.parquet":
        return  # not read there
    paper = copy.parent / "paper.yaml"
    done = janus_md("reproduce", paper, "--table-only", "-d", copy)
    told_once(done, job.name, name, 0)
    found = rows((copy / "reproduction" / "tiny.csv").read_text(), "fact")
    assert found == {fact: row for fact, row in sound.reproduce.items() if fact != "length damp"}
