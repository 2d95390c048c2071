"""A worker that the run has started: it runs operations of jobs, one after another.

A process that has run one operation runs the next one faster than a new process. It has loaded the
engine, and it has its own copies of the memory pages that a new process shares with the fork server
and must copy when it first writes to them.

Only an operation that has ended as :data:`worker.DONE` is followed by another. The worker then
reports ``{"idle": true}`` and waits for a :class:`Request`, which it confirms by
``{"taken": true}``. It ends at the end of the pipe.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from janus_md.common.memory import forget_peak, release, resident_memory
from janus_md.engines import ranks
from janus_md.running import worker
from janus_md.running.pipe import Reporter
from janus_md.simulation.run_options import RunOptions

GROWTH = 80.0
"""Growth of the memory of a worker since its start up to which it takes another operation, MB.
Measured with 216 bodies: an operation leaves 30 MB (HOOMD-blue) to 55 MB (an analysis), most of it
libraries, and further ones of its kind add nothing. A leak ends the worker in time, and the peak
memory that a job records contains little of a larger job before it."""


@dataclass(frozen=True)
class Request:
    """An operation for a worker.

    Attributes
    ----------
    operation, directory, options
        As in :func:`worker.work`.
    log : Path
        File for the output of the engine and of libraries.
    variables : dict of str to str
        Environment of the process.
    last : bool
        Whether the worker ends with this operation.
    """

    operation: str
    directory: Path
    options: RunOptions
    log: Path
    variables: dict[str, str]
    last: bool = False


def work_forked(pipe: Connection, request: Request) -> None:
    """Run operations in a process that was just started, and exit.

    Parameters
    ----------
    pipe : Connection
        Pipe for reports and further requests.
    request : Request
        The first operation.
    """
    # The terminal sends Ctrl-C to its whole session; the run forwards it to the worker.
    os.setsid()
    reporter, before = Reporter(pipe.fileno()), resident_memory()
    while True:
        # The context lets warnings that are shown once per process be shown once per operation.
        with warnings.catch_warnings():
            code = _run(request, reporter)
        if code != worker.DONE or request.last or not _can_go_on(before):
            worker.leave(code)
        reporter.send(idle=True)
        try:
            request = pipe.recv()
        except (EOFError, OSError):  # the run needs no further worker, or has ended
            worker.leave(code)
        reporter.send(taken=True)


def _run(request: Request, reporter: Reporter) -> int:
    """Run one operation with its own environment, output and name of the process."""
    operation, directory = request.operation, request.directory
    os.environ.clear()
    os.environ.update(request.variables)
    _redirect(request.log)
    with contextlib.suppress(OSError):  # the name in top; by default that of the fork server
        Path("/proc/self/comm").write_text(f"janus {directory.name[:8]}", encoding="utf-8")
    worker.prepare()

    def work() -> int:
        return worker.work(operation, directory, request.options, reporter)

    return worker.run(operation, directory, reporter, work)


def _redirect(log: Path) -> None:
    """Append the output of this process to a file."""
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)


def _can_go_on(before: float) -> bool:
    """Release what the operation has left, and return whether another one may follow it.

    `before` is the memory of the process before its first operation, MB.
    """
    if ranks.told_to_stop() or threading.active_count() > 1:
        return False
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except OSError:  # the disk is full
        return False
    ctypes.CDLL(None).fflush(None)  # the buffers of C, as of libraries that print
    _redirect(Path(os.devnull))  # the run may remove the file
    release()
    return resident_memory() - before < GROWTH and forget_peak()
