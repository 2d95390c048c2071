"""Early ends of a run: by Ctrl-C, by a crash of a worker, by lack of memory."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import resource
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from janus_md.common import interrupts
from janus_md.running import worker
from janus_md.running.workstation import fork_server, forked, runner
from janus_md.running.workstation.forked import Request
from janus_md.running.workstation.processes import Job, Running
from janus_md.simulation.run_options import RunOptions
from tests.conftest import PATIENCE, TINY, Result, environment, wait_for
from tests.running.workstation.devices import little_memory
from tests.running.workstation.test_runner import document, frames, make, running

Cli = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]

ENDLESS = TINY.replace("produce_ns: 0.02", "produce_ns: 500.0").replace(
    "frame_interval_ps: 2.0", "frame_interval_ps: 100.0"
)
"""A job that does not end while a test lasts."""


def worker_of(job: Path) -> int:
    """Return the process that runs a job, once it integrates."""
    wait_for(lambda: (job / "trajectory.partial.gsd").exists())
    return int(json.loads((job / "run.lock").read_text())["pid"])


def test_a_second_interrupt_stops_immediately(
    janus_md: Cli, start_janus_md: Start, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    job = make(janus_md, place, ENDLESS + "  relative_permittivity: 1\n")[1.0]
    process = start_janus_md("run", "-d", place, "--engine", engine)
    worker = worker_of(job)
    assert Path(f"/proc/{worker}/comm").read_text() == f"janus {job.name[:8]}\n"
    os.kill(worker, signal.SIGSTOP)  # it cannot write the checkpoint that it is asked for
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    said = ""
    while "press Ctrl-C again to stop immediately" not in said:
        said = process.stdout.readline()
        assert said
    assert running(worker)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert out == "stopped at once; run again to go on from the last checkpoints\n"
    assert not running(worker)


def test_a_signal_of_a_batch_system_is_not_reported_as_ctrl_c(
    janus_md: Cli, start_janus_md: Start, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    job = make(janus_md, place, ENDLESS + "  relative_permittivity: 1\n")[1.0]
    process = start_janus_md("run", "-d", place, "--engine", engine, "--walltime", "01:00:00")
    worker_of(job)
    process.send_signal(signal.SIGUSR1)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 75, err
    assert re.search(r"stopping after checkpoints; the time limit is in 00:59:\d\d", out)
    assert "Ctrl-C" not in out + err


@pytest.mark.skipif(sys.platform != "linux", reason="/proc, and who wakes whom, are Linux's")
def test_ctrl_z_suspends_the_workers_and_a_kill_leaves_none_behind(
    janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    job = make(janus_md, place, ENDLESS + "  relative_permittivity: 1\n")[1.0]
    process = subprocess.Popen(
        [sys.executable, "-m", "janus_md.cli", "run", "-d", place, "--engine", engine],
        stdout=subprocess.DEVNULL,
        env=environment(),
        process_group=0,  # as a shell does; of its own session it could not be suspended
    )
    both = (process.pid, worker_of(job))

    def states() -> list[str]:
        texts = [Path(f"/proc/{one}/stat").read_text() for one in both]
        return [text.rpartition(")")[2].split()[0] for text in texts]

    for _ in range(2):
        os.killpg(process.pid, signal.SIGTSTP)
        wait_for(lambda: states() == ["T", "T"])
        os.killpg(process.pid, signal.SIGCONT)
        wait_for(lambda: "T" not in states())
    os.killpg(process.pid, signal.SIGTSTP)
    wait_for(lambda: states() == ["T", "T"])
    process.kill()
    process.wait()
    wait_for(lambda: not running(both[1]))
    assert (job / "restart.npz").exists()


def test_a_terminal_shows_a_table_and_takes_ctrl_c(
    janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    job = make(janus_md, place, ENDLESS + "  relative_permittivity: 1\n")[1.0]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "janus_md.cli", "run", "-d", place, "--engine", engine],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment() | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    shown = b""

    def read() -> bool:
        nonlocal shown
        try:
            chunk = os.read(ours, 1 << 16)
        except OSError:  # the terminal's other side is closed
            return False
        shown += chunk
        return bool(chunk)

    wait_for(lambda: read() and b"produce" in shown)
    assert b"steps/s" in shown
    assert b"0 of 1 job done, 1 running" in shown
    os.write(ours, b"\x03")
    while read():
        pass
    os.close(ours)
    assert process.wait(timeout=PATIENCE) == 75
    assert b"stopping after checkpoints" in shown
    assert b"1 left for a later run" in shown
    assert (job / "restart.npz").exists()


def test_a_signal_to_all_processes_ends_in_checkpoints(
    janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    """The signal is sent to the run, the fork server and the workers, as by a batch system."""
    place = tmp_path / "workspace"
    job = make(janus_md, place, ENDLESS + "  relative_permittivity: 1\n")[1.0]
    process = subprocess.Popen(
        [sys.executable, "-m", "janus_md.cli", "run", "-d", place, "--engine", engine],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )
    worker = worker_of(job)
    os.kill(worker, signal.SIGTERM)
    os.killpg(process.pid, signal.SIGTERM)
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 75, out
    assert "1 left for a later run" in out
    assert (job / "restart.npz").exists()
    assert "failure" not in document(job)


def test_a_second_run_skips_the_jobs_of_the_first(
    janus_md: Cli, start_janus_md: Start, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    job = make(janus_md, place, ENDLESS + "  relative_permittivity: 1\n")[1.0]
    first = start_janus_md("run", "-d", place, "--engine", engine)
    worker_of(job)
    output = job / "simulate.out"
    output.write_text("words")
    second = janus_md("run", "-d", place, "--engine", engine)
    assert second.code == 75
    assert "1 held by another run" in second.out
    assert output.read_text() == "words"
    output.unlink()  # whoever does so
    first.send_signal(signal.SIGINT)
    out, err = first.communicate(timeout=PATIENCE)
    assert (first.returncode, err) == (75, "")
    assert out.endswith("1 left for a later run\n")


class Signals:
    """A display that sends a signal with the first job, and again when the signal is reported."""

    def begin(self, running: Running) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    def show(self, running: Iterable[Running]) -> None: ...

    def end(self, running: Running, code: int) -> None: ...

    def note(self, text: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_repeated_signal_counts_once_unless_it_is_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch system may send a signal to all processes of a job and again to the first one."""

    def start(job: Job, operation: str, options: RunOptions, gpu_id: None) -> Running:
        process, pipe = fork_server.start(little_memory, job.directory)
        return Running(job, operation, process, pipe, tmp_path / "log")

    monkeypatch.setattr(runner, "start", start)
    folder = tmp_path / "device"
    folder.mkdir()
    jobs = [Job("id", folder, "label", ("simulate",))]
    before = {number: signal.getsignal(number) for number in interrupts.SIGNALS}
    monkeypatch.setattr(interrupts, "REPEAT_SECONDS", 1e3)
    outcome = runner.run_jobs(jobs, runner.Machine(), Signals(), lambda *_: None)
    assert outcome.left == jobs
    monkeypatch.setattr(interrupts, "REPEAT_SECONDS", 0.0)
    with pytest.raises(KeyboardInterrupt):
        runner.run_jobs(jobs, runner.Machine(), Signals(), lambda *_: None)
    assert {number: signal.getsignal(number) for number in interrupts.SIGNALS} == before


