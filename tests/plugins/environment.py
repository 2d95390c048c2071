"""Environments for tests of extensions: a virtual environment with packages and `janus-md`.

Pages of docs/ show files and commands; the tests take both from there (:func:`blocks`) and run the
commands as they stand (:meth:`Environment.run`).
"""

from __future__ import annotations

import os
import re
import site
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT, environment

SECONDS = 300.0
"""Time that the commands of a page may take; a busy machine takes its time."""


@dataclass(frozen=True)
class Environment:
    """A Python that sees the packages of the running one.

    Attributes
    ----------
    python : Path
        Its interpreter.
    commands : Path
        Folder with `janus-md`, `python` and `pip` that use it.
    """

    python: Path
    commands: Path

    def install(self, folder: Path) -> None:
        """Install the package of a folder, without the network."""
        options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
        self.run(f"pip install {' '.join(options)} '{folder}'", folder.parent)

    def run(self, script: str, folder: Path) -> str:
        """Run commands of a page in a folder; return their output.

        The first that fails ends the test, with all that was printed.
        """
        done = subprocess.run(
            ["bash", "-euc", script],
            cwd=folder,
            env=environment() | {"PATH": f"{self.commands}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def here(folder: Path) -> Environment:
    """Return the running environment; `folder` takes its commands."""
    return Environment(Path(sys.executable), _commands(folder, Path(sys.executable)))


def empty(folder: Path) -> Environment:
    """Create an environment in a folder, with only the packages of the running one."""
    venv.create(folder)
    python = folder / "bin" / "python"
    packages = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    # In the order of the running environment: a later package of one name is hidden.
    lines = [f"import site; site.addsitedir({path!r})" for path in site.getsitepackages()]
    Path(packages, "running.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for pattern in ("libmpi*", "mpich"):  # the wheel of MPI puts its libraries there
        for library in (Path(sys.prefix) / "lib").glob(pattern):
            (folder / "lib" / library.name).symlink_to(library)
    return Environment(python, _commands(folder / "commands", python))


def _commands(folder: Path, python: Path) -> Path:
    """Write `janus-md`, `python` and `pip` for an interpreter."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, module in (("janus-md", "-m janus_md.cli"), ("python", ""), ("pip", "-m pip")):
        file = folder / name
        file.write_text(f"#!/bin/sh\nexec '{python}' {module} \"$@\"\n", encoding="utf-8")
        file.chmod(0o755)
    return folder


def blocks(page: str, language: str) -> list[str]:
    """Code of a page of docs/ in this language, in order."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
