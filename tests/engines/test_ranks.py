"""One simulation on several ranks: the same numbers, the same products, one end."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest

from janus_md.analysis.pipeline.observer import WireObserver
from janus_md.common.errors import JanusError, ToBeContinued
from janus_md.engines import ranks
from janus_md.engines.accuracy import rms
from janus_md.engines.base import SKIN
from janus_md.engines.hoomd import domains
from janus_md.engines.mesh import charge_square_sum, estimated_error
from janus_md.engines.mesh_work import tight_mesh
from janus_md.model.box import face_distances, lattice_vectors
from janus_md.model.system import System
from janus_md.simulation.files import checkpoint
from janus_md.simulation.run import simulate
from janus_md.simulation.start.first_state import build
from janus_md.study.statepoint import StatePoint
from janus_md.workspace.query import open_job
from tests.conftest import PATIENCE, ROOT, environment, wait_for
from tests.engines.conftest import catalogue_system, usable

Start = Callable[..., "subprocess.Popen[str]"]

TEMPLATE = """
fixed:
  particle: R-Au-Cu
  n_bodies: 36
  volume_fraction: 0.05
  relative_permittivity: 1.0
  electrostatics: {{method: {method}}}
  protocol: {{time_step_ps: 0.1, relax_ps: 1.0, frame_interval_ps: 2.0, produce_ns: {length}}}
"""
FRAME_STEPS = 20


@pytest.fixture(scope="session")
def mpiexec() -> Start:
    """Start two ranks of Python; skips, with the reason, where two cannot meet."""
    beside = Path(sys.prefix) / "bin" / "mpiexec"
    launcher = str(beside) if beside.exists() else shutil.which("mpiexec")
    if launcher is None:
        pytest.skip("no mpiexec is here")

    def start(*arguments: str | Path, **variables: str) -> subprocess.Popen[str]:
        # Ranks that wait leave the core to others: here they may outnumber the cores.
        polite = {"MPIR_CVAR_ENABLE_HEAVY_YIELD": "1", "OMPI_MCA_mpi_yield_when_idle": "1"}
        return subprocess.Popen(
            [launcher, "-n", "2", sys.executable, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment() | {"OMP_NUM_THREADS": "1"} | polite | variables,
        )

    out, error = ended(start("-c", "from mpi4py import MPI; print(MPI.COMM_WORLD.size)"))
    if "".join(out.split()) != "22":  # lines of two processes may mingle
        pytest.skip(f"mpiexec and mpi4py do not go together ({(out + error).strip()[-200:]})")
    return start


@pytest.fixture(params=["lammps", "hoomd"])
def engine(request: pytest.FixtureRequest, mpiexec: Start) -> str:
    """Each engine that runs on ranks here."""
    usable(request.param)
    if request.param == "hoomd":
        import hoomd

        if not hoomd.version.mpi_enabled:
            pytest.skip("this build of HOOMD-blue has no MPI")
    return str(request.param)


@pytest.fixture
def job(janus_md, tmp_path: Path) -> Callable[..., Path]:
    """Folder of a job of the template."""

    def make(method: str, length: float) -> Path:
        template = tmp_path / "ranks.yaml"
        template.write_text(TEMPLATE.format(method=method, length=length))
        assert janus_md("init", template, "--directory", tmp_path / "ws").code == 0
        (folder,) = (tmp_path / "ws" / "workspace").iterdir()
        return folder

    return make


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What a process said until it ended."""
    try:
        return process.communicate(timeout=PATIENCE)
    finally:
        process.kill()


