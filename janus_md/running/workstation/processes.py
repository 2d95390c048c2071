"""Jobs, their worker processes, running or idle, and the progress that these report."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from janus_md.common import plugins
from janus_md.common.locks import holder, locks_here
from janus_md.running.workstation import fork_server
from janus_md.running.workstation.forked import Request, work_forked
from janus_md.simulation.run_options import RunOptions

OUT_OF_MEMORY = (
    "most likely by the kernel because memory ran out; run fewer jobs at a time (--jobs), or "
    "request more memory with janus-md submit --memory"
)


@dataclass(frozen=True)
class Job:
    """An unfinished job.

    Attributes
    ----------
    id : str
        Id of the job.
    directory : Path
        Folder of the job.
    label : str
        Label that distinguishes it from the other jobs.
    operations : tuple of str
        Remaining operations, in order.
    n_bodies : int
        Number of bodies.
    threads : int
        Number of threads of its simulation so far; 0 if it has not started.
    device : str
        Device of its simulation so far (``cpu``, ``gpu``); empty if it has not started.
    """

    id: str
    directory: Path
    label: str
    operations: tuple[str, ...]
    n_bodies: int = 0
    threads: int = 0
    device: str = ""


@dataclass
class Running:
    """A running operation with its process and the progress that it has reported.

    ``idle`` is True when the operation is done and the process waits for another one. ``taken`` is
    False until a process that has waited for the operation reports that it runs it.
    """

    job: Job
    operation: str
    process: BaseProcess
    pipe: Connection
    log: Path
    threads: int = 1
    gpu_id: int | None = None
    begun: float = field(default_factory=time.monotonic)
    kernel_kills: int = field(default_factory=lambda: kernel_kills())
    stage: str = ""
    step: int = 0
    total: int = 0
    rate: float = 0.0
    wires: float | None = None
    message: str = ""
    warning: str = ""
    device: str = ""
    choice: str = ""
    idle: bool = False
    taken: bool = True
    unread: bytes = b""

    @property
    def key(self) -> tuple[str, str]:
        """Job id and operation."""
        return self.job.id, self.operation

    @property
    def share(self) -> float:
        """Fraction of the operation that is done."""
        return self.step / self.total if self.total else 0.0

    @property
    def steps(self) -> bool:
        """Whether it is integrating the equations of motion."""
        return self.operation == "simulate" and self.rate > 0

    @property
    def prepares(self) -> bool:
        """Whether it is a simulation that has not started to integrate."""
        return self.operation == "simulate" and self.total == 0

    @property
    def output(self) -> int:
        """Size of the output of the engine and of libraries, bytes; 0 if there is no file."""
        try:
            return self.log.stat().st_size
        except OSError:
            return 0

    def read(self) -> bool:
        """Read the messages of the process; return False at the end of the operation."""
        try:
            chunk = os.read(self.pipe.fileno(), 1 << 16)
        except ConnectionError:  # the process has ended before it read its request
            return False
        *lines, self.unread = (self.unread + chunk).split(b"\n")
        for line in lines:
            report = json.loads(line)
            if "message" in report:
                self.message = report["message"]
            elif "warning" in report:
                self.warning = report["warning"]
            elif "device" in report:
                self.device, self.choice = report["device"], report["choice"]
            elif "taken" in report:
                self.taken = True
            elif "idle" in report:
                self.idle = True
            else:
                self.stage, self.step = report["stage"], report["step"]
                self.total, self.rate = report["total"], report["rate"]
                self.wires = report["wires"]
        return bool(chunk) and not self.idle

    def join(self) -> int:
        """Wait for the end of the process, and return its exit code."""
        self.pipe.close()
        self.process.join()
        assert self.process.exitcode is not None
        return self.process.exitcode

    def describe_end(self, code: int) -> str:
        """Return a message about a process that ended with exit code `code` without a message."""
        if code >= 0:
            how = f"ended with exit code {code}"
        else:
            how = f"was killed by {signal.Signals(-code).name}"
            if -code == signal.SIGKILL:
                how += (
                    f", {OUT_OF_MEMORY}"
                    if kernel_kills() > self.kernel_kills
                    else ", by another process or by a limit on memory or time of this machine"
                )
            elif -code in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL):
                how += ", a crash inside the engine or a library"
        where = f"; its output is in {self.log}" if self.output else ""
        return f"the process of {self.operation} {how}{where}"


def kernel_kills(root: Path = Path("/")) -> int:
    """Return the number of processes that the kernel has killed because memory ran out.

    They are counted in the control group of this process, which on a cluster is that of its batch
    job. Without control groups, they are counted on the whole machine. `root` is the root of the
    file system.
    """
    for counter in (*_counters(root), root / "proc/vmstat"):
        with suppress(OSError):
            for line in counter.read_text(encoding="utf-8").splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return 0


def _counters(root: Path) -> Iterator[Path]:
    """Yield the files with the counters of this process's control group (version 2 or 1)."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, group = line.split(":", 2)
            if not controllers:
                yield root / f"sys/fs/cgroup{group}/memory.events"
            elif "memory" in controllers.split(","):
                yield root / f"sys/fs/cgroup/memory{group}/memory.oom_control"


