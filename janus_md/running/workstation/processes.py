"""A job, its process and the progress that the process reports."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from janus_md.common.locks import holder, locks_here
from janus_md.running.worker import work_forked
from janus_md.running.workstation import fork_server
from janus_md.simulation.run_options import RunOptions

OUT_OF_MEMORY = (
    "most likely by the kernel because memory ran out; fewer jobs at a time (--jobs) need less, "
    "and janus-md submit --memory asks for more"
)


@dataclass(frozen=True)
class Job:
    """A job with operations left.

    Attributes
    ----------
    id : str
        Its id.
    directory : Path
        Its folder.
    label : str
        Name that distinguishes it from the others.
    operations : tuple of str
        Operations that are left, in order.
    n_bodies : int
        Size of its system.
    threads : int
        Threads that its simulation has run with so far; 0 if it has not begun.
    """

    id: str
    directory: Path
    label: str
    operations: tuple[str, ...]
    n_bodies: int = 0
    threads: int = 0


@dataclass
class Running:
    """An operation of a job in its process, with the progress that it has reported."""

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
    unread: bytes = b""

    @property
    def key(self) -> tuple[str, str]:
        """Job and operation, which identify it."""
        return self.job.id, self.operation

    @property
    def share(self) -> float:
        """Fraction of the operation that is done."""
        return self.step / self.total if self.total else 0.0

    @property
    def steps(self) -> bool:
        """Whether it integrates the equations of motion at present."""
        return self.operation == "simulate" and self.rate > 0

    @property
    def prepares(self) -> bool:
        """Whether it is a simulation that has not begun to integrate."""
        return self.operation == "simulate" and self.total == 0

    @property
    def output(self) -> int:
        """Bytes of output of engine and libraries; 0 if the file was removed."""
        try:
            return self.log.stat().st_size
        except OSError:
            return 0

    def read(self) -> bool:
        """Read the messages of the process; False at the end of the pipe."""
        chunk = os.read(self.pipe.fileno(), 1 << 16)
        *lines, self.unread = (self.unread + chunk).split(b"\n")
        for line in lines:
            told = json.loads(line)
            if "message" in told:
                self.message = told["message"]
            elif "warning" in told:
                self.warning = told["warning"]
            else:
                self.stage, self.step = told["stage"], told["step"]
                self.total, self.rate = told["total"], told["rate"]
                self.wires = told["wires"]
        return bool(chunk)

    def describe_end(self, code: int) -> str:
        """Say how a process ended, with exit code `code` and without a message."""
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
        said = f"; its output is in {self.log}" if self.output else ""
        return f"the process of {self.operation} {how}{said}"


def kernel_kills(root: Path = Path("/")) -> int:
    """Return how many processes the kernel has killed because memory ran out.

    Those of the control group of this process count: on a cluster, those of its job. Without
    control groups all processes of the machine count. `root` is the root of the file system.
    """
    for counter in (*_counters(root), root / "proc/vmstat"):
        with suppress(OSError):
            for line in counter.read_text(encoding="utf-8").splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return 0


def _counters(root: Path) -> Iterator[Path]:
    """Yield the files with the counters of this process's control group, version 2 and 1."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, group = line.split(":", 2)
            if not controllers:
                yield root / f"sys/fs/cgroup{group}/memory.events"
            elif "memory" in controllers.split(","):
                yield root / f"sys/fs/cgroup/memory{group}/memory.oom_control"


def start(job: Job, operation: str, options: RunOptions, gpu_id: int | None) -> Running:
    """Start a worker.

    Raises
    ------
    OSError
        If its folder cannot be written.
    """
    log = job.directory / f"{operation}.out"
    if not holder(job.directory, locks_here()):  # else the file belongs to another run
        log.write_bytes(b"")
    variables = os.environ | {"OMP_NUM_THREADS": str(options.threads)}
    process, pipe = fork_server.start(
        work_forked, operation, job.directory, options, log, variables
    )
    return Running(job, operation, process, pipe, log, options.threads, gpu_id)
