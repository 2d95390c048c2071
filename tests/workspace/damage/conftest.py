"""A small finished study that tests damage."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from janus_md.analysis.report.drawing import Drawn
from tests.conftest import TINY, environment
from tests.workspace.damage.outputs import Outputs, rows

PAPER = """
name: tiny
citation: Nobody, Nowhere
sweeps: [template.yaml]
quick: [template.yaml]
media: {dry: 1.0, damp: 1.5, wet: 2.0}
substances:
  pure: {R-Au-Cu: 1.0}
facts:
"""

FACT = """
  - {{name: length {0}, paper: long, quantity: mean_n, medium: {0}, substances: [pure], why: so}}
"""


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Path:
    """A workspace with three finished jobs, of permittivity 1, 1.5 and 2."""
    place = tmp_path_factory.mktemp("study")
    (place / "template.yaml").write_text(TINY + "grid: {relative_permittivity: [1, 1.5, 2]}\n")
    (place / "paper.yaml").write_text(PAPER + "".join(map(FACT.format, ("dry", "damp", "wet"))))
    for command in (["init", place / "template.yaml"], ["run", "--engine", engine]):
        done = subprocess.run(
            [sys.executable, "-m", "janus_md.cli", *command, "-d", place / "jobs"],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return place


@pytest.fixture
def copy(study: Path, tmp_path: Path) -> Path:
    """A copy of the workspace, which a test may damage."""
    shutil.copytree(study, tmp_path / "study")
    return tmp_path / "study" / "jobs"


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restrict reports to tables; the data of figures are still read."""
    monkeypatch.setattr("janus_md.analysis.report.page.draw_figures", lambda *arguments: Drawn())


@pytest.fixture(scope="session")
def sound(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    """Output of the commands before a job is damaged."""

    def call(*command: str | Path) -> str:
        return subprocess.run(
            [sys.executable, "-m", "janus_md.cli", *command, "-d", study / "jobs"],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    out = tmp_path_factory.mktemp("sound")
    call("report", "--out", out)
    call("reproduce", study / "paper.yaml", "--table-only", "--out", out)
    return Outputs(
        rows(call("query", "--csv"), "job"),
        rows((out / "results.csv").read_text(), "relative_permittivity"),
        rows((out / "tiny.csv").read_text(), "fact"),
    )
