"""project.py of a workspace: an older copy is replaced unless it was edited."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.workspace import project_file
from tests.conftest import ROOT, TINY, Result


def test_an_older_copy_is_replaced_and_an_edited_one_is_reported(
    janus_md: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(TINY + "grid: {relative_permittivity: [1]}\n")
    place = tmp_path / "workspace"
    assert janus_md("init", template, "-d", place).err == ""
    file, ours = place / "project.py", (ROOT / "project.py").read_bytes()
    assert file.read_bytes() == ours
    older = b"# of an earlier version\n"
    file.write_bytes(older)
    told = janus_md("init", template, "-d", place)
    assert "was edited, so it is not replaced" in told.err
    assert file.read_bytes() == older
    digest = hashlib.sha256(older).hexdigest()
    monkeypatch.setattr(project_file, "KNOWN", frozenset({digest}))
    assert janus_md("init", template, "-d", place).err == ""
    assert file.read_bytes() == ours


def test_project_py_imports_only_the_public_interface() -> None:
    tree = ast.parse((ROOT / "project.py").read_text(encoding="utf-8"))
    modules = {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }
    assert {one for one in modules if one.startswith("janus_md")} == {"janus_md"}
