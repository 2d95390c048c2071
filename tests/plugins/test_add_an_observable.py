"""docs/add_an_observable.md: its files and commands, in a workspace and as a package."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import gsd.hoomd
import numpy as np
import pyarrow.parquet as pq
import pytest
import rowan

from tests.plugins.environment import Environment, blocks

PAGE = "add_an_observable.md"


def commands(number: int, engine: str) -> str:
    """Commands of the page's block of this number, on one engine."""
    found = blocks(PAGE, "sh")[number]
    return found.replace("janus-md run ", f"janus-md run --engine {engine} ")


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")


def check(place: Path, printed: str) -> None:
    """The column is in frames.parquet, the query and results.csv, with the right values."""
    (job,) = (place / "demo" / "workspace").iterdir()
    found = pq.read_table(job / "frames.parquet")["kirkwood_g"].to_numpy()
    with gsd.hoomd.open(str(job / "trajectory.gsd")) as file:
        sums = [rowan.rotate(f.particles.orientation, [0.0, 0.0, 1.0]).sum(axis=0) for f in file]
    expected = np.array([total @ total / 16 for total in sums])
    assert len(found) == 11
    assert found == pytest.approx(expected, rel=1e-4)
    assert expected.std() > 0.0
    mean = expected[-4:].mean()  # the last third of 11 frames

    if "frame,kirkwood_g\n" in printed:
        lines = printed.split("frame,kirkwood_g\n")[1].splitlines()[:11]
        assert [float(line.split(",")[1]) for line in lines] == pytest.approx(expected, rel=1e-4)
    (row,) = csv.DictReader(io.StringIO(printed[printed.index("job,status") :]))
    assert float(row["analysis.kirkwood_g.mean"]) == pytest.approx(mean, rel=1e-4)
    assert float(row["analysis.kirkwood_g.error"]) > 0.0
    text = (place / "demo" / "report" / "results.csv").read_text(encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(text))
    assert float(row["kirkwood_g"]) == pytest.approx(mean, rel=1e-4)
    assert float(row["kirkwood_g_error"]) > 0.0
    page = (place / "demo" / "report" / "report.html").read_text(encoding="utf-8")
    assert "<th>Kirkwood<br><small>factor</small></th>" in page
    assert "Kirkwood" in printed  # the terminal's table


def test_a_file_beside_project_py(here: Environment, tmp_path: Path, engine: str) -> None:
    (code,), (template,) = blocks(PAGE, "python"), blocks(PAGE, "yaml")
    write(tmp_path, kirkwood__py=code, short__yaml=template)
    printed = here.run(commands(0, engine), tmp_path)
    assert "frame,kirkwood_g\n" in printed
    check(tmp_path, printed)
    told = here.run("cd demo && janus-md schema --columns", tmp_path)
    assert "square of the sum of the dipole directions" in told


def test_a_package_with_an_entry_point(empty: Environment, tmp_path: Path, engine: str) -> None:
    (code,), (template,), (project,) = (blocks(PAGE, kind) for kind in ("python", "yaml", "toml"))
    package = tmp_path / "kirkwood"
    package.mkdir()
    write(package, kirkwood__py=code, pyproject__toml=project)
    write(tmp_path, short__yaml=template)
    first, rest = commands(1, engine).split("\n", 1)
    assert first == "pip install ./kirkwood"
    empty.install(package)
    check(tmp_path, empty.run(rest, tmp_path))
