"""The kept workspace, for commands that need jobs that have run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Five jobs: waiting, begun, failed, and two that LAMMPS has run."""
    shutil.copytree(ROOT / "tests" / "kept" / "v2", tmp_path / "v2")
    return tmp_path / "v2"
