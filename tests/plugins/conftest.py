"""Environments of the tests of users' own things."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugins import environment
from tests.plugins.environment import Environment


@pytest.fixture
def here(tmp_path: Path) -> Environment:
    """The running environment."""
    return environment.here(tmp_path / "commands")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment of its own; packages that a test installs stay there for the session."""
    return environment.empty(tmp_path_factory.mktemp("environment") / "venv")
