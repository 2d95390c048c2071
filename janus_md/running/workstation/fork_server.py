"""Processes forked from a server that has imported their modules: each starts in milliseconds.

The server only imports modules and forks. It uses no engine, GPU or MPI, which do not survive a
fork. A crash affects only one process. The server ignores the signals that stop a run, and ends
with the process that has started it.
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

_forked = True  # else each process imports its modules itself


def begin(*preload: str) -> None:
    """Start the server, which imports the modules `preload`, unless it runs already.

    If it cannot have a socket (the path of the folder for temporary files is too long for one, or
    the folder cannot be written), processes start without it, which takes longer.
    """
    global _forked
    forkserver.set_forkserver_preload(["janus_md.running.workstation.server_signals", *preload])
    try:
        resource_tracker.ensure_running()  # it ignores signals itself, but unblocks them
        with _one_thread(), signals_blocked():
            forkserver.ensure_running()
    except OSError:
        _forked = False


def start(target: Callable[..., None], *arguments: Any) -> tuple[BaseProcess, Connection]:
    """Start ``target(pipe, *arguments)`` in a process of its own.

    Parameters
    ----------
    target : callable
        Function of a module. It starts with the environment of the server.
    *arguments
        Arguments that can be pickled.

    Returns
    -------
    process : multiprocessing.process.BaseProcess
        It ends with the exit code of `target`.
    pipe : multiprocessing.connection.Connection
        Its end for reading; the process has the other one.

    Raises
    ------
    OSError
        If no further process can be started.
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
    """Close the server's pipe to its starter in this process, so that the server ends with it."""
    wake_when_orphaned()
    server: Any = forkserver._forkserver
    if server._forkserver_alive_fd is not None:
        os.close(server._forkserver_alive_fd)
        server._forkserver_alive_fd = None
    target(*arguments)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep libraries of linear algebra, which read this once, from starting threads."""
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
