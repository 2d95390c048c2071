"""The wheel: its content, and its use from another folder."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from janus_md.study.sweeps import templates as sweeps
from tests.conftest import ROOT

PARTS = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "project.py",
    "janus_md",
    "analysis",
    "workspace_templates",
)
"""What a wheel is built from."""


def call(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that nothing is left in the repository."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"
    source.mkdir()
    for name in PARTS:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=ignored)
        else:
            shutil.copy(ROOT / name, source / name)
    # Without isolation, so that no index is asked.
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    call(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", place, source, cwd=place)
    (found,) = place.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Environment with only the wheel; its dependencies are those of the running environment."""
    place = tmp_path_factory.mktemp("environment")
    call(sys.executable, "-m", "venv", "--without-pip", place, cwd=place)
    python = place / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    call(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=place)
    (packages,) = place.glob("lib/python*/site-packages")
    # Plain paths: an editable installation of this project there has no effect.
    others = {*site.getsitepackages(), sysconfig.get_path("purelib"), *sys.path}
    lines = [path for path in sorted(others) if path.endswith("-packages")]
    (packages / "dependencies.pth").write_text("\n".join(lines) + "\n")
    return place


def test_nothing_but_the_package_lands_in_site_packages(installed: Path) -> None:
    (packages,) = installed.glob("lib/python*/site-packages")
    names = {path.name for path in packages.iterdir() if path.suffix not in (".pth", ".virtualenv")}
    names = {name for name in names if not name.endswith(".dist-info") and name != "__pycache__"}
    assert names == {"janus_md"}
    assert not (packages / "analysis").exists()
    assert (packages / "janus_md" / "analysis" / "aggregates" / "wires.py").is_file()
    assert not any(path.is_symlink() for path in (packages / "janus_md").rglob("*"))


def test_the_wheel_holds_the_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    papers = "janus_md/papers/facts"
    for folder in ("janus_md/study/catalogue/particles", papers, "workspace_templates", "analysis"):
        for path in (ROOT / folder).iterdir():
            if path.suffix in (".yaml", ".html", ".py"):
                inside = folder if folder.startswith("janus_md") else f"janus_md/{folder}"
                assert f"{inside}/{path.name}" in names
    assert {"janus_md/project.py", "janus_md/py.typed"} <= names
    assert not any(name.startswith(("tests", "analysis", "benchmarks")) for name in names)


def test_quickstart_starts_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    command = installed / "bin" / "janus-md"
    done = call(command, "init", "quickstart", cwd=tmp_path)
    number = len(sweeps.load_template("quickstart").points)
    assert f"{number} new jobs from quickstart" in done.stdout
    assert len(list((tmp_path / "workspace").iterdir())) == number
    where = "import janus_md, janus_md.analysis.report.page; print(janus_md.__file__)"
    python = installed / "bin" / "python"
    assert str(installed) in call(python, "-c", where, cwd=tmp_path).stdout
    status = call(python, "project.py", "status", cwd=tmp_path).stdout
    assert f"{number} jobs/aggregates with eligible operations" in status
    assert "R-Au-Cu" in call(command, "catalog", cwd=tmp_path).stdout
