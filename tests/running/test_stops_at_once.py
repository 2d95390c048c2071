"""SIGTERM is handled within five seconds at any point of a job, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

from janus_md.common import interrupts
from janus_md.common.errors import ToBeContinued
from janus_md.running.worker import STOPPED
from tests.conftest import PATIENCE, TINY, Result, wait_for
from tests.patched import patch_processes
from tests.running.test_stops import start
from tests.running.workstation.test_run_ends import worker_of
from tests.running.workstation.test_runner import document, frames, make

Cli = Callable[..., Result]

SECONDS = 5.0
"""Within which a signal must be answered."""

HANGS = {
    # As Python code that takes all errors for its own.
    "python": """
        while True:
            try:
                __import__("time").sleep(0.01)
            except Exception:
                pass
    """,
    # As a library that returns when it is done; the interpreter goes on meanwhile, as with LAMMPS.
    "library": """
        __import__("hashlib").pbkdf2_hmac("sha256", b"", b"", 2_000_000_000)
    """,
    # As a library that holds the interpreter, as HOOMD-blue does.
    "deaf": """
        sum(__import__("itertools").repeat(1, 10**13))
    """,
}

QUICK = "GRACE, LAST = 0.3, 1.0"


def hang(name: str, how: str) -> str:
    """Return code that makes a function hang, after it has created the file in IN_PHASE."""
    said = "open(__import__('os').environ['IN_PHASE'], 'w').close()"
    body = indent(f"{said}\n{dedent(HANGS[how])}", "    ")
    return f"def _hang(*_, **__):\n{body}\n{name} = _hang\n"


SIMULATION = (
    ("its bodies are placed", "simulation__start__first_state", "place_at_random", "python"),
    ("its mesh is chosen", "engines__tuning", "Trials", "library"),
    ("its engine starts", "simulation__run", "_seed", "library"),
    ("its files are looked at", "simulation__files__trajectory", "GsdWriter", "python"),
    ("it has done all steps", "simulation__run", "completed", "library"),
)

ANALYSIS = (
    ("frames are analysed", "analysis__pipeline__tasks", "run_task", "library"),
    ("frames are summed up", "analysis__order__spatial", "write_spatial", "python"),
    ("energies are read", "analysis__series__thermolog", "energy_per_body", "python"),
)


@pytest.fixture
def job(janus_md: Cli, tmp_path: Path) -> Path:
    return make(janus_md, tmp_path / "workspace", TINY + "  relative_permittivity: 1.0\n")[1.0]


def worker(operation: str, job: Path, engine: str) -> subprocess.Popen[str]:
    command = ("-m", "janus_md.running.worker", operation, job, "--engine", engine)
    return start(*command, where=job, engine=engine)


def stopped_within(seconds: float, process: subprocess.Popen[str]) -> str:
    """Send SIGTERM, check that the process stops in time, and return its output."""
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE)
    took = time.monotonic() - begun
    assert process.returncode == STOPPED, err
    assert took < seconds, f"{took:.1f} s"
    return err


def test_the_grace_times_add_up_to_less_than_five_seconds() -> None:
    assert interrupts.GRACE + 1.0 < interrupts.LAST + 0.5 < SECONDS


@pytest.mark.parametrize("operation", ["simulate", "analyze"])
def test_a_signal_takes_effect_in_each_phase_and_the_job_can_continue(
    operation: str, job: Path, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if operation == "analyze":
        assert worker("simulate", job, engine).wait(PATIENCE) == 0
    in_phase, path = tmp_path / "phase", os.environ["PYTHONPATH"]
    monkeypatch.setenv("IN_PHASE", str(in_phase))
    for phase, module, name, how in SIMULATION if operation == "simulate" else ANALYSIS:
        patch_processes(
            tmp_path / "site", monkeypatch, **{module: hang(name, how), "common__interrupts": QUICK}
        )
        process = worker(operation, job, engine)
        wait_for(lambda one=process: in_phase.exists() or one.poll() is not None)
        assert in_phase.exists(), f"{phase}: {process.communicate()}"
        said = stopped_within(SECONDS, process)
        assert "; run again to " in said, phase
        assert "Traceback" not in said, phase
        assert "failure" not in document(job), phase
        in_phase.unlink()
    monkeypatch.setenv("PYTHONPATH", path)
    assert worker(operation, job, engine).wait(PATIENCE) == 0
    if operation == "simulate":
        assert len(frames(job)) == 11
        assert document(job)["execution"]["steps"] == 200 + 200
    else:
        assert document(job)["analysis"]["n_frames"] == 11
    assert not list(job.glob("*.partial*"))


@pytest.mark.parametrize("name", ["hoomd", "lammps"])
def test_a_signal_takes_effect_in_the_choice_of_a_mesh(
    name: str, janus_md: Cli, tmp_path: Path, cache: Path
) -> None:
    """Nothing is patched: the choice for 8 bodies in a box of 560 nm took four minutes."""
    pytest.importorskip(name)
    text = TINY.replace("16", "8").replace("0.05", "1.0e-7").replace(
        "electrostatics: {method: none}", "temperature: 298.0"
    )  # fmt: skip
    job = make(janus_md, tmp_path / "workspace", text + "  relative_permittivity: 1.0\n")[1.0]
    process = worker("simulate", job, name)
    wait_for(lambda: list(cache.glob("meshes.*.lock")))
    said = stopped_within(SECONDS, process)
    assert "stopped while the mesh was being chosen; run again" in said
    assert not (job / "restart.npz").exists()


def test_a_run_ends_in_time_if_a_worker_ignores_the_signal(
    job: Path, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_phase = tmp_path / "phase"
    monkeypatch.setenv("IN_PHASE", str(in_phase))
    lines = {"engines__tuning": hang("Trials", "deaf"), "common__interrupts": QUICK}
    patch_processes(tmp_path / "site", monkeypatch, **lines)
    command = ("-m", "janus_md.cli", "run", "-d", job.parent.parent, "--engine", engine)
    process = start(*command, where=job, engine=engine)
    wait_for(in_phase.exists)
    stopped_within(SECONDS, process)
    pid = int(json.loads((job / "run.lock").read_text())["pid"])
    wait_for(lambda: not Path(f"/proc/{pid}").exists())
    assert "failure" not in document(job)


@pytest.mark.parametrize("name", ["hoomd", "lammps"])
def test_a_signal_takes_effect_if_steps_become_slow(
    name: str, janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps are a hundred times slower than in the trial that set their number per call."""
    pytest.importorskip(name)
    text = TINY.replace("0.02", "500.0").replace("frame_interval_ps: 2.0", "frame_interval_ps: 1e5")
    job = make(janus_md, tmp_path / "workspace", text + "  relative_permittivity: 1.0\n")[1.0]
    lines = """
        def measured_rate(execution, of=measured_rate):
            return 100.0 * of(execution)
    """
    patch_processes(tmp_path / "site", monkeypatch, simulation__execution=lines)
    process = worker("simulate", job, name)
    worker_of(job)
    stopped_within(SECONDS + 1.0, process)
    assert (job / "restart.npz").exists()


def test_work_that_checks_for_signals_is_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """This is the case of a user's process, such as a notebook."""
    before = signal.getsignal(signal.SIGALRM)
    with interrupts.stop_signals() as came:
        with interrupts.interruptible("message"):
            os.kill(os.getpid(), signal.SIGTERM)
            assert came()
        with interrupts.interruptible("message"):
            assert came()
        monkeypatch.setattr(interrupts, "GRACE", 0.0)
        with pytest.raises(ToBeContinued, match="message"), interrupts.interruptible("message"):
            raise AssertionError
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def work_on_for_ever() -> None:
    with interrupts.stop_signals(), interrupts.interruptible("message"):
        os.kill(os.getpid(), signal.SIGTERM)
        while True:
            time.sleep(0.01)


def test_work_that_does_not_check_for_signals_is_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interrupts, "GRACE", 0.1)
    begun = time.monotonic()
    with pytest.raises(ToBeContinued, match="message"):
        work_on_for_ever()
    assert 0.1 < time.monotonic() - begun < SECONDS


def test_without_stop_signals_nothing_is_changed() -> None:
    with interrupts.interruptible("message"):
        os.kill(os.getpid(), signal.SIGCHLD)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
