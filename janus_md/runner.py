"""Many jobs at a time on this machine: each operation of each job is a process of its own."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from janus_md.interrupts import stop_signals
from janus_md.walltime import MARGIN, NO_LIMIT, Limit
from janus_md.worker import DONE, HELD, STOPPED

BODIES_PER_THREAD = 500
"""Bodies that make a further thread worth its while: with fewer, threads mostly wait for another,
and on a machine that does something else too they wait long."""

_LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Job:
    """A job that has something left to do.

    Attributes
    ----------
    id : str
        Its id.
    directory : Path
        Its folder.
    label : str
        What tells it from the others.
    operations : tuple of str
        What is left to do, in order.
    n_bodies : int
        Size of its system.
    """

    id: str
    directory: Path
    label: str
    operations: tuple[str, ...]
    n_bodies: int = 0


@dataclass(frozen=True)
class Machine:
    """What may be used.

    Attributes
    ----------
    engine, device : str
        As asked for.
    slots : int
        Jobs at a time.
    cores : int
        Cores that they share.
    gpus : int
        GPUs that they share; 0 where none is to be used.
    until_stationary : bool
        Whether a simulation ends when its wires no longer grow.
    allow : tuple of str
        What may have changed since a checkpoint was written.
    limit : Limit
        When all must have ended.
    """

    engine: str = "auto"
    device: str = "auto"
    slots: int = 1
    cores: int = 1
    gpus: int = 0
    until_stationary: bool = False
    allow: tuple[str, ...] = ()
    limit: Limit = NO_LIMIT


@dataclass
class Running:
    """A job in its process, and how far it says it is."""

    job: Job
    operation: str
    process: subprocess.Popen[bytes]
    pipe: int
    gpu_id: int
    log: Path
    begun: float = field(default_factory=time.monotonic)
    stage: str = ""
    step: int = 0
    total: int = 0
    rate: float = 0.0
    wires: float | None = None
    message: str = ""
    unread: bytes = b""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others: job and operation."""
        return self.job.id, self.operation

    @property
    def share(self) -> float:
        """Share of the operation that is done."""
        return self.step / self.total if self.total else 0.0

    def read(self) -> bool:
        """Take in what the process has told; False at the end of the pipe."""
        chunk = os.read(self.pipe, 1 << 16)
        *lines, self.unread = (self.unread + chunk).split(b"\n")
        for line in lines:
            told = json.loads(line)
            if "message" in told:
                self.message = told["message"]
            else:
                self.stage, self.step = told["stage"], told["step"]
                self.total, self.rate = told["total"], told["rate"]
                self.wires = told["wires"]
        return bool(chunk)


class Display(Protocol):
    """Shows what goes on."""

    def begin(self, running: Running) -> None:
        """Show a job that has begun an operation."""

    def show(self, running: Iterable[Running]) -> None:
        """Show how far the running jobs are; called a few times a second."""

    def end(self, running: Running, code: int) -> None:
        """Show the end of an operation, with its exit code."""


@dataclass
class Outcome:
    """What became of the jobs."""

    done: list[Job] = field(default_factory=list)
    failed: list[tuple[Job, str]] = field(default_factory=list)
    held: list[tuple[Job, str]] = field(default_factory=list)
    left: list[Job] = field(default_factory=list)


