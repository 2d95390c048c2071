"""PBS's commands as wrappers of a real Slurm of one node: the package slurm-wlm-torque.

A plugin of Slurm (spank_pbs.so) sets PBS's variables in jobs. If the package is not installed, the
tests are skipped with the reason. No PBS server is used: test_parsing.py and test_commands.py check
recorded output of servers.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from janus_md.running.cluster.schedulers.pbs import commands
from tests.running.cluster.conftest import Node, for_a_test, missing, started


def absent() -> str:
    """Return the reason why these tests cannot run; empty if they can."""
    if why := missing():
        return why
    if not all(map(shutil.which, ("qsub", "qstat", "qdel", "qrls"))) or plugin() is None:
        return "qsub is not installed (package slurm-wlm-torque)"
    return ""


def plugin() -> Path | None:
    """Return the path of Slurm's plugin that sets PBS's variables."""
    return next(Path("/usr/lib").glob("*/slurm-wlm/spank_pbs.so"), None)


@pytest.fixture(scope="session")
def wrapped_node() -> Iterator[Node]:
    with started("pbs-", absent(), f"required {plugin()}\n") as there:
        yield there


@pytest.fixture
def pbs(wrapped_node: Node, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """The node behind the wrappers; its jobs are cancelled after each test."""
    commands.kind.cache_clear()
    with for_a_test(wrapped_node, monkeypatch) as there:
        yield there
    commands.kind.cache_clear()