def start(job: Job, operation: str, options: RunOptions, gpu_id: int | None) -> Running:
    """Start a worker for an operation.

    Raises
    ------
    OSError
        If the folder of the job cannot be written.
    """
    request = _request(job, operation, options, gpu_id)
    process, pipe = fork_server.start(work_forked, request)
    return Running(job, operation, process, pipe, request.log, options.threads, gpu_id)


def _request(job: Job, operation: str, options: RunOptions, gpu_id: int | None) -> Request:
    """Return an operation as a worker gets it, and empty the file of its output."""
    log = job.directory / f"{operation}.out"
    if not holder(job.directory, locks_here()):  # otherwise another run is writing it
        log.write_bytes(b"")
    variables = os.environ | {"OMP_NUM_THREADS": str(options.threads)}
    # A process keeps the memory of a GPU, and the modules of plugins, which may have state.
    last = gpu_id is not None or bool(plugins.files())
    return Request(operation, job.directory, options, log, variables, last)


class IdleWorkers:
    """Workers that have done an operation and wait for another one."""

    def __init__(self) -> None:
        self._idle: list[Running] = []
        self._ending: list[Running] = []

    def add(self, ended: Running) -> None:
        """Add the worker of an operation that has ended."""
        self._idle.append(ended)

    def start(self, job: Job, operation: str, options: RunOptions) -> Running | None:
        """Let a worker run an operation on CPUs; return None if there is none for it.

        The worker has run the same operation before. Otherwise the peak memory of a simulation
        would include the libraries of an analysis. It also has the same number of threads, because
        libraries read this number when they are loaded. Workers with another number end.

        Raises
        ------
        OSError
            If the folder of the job cannot be written.
        """
        fit = [one for one in self._idle if one.operation == operation]
        if not fit:
            return None
        request = _request(job, operation, options, None)
        for one in reversed(fit):
            self._idle.remove(one)
            if one.threads == options.threads:
                with suppress(ConnectionError):  # it was killed
                    one.pipe.send(request)
                    log, threads = request.log, options.threads
                    return Running(job, operation, one.process, one.pipe, log, threads, taken=False)
            self._end(one)
        return None

    def end(self, except_of: Collection[str] = ()) -> None:
        """Let the workers end, except those of these operations, without waiting for them."""
        for one in [one for one in self._idle if one.operation not in except_of]:
            self._idle.remove(one)
            self._end(one)

    def join(self) -> None:
        """Let all workers end, and wait for them."""
        self.end()
        while self._ending:
            self._ending.pop().join()

    def _end(self, one: Running) -> None:
        one.pipe.close()
        self._ending.append(one)