def cores_here() -> int:
    """Cores that this process may use: of the machine, or of what Slurm has allotted."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    allotted = os.environ.get("SLURM_CPUS_PER_TASK", "")  # Slurm binds no core where not told to
    return min(cores or 1, int(allotted)) if allotted.isdigit() else cores or 1


Crashed = Callable[[Job, str, str], None]


def run_jobs(jobs: Sequence[Job], machine: Machine, display: Display, crashed: Crashed) -> Outcome:
    """Do what is left of all jobs; what fails costs its own job alone.

    An interrupt or termination signal, or the machine's limit, is passed on once: the workers write
    their checkpoints, and what is left is told. A second signal kills them.

    Parameters
    ----------
    jobs : sequence of Job
        In the order in which they begin.
    machine : Machine
        What may be used.
    display : Display
        Is told what goes on.
    crashed : callable
        ``crashed(job, operation, message)`` marks a job whose process died without a word.
    """
    return _Pool(jobs, machine, display, crashed).run()


class _Pool:
    def __init__(
        self, jobs: Sequence[Job], machine: Machine, display: Display, crashed: Crashed
    ) -> None:
        self._waiting = deque((job, operation) for job in jobs for operation in job.operations[:1])
        self._machine, self._display, self._crashed = machine, display, crashed
        self._running: list[Running] = []
        self._selector = selectors.DefaultSelector()
        self._outcome = Outcome()

    def run(self) -> Outcome:
        with stop_signals() as interrupted:
            stopping, limit = False, self._machine.limit
            try:
                while self._running or (self._waiting and not stopping):
                    while (
                        self._waiting and not stopping and len(self._running) < self._machine.slots
                    ):
                        self._start(*self._waiting.popleft())
                    for key, _ in self._selector.select(_LOOK_SECONDS):
                        if not key.data.read():
                            self._end(key.data, stopping)
                    self._display.show(self._running)
                    if (interrupted() or limit.left() < MARGIN) and not stopping:
                        stopping = True
                        for one in self._running:
                            one.process.send_signal(signal.SIGTERM)
            except BaseException:
                for one in self._running:
                    one.process.kill()
                raise
            finally:
                self._selector.close()
        self._outcome.left += [job for job, _ in self._waiting]
        return self._outcome

    def _start(self, job: Job, operation: str) -> None:
        machine = self._machine
        sharing = min(machine.slots, len(self._running) + 1 + len(self._waiting))
        threads = max(1, machine.cores // sharing)
        if operation == "simulate":
            threads = max(1, min(threads, job.n_bodies // BODIES_PER_THREAD))
        used = [one.gpu_id for one in self._running]
        gpu_id = min(range(max(1, machine.gpus)), key=used.count)
        log = job.directory / f"{operation}.out"
        reader, writer = os.pipe()
        command = [
            sys.executable, "-m", "janus_md.worker", operation, str(job.directory),
            "--engine", machine.engine, "--device", machine.device,
            "--threads", str(threads), "--gpu-id", str(gpu_id), "--pipe", str(writer),
        ]  # fmt: skip
        if machine.until_stationary:
            command.append("--until-stationary")
        command += [f"--allow={name}" for name in machine.allow]
        try:
            output = log.open("wb")
        except OSError as error:
            os.close(reader)
            os.close(writer)
            self._outcome.failed.append((job, f"{log}: {error.strerror}; mend that and run again"))
            return
        with output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(writer,),
                env=os.environ | {"OMP_NUM_THREADS": str(threads)} | machine.limit.environment(),
                # A terminal's Ctrl-C goes to all of its processes: the workers must not hear it
                # twice.
                start_new_session=True,
            )
        os.close(writer)
        running = Running(job, operation, process, reader, gpu_id, log)
        self._selector.register(reader, selectors.EVENT_READ, running)
        self._running.append(running)
        self._display.begin(running)

    def _end(self, running: Running, stopping: bool) -> None:
        self._selector.unregister(running.pipe)
        os.close(running.pipe)
        code = running.process.wait()
        self._running.remove(running)
        job, outcome = running.job, self._outcome
        if code == DONE:
            rest = job.operations[job.operations.index(running.operation) + 1 :]
            if rest:
                self._waiting.appendleft((job, rest[0]))
            else:
                outcome.done.append(job)
        elif code == STOPPED or (stopping and (not running.message or code == -signal.SIGTERM)):
            # The signal came before the process could listen to it, or when it no longer did.
            code = STOPPED
            running.message = running.message or "before its first checkpoint; run again to go on"
            outcome.left.append(job)
        elif code == HELD:
            outcome.held.append((job, running.message))
        else:
            if not running.message:
                running.message = _last_words(running, code)
                self._crashed(job, running.operation, running.message)
            outcome.failed.append((job, running.message))
        if running.log.stat().st_size == 0:
            running.log.unlink()
        self._display.end(running, code)


def _last_words(running: Running, code: int) -> str:
    """Say how a process died."""
    how = (
        f"was killed by {signal.Signals(-code).name}"
        if code < 0
        else f"ended with exit code {code}"
    )
    said = f"; its output is in {running.log}" if running.log.stat().st_size else ""
    return f"the process of {running.operation} {how}{said}"
