"""The commands of docs/pictures.md work as described."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from janus_md.cli.app import app
from tests.conftest import ROOT

PAGE = (ROOT / "docs/pictures.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^janus-md (.*)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if command.startswith("view") and importlib.util.find_spec("pyvista") is None:
        pytest.skip("PyVista is not installed")
    monkeypatch.chdir(tmp_path)
    words = [*shlex.split(command), "-d", str(ROOT / "tests/kept/v2")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    out = Path(words[words.index("--out") + 1])
    written = [out]
    if command.startswith("report"):
        names = {f"{name}.{suffix}" for name in _NAMES for suffix in ("png", "svg", "pdf")}
        assert {path.name for path in out.iterdir()} == names
        written = list(out.iterdir())
    assert all(path.stat().st_size > 1000 for path in written)


_NAMES = ("growth", "snapshots")


def test_the_page_lists_the_figures() -> None:
    done = CliRunner().invoke(app, ["report", "--figure", "list"])
    assert done.output in PAGE
    assert len(done.output.splitlines()) == 11


def test_the_numbers_of_the_microscope_are_the_defaults() -> None:
    from janus_md.analysis.pictures.micrograph import COVERED, Microscope

    scope = Microscope()
    said = PAGE[PAGE.index("A micrograph shows") :].replace("\n", " ")
    assert f"{COVERED * 100:.0f} % of the image" in said
    assert f"({scope.core:g} and {scope.ligand:g} per nm)" in said
    assert f"{scope.dose:,.0f} per nm², pixels of {scope.pixel_nm:g} nm" in said