class SignalAtExit:
    """A standard output that sends a signal at its last flush, when the interpreter exits."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


def work_and_receive_a_signal_at_exit(pipe: Connection, request: Request) -> None:
    sys.stdout = SignalAtExit()  # type: ignore[assignment]
    forked.work_forked(pipe, request)


def test_a_signal_to_a_worker_that_exits_has_no_effect(
    janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    """A run forwards a signal that the worker has already received and handled."""
    place, log = tmp_path / "workspace", tmp_path / "log"
    job = make(janus_md, place, TINY + "  relative_permittivity: 1\n")[1.0]
    options = RunOptions(engine)
    fork_server.begin("janus_md.cli.preloaded")
    process, _ = fork_server.start(
        work_and_receive_a_signal_at_exit,
        Request("simulate", job, options, log, dict(os.environ), last=True),
    )
    process.join()
    assert process.exitcode == worker.DONE, log.read_text()
    assert len(frames(job)) == 11
    # What MPICH shares is in nobody's way: it stood there until the machine was booted again.
    assert not list(Path("/dev/shm").glob(f"mpich_shm_{process.pid:x}_*"))


def work_and_drop_the_exception_of_a_signal(pipe: Connection, request: Request) -> None:
    work = worker.work

    def told(*more: Any) -> int:
        with contextlib.suppress(SystemExit):  # as the interpreter does in a callback
            os.kill(os.getpid(), signal.SIGTERM)
        return work(*more)

    worker.work = told
    forked.work_forked(pipe, request)


@pytest.mark.parametrize("operation", ["simulate", "analyze"])
def test_a_signal_takes_effect_even_if_its_exception_is_dropped(
    operation: str, janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    place, log = tmp_path / "workspace", tmp_path / "log"
    job = make(janus_md, place, TINY + "  relative_permittivity: 1\n")[1.0]
    options = RunOptions(engine)
    if operation == "analyze":
        worker.work("simulate", job, options, worker.Reporter(None))
    fork_server.begin("janus_md.cli.preloaded")
    process, pipe = fork_server.start(
        work_and_drop_the_exception_of_a_signal,
        Request(operation, job, options, log, dict(os.environ)),
    )
    process.join()
    assert process.exitcode == worker.STOPPED, log.read_text()
    assert b"; run again to " in os.read(pipe.fileno(), 1 << 16)


def test_a_segmentation_fault_affects_only_its_job(
    janus_md: Cli, start_janus_md: Start, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    crashed = make(janus_md, place, ENDLESS + "  relative_permittivity: 1\n")[1.0]
    sound = make(janus_md, place, TINY + "  relative_permittivity: 2\n")[2.0]
    process = start_janus_md("run", "-d", place, "--engine", engine, "-j", 2)
    os.kill(worker_of(crashed), signal.SIGSEGV)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, err
    assert "1 done, 1 failed" in out
    message = document(crashed)["failure"]["message"]
    assert "was killed by SIGSEGV, a crash inside the engine or a library" in message
    trace = (crashed / "simulate.out").read_text()
    assert "Fatal Python error: Segmentation fault" in trace
    assert "janus_md/simulation/run.py" in trace  # where it was, in a stage or between two
    assert len(frames(sound)) == 11


@pytest.mark.slow
def test_lack_of_memory_affects_only_its_job(
    janus_md: Cli,
    start_janus_md: Start,
    tmp_path: Path,
    engine: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The engine starts anew at each checkpoint, and asks for memory then.
    monkeypatch.setenv("JANUS_MD_CHECKPOINT_SECONDS", "0.2")
    place = tmp_path / "workspace"
    greedy = make(janus_md, place, ENDLESS + "  relative_permittivity: 1\n")[1.0]
    sound = make(janus_md, place, TINY + "  relative_permittivity: 2\n")[2.0]
    process = start_janus_md("run", "-d", place, "--engine", engine, "-j", 2)
    resource.prlimit(worker_of(greedy), resource.RLIMIT_AS, (1 << 20, 1 << 20))
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, err
    assert "1 done, 1 failed" in out
    assert document(greedy)["failure"]["message"]
    assert len(frames(sound)) == 11


def test_a_long_path_of_the_temporary_folder_only_costs_time(
    janus_md: Cli, start_janus_md: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, long = tmp_path / "workspace", tmp_path / ("x" * 120)  # a socket's name has 107 bytes
    make(janus_md, place, TINY + "  relative_permittivity: 1\n")
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    process = start_janus_md("run", "-d", place, "--operation", "simulate")
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert out.endswith("1 done\n")
