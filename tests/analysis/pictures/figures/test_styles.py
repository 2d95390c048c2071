"""The user's own settings of matplotlib do not reach the figures of a report."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import environment

SETTINGS = """\
text.usetex: True
backend: TkAgg
savefig.format: pdf
savefig.dpi: 20
savefig.bbox: tight
savefig.transparent: True
figure.dpi: 3
figure.facecolor: black
font.size: 30
font.family: fantasy
axes.grid: True
axes.prop_cycle: cycler('color', ['red'])
lines.linewidth: 9
image.cmap: hot
"""
"""Each of them shows, or ends in an error where there is no TeX."""

DRAW = """\
import sys
from pathlib import Path
import numpy as np
import pandas as pd
from janus_md.analysis.report.drawing import Files, draw_figures
from janus_md.analysis.report.material import Material
from janus_md.analysis.sweep.groups import group_jobs
from janus_md.analysis.sweep.tables import read_job
from tests.analysis.report.test_page import job
folder = Path(sys.argv[1])
rows = pd.DataFrame([job(folder, "a", 8), job(folder, "b", 3, relative_permittivity=2.0)])
folders = {name: folder / name for name in "ab"}
groups, tables = group_jobs(rows), {name: read_job(folders[name], 0.1) for name in "ab"}
draw_figures(Material(groups, groups, tables, folders, 150), folder, Files())
"""

LOOK = """\
import matplotlib
from janus_md.analysis.pictures.figures.styles import plain_style
with plain_style():
    assert not matplotlib.rcParams["text.usetex"]
assert matplotlib.rcParams["text.usetex"]  # outside it is the user's again
"""


def run(code: str, place: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, str(place)],
        cwd=place,
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def pictures(place: Path, **variables: str) -> dict[str, bytes]:
    done = run(DRAW, place, **variables)
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_bytes() for path in place.glob("*.png")}


def test_figures_do_not_depend_on_matplotlibrc(tmp_path: Path) -> None:
    plain, own, here, config = (tmp_path / name for name in ("plain", "own", "here", "config"))
    for folder in (plain, own, here, config):
        folder.mkdir()
    for folder in (here, config):
        (folder / "matplotlibrc").write_text(SETTINGS)
    expected = pictures(plain)
    assert len(expected) == 8
    assert pictures(own, MPLCONFIGDIR=str(config)) == expected
    assert pictures(here) == expected
    done = run(LOOK, here)
    assert done.returncode == 0, done.stderr


def test_faulty_matplotlib_settings_are_reported(tmp_path: Path) -> None:
    code = (
        "from janus_md.analysis.pictures.figures.styles import plain_style\n"
        "with plain_style(): pass"
    )
    done = run(code, tmp_path, MPLBACKEND="nonsense")
    assert done.returncode == 1
    assert "JanusError: matplotlib cannot be imported" in done.stderr.splitlines()[-1]
    assert "MPLBACKEND" in done.stderr
    (tmp_path / "matplotlibrc").write_bytes("font.family: Linux Libertine é\n".encode("latin-1"))
    done = run(code, tmp_path)
    assert done.returncode == 1
    assert "JanusError: matplotlib cannot be imported" in done.stderr.splitlines()[-1]
