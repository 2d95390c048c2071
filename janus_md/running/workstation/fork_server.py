"""Processes that start within milliseconds, forked from a server that has imported their modules.

The server only imports modules and forks. It does not use an engine, a GPU or MPI, which do not
survive a fork. A crash affects only one process. The server ignores the signals that stop a run,
and ends with the process (on Linux, the thread) that started it.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from janus_md.common.interrupts import signals_blocked
from janus_md.running.workstation.suspension import wake_when_orphaned

_forked = True  # False: the server is not available, and each process imports its modules


def begin(*preload: str) -> None:
    """Start the server, unless it is running; it imports the modules `preload`.

    If the server cannot create its socket, processes start without it, which takes longer. This
    happens if the path of the temporary folder is too long for a socket or cannot be written.
    """
    global _forked
    forkserver.set_forkserver_preload(["janus_md.running.workstation.server_signals", *preload])
    try:
        # Started before the signals are blocked: it ignores them, but would unblock them.
        resource_tracker.ensure_running()
        with _one_thread(), signals_blocked():
            forkserver.ensure_running()
    except OSError:
        _forked = False


def start(target: Callable[..., None], *arguments: Any) -> tuple[BaseProcess, Connection]:
    """Start ``target(pipe, *arguments)`` in a new process.

    Parameters
    ----------
    target : callable
        Function at module level. It has the environment of the server.
    *arguments
        Arguments that can be pickled.

    Returns
    -------
    process : multiprocessing.process.BaseProcess
        The process.
    pipe : multiprocessing.connection.Connection
        This end of a pipe in both directions; the process has the other end.

    Raises
    ------
    OSError
        If the process cannot be started.
    """
    global _forked
    context: Any = get_context("forkserver" if _forked else "spawn")
    mine, its = context.Pipe()
    try:
        process = context.Process(target=_begin, args=(target, its, *arguments))
        process.start()
    except (EOFError, ConnectionError):  # the server was killed
        mine.close()
        if not _forked:
            raise
        _forked = False
        return start(target, *arguments)
    except OSError:
        mine.close()
        raise
    finally:
        its.close()
    return process, mine


def _begin(target: Callable[..., None], *arguments: Any) -> None:
    """Call `target` in a process that was just forked.

    The garbage collector skips the objects of the modules that the server has imported. Otherwise
    each full collection would traverse them, and copy their memory, which this process shares with
    the server. In the server, the collector is off.
    """
    wake_when_orphaned()
    gc.freeze()
    gc.enable()
    # This process's copy of the pipe by which the server detects the end of its parent.
    server: Any = forkserver._forkserver
    if server._forkserver_alive_fd is not None:
        os.close(server._forkserver_alive_fd)
        server._forkserver_alive_fd = None
    target(*arguments)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Set one thread for linear-algebra libraries, which read these variables when imported."""
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
