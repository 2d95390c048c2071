"""Processes forked from one that has imported what they need: each starts in milliseconds.

The server imports (:mod:`janus_md.preloaded`) and forks, and does nothing else: no engine, no GPU,
no MPI and no thread is there that a fork would tear apart. A crash costs its own process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, get_context

_CONTEXT = get_context("forkserver")

Pipe, Process = _CONTEXT.Pipe, _CONTEXT.Process
"""As of :mod:`multiprocessing`; a process begins in the folder and environment of the server."""


def begin() -> None:
    """Start the server, so that it imports while its first process is made ready."""
    _CONTEXT.set_forkserver_preload(["janus_md.preloaded"])
    with _one_thread():
        forkserver.ensure_running()


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
