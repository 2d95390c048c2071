"""The ranks of one simulation: processes under MPI, each with a part of the box.

Rank 0 controls the others (:mod:`janus_md.engines.distributed`); only rank 0 makes decisions,
writes files and prints messages. A process that does not join others is the only rank and does not
import MPI.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray

Value = TypeVar("Value")

ABORT_SECONDS = 10.0
"""Time that a failed rank waits for the others to fail too before it aborts all of them."""

_FORWARD_SECONDS = 1.0
"""Seconds for mpiexec to forward output; it drops output that is unread when a rank ends."""

_world: Any = None  # the communicator of mpi4py; None for one rank
_last_words: Callable[[str], None] | None = None
_signalled = False  # this rank has received a signal
_signalled_ranks = 0  # number of such ranks at the last :func:`agree`


def join(expected: int, last_words: Callable[[str], None] | None = None) -> None:
    """Join the `expected` ranks that mpiexec, or a scheduler's launcher, has started.

    Parameters
    ----------
    expected : int
        Number of ranks; with 1, there is nothing to join.
    last_words : callable, optional
        Called with the message of a failed rank before it aborts all ranks.

    Raises
    ------
    JanusError
        If mpi4py is missing, or the launcher started another number.
    """
    global _world, _last_words
    if expected < 1:
        raise JanusError(f"ranks: {expected} is not a number of processes; allowed are 1 and more")
    if expected == 1:
        started = int(os.environ.get("PMI_SIZE") or os.environ.get("OMPI_COMM_WORLD_SIZE") or 1)
        if started > 1:
            raise JanusError(
                f"ranks: 1 was requested, but {started} were started; allowed is {started}, or "
                "start it without mpiexec"
            )
        return
    try:
        import mpi4py

        mpi4py.rc.thread_level = "funneled"
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise JanusError(
            f"ranks: {expected} need mpi4py, which does not load ({error}); "
            "pip install mpi4py, or use 1 rank"
        ) from error
    if MPI.COMM_WORLD.size != expected:
        library = " ".join(MPI.Get_library_version().split("\n")[0].strip("\0").split())
        raise JanusError(
            f"ranks: {expected} were requested, but {MPI.COMM_WORLD.size} joined; start them with "
            f"mpiexec -n {expected} of mpi4py's own MPI ({library}), or with the scheduler's "
            "launcher and a type of MPI that this MPI knows, such as pmi2 (for janus-md submit it "
            "is the key mpi in clusters.yaml)"
        )
    _world, _last_words = MPI.COMM_WORLD, last_words


def launched_first(*variables: str) -> bool:
    """Whether this process is the first rank according to the launcher, even before ranks join.

    `variables` are environment variables in which launchers other than mpiexec store the rank.
    """
    names = ("PMI_RANK", "OMPI_COMM_WORLD_RANK", *variables)
    return int(next(filter(None, map(os.environ.get, names)), 0)) == 0


def size() -> int:
    """Return the number of ranks."""
    return 1 if _world is None else int(_world.size)


def rank() -> int:
    """Return the number of this rank, from 0."""
    return 0 if _world is None else int(_world.rank)


def local_rank() -> int:
    """Return the number of this rank among those on its machine, from 0."""
    if _world is None:
        return 0
    from mpi4py import MPI

    node = _world.Split_type(MPI.COMM_TYPE_SHARED)
    try:
        return int(node.rank)
    finally:
        node.Free()


def alone() -> Any:
    """Return the communicator of only this rank; None if there is one rank."""
    if _world is None:
        return None
    from mpi4py import MPI

    return MPI.COMM_SELF


def broadcast(value: Value) -> Value:
    """Return the `value` of rank 0 on every rank."""
    return value if _world is None else _world.bcast(value, root=0)


def gather(rows: FloatArray) -> FloatArray:
    """Return the `rows` of all ranks, one rank after another, on every rank."""
    return rows if _world is None else np.concatenate(_world.allgather(rows))


def total(values: FloatArray) -> FloatArray:
    """Return the sum of `values` over all ranks, on every rank."""
    return values if _world is None else np.sum(_world.allgather(values), axis=0)


def wish_to_stop() -> None:
    """Report to rank 0, at the next :func:`agree`, that this rank has received a signal."""
    global _signalled
    _signalled = True


def told_to_stop() -> bool:
    """Whether any rank has received a signal."""
    return _signalled or _signalled_ranks > 0


def agree(error: Exception | None) -> None:
    """Synchronise all ranks after a common task; `error` is the error on this rank, if any.

    A failed rank aborts all ranks if the others still wait for it in the middle of the task.

    Raises
    ------
    ArithmeticError, JanusError, RuntimeError
        If a rank has failed; the error of this rank takes precedence.
    """
    global _signalled_ranks
    if _world is not None:
        mine, all_ranks = np.array([error is not None, _signalled], np.int64), np.zeros(2, np.int64)
        request = _world.Iallreduce(mine, all_ranks)
        if error is None:
            request.Wait()
        else:
            _wait_or_abort(request, error)
        failures, _signalled_ranks = all_ranks.tolist()
        if failures:
            told = _world.allgather(None if error is None else (_kind(error), str(error)))
            if error is None:
                number, (kind, text) = next((k, row) for k, row in enumerate(told) if row)
                error = kind(f"rank {number}: {text}")
    if error is not None:
        raise error


def _kind(error: Exception) -> type[Exception]:
    return next((k for k in (ArithmeticError, JanusError) if isinstance(error, k)), RuntimeError)


def _wait_or_abort(request: Any, error: Exception) -> None:
    end = time.monotonic() + ABORT_SECONDS
    while not request.Test():
        if time.monotonic() > end:
            message = f"rank {rank()}: {error}"
            with contextlib.suppress(Exception):
                if _last_words is not None:
                    _last_words(message)
            abort(message)
        time.sleep(0.01)


def abort(message: str) -> None:
    """Abort all ranks at once with exit code 1; this rank prints the reason."""
    print(message, file=sys.stderr, flush=True)
    if _world is not None:
        time.sleep(_FORWARD_SECONDS)
        _world.Abort(1)
