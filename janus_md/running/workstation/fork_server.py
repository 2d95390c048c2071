"""Processes forked from one that has imported what they need: each starts in milliseconds.

The server imports what it is told to and forks, and does nothing else: no engine, no GPU and no
MPI is there that a fork would tear apart. A crash costs its own process. Signals that ask for an
end do not end the server: it ends with the process that has begun it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from janus_md.common.interrupts import signals_blocked
from janus_md.running.workstation.suspension import wake_when_orphaned

_forked = True  # else each process imports for itself


def begin(*preload: str) -> None:
    """Start the server, so that it imports the modules `preload` while its first process is made.

    Where it runs already, nothing happens.

    Where it cannot have a socket (the path of the folder for temporary files is longer than a
    socket's name may be, or nothing can be written there), processes start without it, later.
    """
    global _forked
    forkserver.set_forkserver_preload(["janus_md.running.workstation.server_signals", *preload])
    try:
        resource_tracker.ensure_running()  # it has shelter of its own, but unblocks what is blocked
        with _one_thread(), signals_blocked():
            forkserver.ensure_running()
    except OSError:
        _forked = False


def start(target: Callable[..., None], *arguments: Any) -> tuple[BaseProcess, Connection]:
    """Start ``target(pipe, *arguments)`` in a process of its own.

    Parameters
    ----------
    target : callable
        Function of a module. It begins in the environment of the server.
    *arguments
        What can be pickled.

    Returns
    -------
    process : multiprocessing.process.BaseProcess
        It ends with the exit code that `target` leaves with.
    pipe : multiprocessing.connection.Connection
        Its end for reading; the process has the other one.

    Raises
    ------
    OSError
        Where there is no room for another process.
    """
    global _forked
    context: Any = get_context("forkserver" if _forked else "spawn")
    reader, writer = context.Pipe(duplex=False)
    try:
        process = context.Process(target=_begin, args=(target, writer, *arguments))
        process.start()
    except (EOFError, ConnectionError):  # the server was killed
        reader.close()
        if not _forked:
            raise
        _forked = False
        return start(target, *arguments)
    except OSError:
        reader.close()
        raise
    finally:
        writer.close()
    return process, reader


def _begin(target: Callable[..., None], *arguments: Any) -> None:
    """Leave the server to the process that has begun it: it ends with that one, and wakes this."""
    wake_when_orphaned()
    server: Any = forkserver._forkserver
    if server._forkserver_alive_fd is not None:
        os.close(server._forkserver_alive_fd)
        server._forkserver_alive_fd = None
    target(*arguments)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let libraries of linear algebra, which read this once, start no threads."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