@pytest.fixture(autouse=True)
def saved_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save at the step of a stop, from which other ranks resume."""
    monkeypatch.setenv("JANUS_MD_GIVE_BACK_SECONDS", "0")
    monkeypatch.setattr("janus_md.simulation.stepping.GIVE_BACK_SECONDS", 0.0)


def worker(folder: Path, engine: str, operation: str = "simulate") -> list[str | Path]:
    """Arguments of a worker on two ranks."""
    return ["-m", "janus_md.running.worker", operation, folder, "--engine", engine, "--ranks", "2"]


def simulate_alone(folder: Path, engine: str, pieces: int) -> dict[str, Any]:
    """Continue in this process for parts of the production; return the checkpoint."""
    left = iter(range(pieces))

    def should_stop() -> bool:  # the choice of a mesh asks, too
        return (folder / "trajectory.partial.gsd").exists() and next(left, None) is None

    document: dict[str, Any] = {}
    with pytest.raises(ToBeContinued):
        simulate(
            point(folder),
            folder,
            document,
            engine=engine,
            observers=(WireObserver(),),  # as a worker has it
            should_stop=should_stop,
        )
    return about(folder)


def point(folder: Path) -> StatePoint:
    return StatePoint.of(open_job(folder).statepoint())


def about(folder: Path) -> dict[str, Any]:
    state = checkpoint.load(folder / "restart.npz", build(point(folder)))
    return {"stage": state.stage, "done": state.done, "ranks": state.execution["ranks"]}


def kept(path: Path) -> list[int]:
    with gsd.hoomd.open(str(path), "r") as file:
        return [frame.configuration.step for frame in file]


def processes(folder: Path) -> list[int]:
    """Process ids of the ranks that work in `folder`, the first one first."""
    here, found = Path(sys.executable).resolve(), []
    for p in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # others end meanwhile
            if p.name.isdigit() and str(folder) in (p / "cmdline").read_text():
                found += [int(p.name)] if (p / "exe").resolve() == here else []
    first = json.loads((folder / "run.lock").read_text())["pid"]
    return sorted(found, key=lambda pid: pid != first)


def test_forces_of_two_ranks_agree_with_one(engine: str, mpiexec: Start, tmp_path: Path) -> None:
    systems = [
        catalogue_system(("R-Au-Cu",), "sphere", 60, seed=1),
        catalogue_system(("R-1", "S-1"), "bladed", 120, seed=2, volume_fraction=0.03),
    ]
    tilted = replace(systems[0], box=systems[0].box + np.array([0, 0, 0, 0.1, -0.2, 0.15]))
    meshes = []
    for system in (*systems, tilted):
        longest = domains.longest_cutoff_in(system, 2)
        tight = tight_mesh(system, SKIN, error=1.0, longest=longest)  # to be quick
        meshes.append((system, domains.usable_mesh(system, tight, 2)))
    (tmp_path / "systems").write_bytes(pickle.dumps(meshes))
    process = mpiexec("-m", "tests.engines.ranked", "forces", engine, tmp_path)
    _, error = ended(process)
    assert process.returncode == 0, error
    alone = usable(engine)
    # The Fourier transforms of LAMMPS are in double precision, those of HOOMD-blue in single: its
    # energy is the difference of two sums as large as the charges' own energy.
    exact = {"lammps": 1e-9, "hoomd": 1e-5}[engine]
    for (system, mesh), there in zip(
        meshes, pickle.loads((tmp_path / "forces").read_bytes()), strict=True
    ):
        here = alone.energies_and_forces(system, mesh)
        own = charge_square_sum(system)[0] * mesh.splitting / np.sqrt(np.pi)
        precision = {"lammps": 1e-13, "hoomd": np.finfo(np.float32).eps}[engine]
        assert there.energy == pytest.approx(here.energy, abs=precision * own)
        assert rms(there.forces - here.forces) < exact * rms(here.forces)
        assert rms(there.torques - here.torques) < exact * rms(here.torques)


@pytest.mark.parametrize("who", ["first", "all", pytest.param("second", marks=pytest.mark.slow)])
def test_a_signal_ends_all_ranks_in_a_checkpoint(
    engine: str, who: str, mpiexec: Start, job: Callable[..., Path]
) -> None:
    folder = job("none", 1000.0)
    process = mpiexec(*worker(folder, engine), JANUS_MD_CHECKPOINT_SECONDS="0.2")
    produces = (folder / "trajectory.partial.gsd").exists
    wait_for(lambda: produces() or process.poll() is not None)
    assert process.poll() is None, process.communicate()
    pids = processes(folder)
    assert len(pids) == 2
    for pid in {"first": pids[:1], "all": pids, "second": pids[1:]}[who]:
        os.kill(pid, signal.SIGUSR1)
    _, error = ended(process)
    assert process.returncode == 75, error
    assert "run again to go on" in error
    cut = about(folder)
    assert cut["ranks"] == 2
    if who == "first":  # one process goes on where the two stopped
        gone_on = simulate_alone(folder, engine, 5)
        assert gone_on["ranks"] == 1
        assert (gone_on["stage"], cut["stage"]) == ("produce", "produce")
        assert cut["done"] < gone_on["done"] <= cut["done"] + 6 * FRAME_STEPS
        whole = range(0, gone_on["done"] + 1, FRAME_STEPS)
        assert kept(folder / "trajectory.partial.gsd") == list(whole)


@pytest.mark.parametrize("method", ["none", pytest.param("pppm", marks=pytest.mark.slow)])
def test_two_ranks_resume_a_run_of_one(
    engine: str, method: str, mpiexec: Start, job: Callable[..., Path]
) -> None:
    folder = job(method, 0.04)
    assert simulate_alone(folder, engine, 12)["ranks"] == 1
    process = mpiexec(*worker(folder, engine))
    _, error = ended(process)
    assert process.returncode == 0, error
    assert {p.name for p in folder.iterdir() if p.suffix == ".gsd"} == {
        "init.gsd",
        "trajectory.gsd",
        "log.gsd",
    }
    assert kept(folder / "trajectory.gsd") == list(range(0, 401, FRAME_STEPS))
    assert kept(folder / "log.gsd") == list(range(0, 401, FRAME_STEPS))
    execution = open_job(folder).document["execution"]
    assert (execution["engine"], execution["ranks"]) == (engine, 2)


@pytest.mark.slow
def test_two_ranks_tune_a_mesh_together(
    engine: str, mpiexec: Start, job: Callable[..., Path]
) -> None:
    folder = job("pppm", 0.04)
    process = mpiexec(*worker(folder, engine))
    _, error = ended(process)
    assert process.returncode == 0, error
    execution = open_job(folder).document()["execution"]
    assert execution["force_error"] <= point(folder).electrostatics.force_error
    assert kept(folder / "trajectory.gsd") == list(range(0, 401, FRAME_STEPS))
    for name in ("trajectory.gsd", "log.gsd", "restart.npz"):
        (folder / name).unlink()
    _, error = ended(mpiexec(*worker(folder, engine)))
    again = open_job(folder).document()["execution"]
    assert again["mesh_from"].startswith("an earlier choice"), error
    assert (again["mesh"], again["ranks"]) == (execution["mesh"], 2)
    assert again["force_error"] == pytest.approx(execution["force_error"], rel=1e-3)


def test_failure_of_one_rank_ends_all(mpiexec: Start, tmp_path: Path) -> None:
    process = mpiexec("-m", "tests.engines.ranked", "fail", tmp_path)
    _, error = ended(process)
    assert process.returncode != 0
    assert "rank 1: not a number" in error
    assert (tmp_path / "note").read_text() == "rank 1: not a number"


def test_ranks_that_did_not_meet_are_refused(job: Callable[..., Path]) -> None:
    pytest.importorskip("mpi4py")
    folder = job("none", 0.04)
    for rank in ("1", "0"):
        assert "failure" not in open_job(folder).document  # by the first one alone
        done = subprocess.run(
            [sys.executable, *map(str, worker(folder, "auto"))],
            capture_output=True,
            text=True,
            env=environment() | {"SLURM_PROCID": rank},
            check=False,
        )
        assert done.returncode == 1
        assert "ranks: 2 were requested, but 1 joined" in done.stderr or "mpi4py" in done.stderr
    assert open_job(folder).document["failures"] == 1
    assert open_job(folder).document["failure"]["message"] in done.stderr
    assert not (folder / "run.lock").exists()


@pytest.mark.parametrize("count", [0, -1])
def test_invalid_number_of_ranks_is_refused(count: int) -> None:
    with pytest.raises(JanusError, match=f"ranks: {count} is not a number"):
        ranks.join(count)


def test_requested_and_started_ranks_must_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PMI_SIZE", "4")
    with pytest.raises(JanusError, match="ranks: 1 was requested, but 4 were started"):
        ranks.join(1)


def test_domains_are_as_wide_as_possible() -> None:
    def grid(lengths: list[float], count: int) -> tuple[int, int, int]:
        system = catalogue_system(("R-Au-Cu",), "sphere", 8, seed=1)
        return domains.grid(replace(system, box=np.array([*lengths, 0, 0, 0])), count)

    assert grid([10, 10, 10], 1) == (1, 1, 1)
    assert sorted(grid([10, 10, 10], 2)) == [1, 1, 2]
    assert grid([10, 10, 30], 2) == (1, 1, 2)
    assert grid([10, 10, 10], 8) == (2, 2, 2)
    assert grid([40, 10, 20], 8) == (4, 1, 2)


def test_only_too_narrow_domains_are_refused() -> None:
    few = catalogue_system(("R-Au-Cu",), "sphere", 12, seed=1)
    with pytest.raises(JanusError, match=r"ranks: 2 domains of this box are 4\.\d\d nm wide"):
        domains.longest_cutoff_in(few, 2)
    many = catalogue_system(("R-Au-Cu",), "sphere", 60, seed=1)
    width = face_distances(lattice_vectors(many.box))[0] / 2
    reach = np.linalg.norm(many.bodies[0].positions, axis=1).max()
    cutoff = domains.longest_cutoff_in(many, 2)
    assert 2 * (cutoff + SKIN + 2 * reach) == pytest.approx(width, rel=2e-3)
    with pytest.raises(JanusError, match="ranks: 3 cannot share"):
        domains.longest_cutoff_in(many, 3)


def test_a_mesh_on_ranks_has_sides_of_powers_of_two_and_no_larger_error() -> None:
    system: System = catalogue_system(("R-Au-Cu",), "sphere", 60, seed=1)
    mesh = tight_mesh(system, SKIN, error=0.1, longest=domains.longest_cutoff_in(system, 2))
    usable_mesh = domains.usable_mesh(system, mesh, 2)
    assert all(n & (n - 1) == 0 for n in usable_mesh.resolution)
    assert estimated_error(system, usable_mesh) <= estimated_error(system, mesh)
    assert domains.usable_mesh(system, usable_mesh, 2) == usable_mesh
