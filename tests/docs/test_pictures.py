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

COMMANDS = re.findall(r"^janus-md (.*)$", (ROOT / "docs/pictures.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if command.startswith("view") and importlib.util.find_spec("pyvista") is None:
        pytest.skip("PyVista is not installed")
    monkeypatch.chdir(tmp_path)
    words = [*shlex.split(command), "-d", str(ROOT / "tests/kept/v2")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert Path(words[words.index("--out") + 1]).stat().st_size > 1000
