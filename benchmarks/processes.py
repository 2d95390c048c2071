"""Functions in a process of their own, the end of a group of processes, and their environment."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, suppress
from multiprocessing import get_context
from typing import Any


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a new process, which ends then, and return its result."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(function, *arguments).result()


def side_by_side(*calls: tuple[Any, ...]) -> list[Any]:
    """Call functions at the same time, on one core, and return their results.

    What slows the machine down for a while slows all of them, so that their CPU times can be
    compared more exactly than those of calls one after the other.

    Parameters
    ----------
    *calls : tuple
        A function and its arguments; it is called in a new process.
    """
    context = get_context("spawn")
    with ExitStack() as stack:
        pools = [
            stack.enter_context(ProcessPoolExecutor(1, mp_context=context, initializer=_pin))
            for _ in calls
        ]
        running = [pool.submit(*call) for pool, call in zip(pools, calls, strict=True)]
        return [one.result() for one in running]


def _pin() -> None:
    """Use the first core only, where the system allows it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def keep_bytecode() -> None:
    """Let the commands of this process keep compiled modules, as they do on most machines.

    They would otherwise compile all modules at each start.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


GRACE_SECONDS = 10.0
"""Time between the interrupt and the end of processes that are stopped."""


def end_group(leader: int, wait: Callable[[float], Any], seconds: float = GRACE_SECONDS) -> None:
    """Interrupt the processes of a group, and kill those that do not end.

    Parameters
    ----------
    leader : int
        Number of the process that leads the group.
    wait : callable
        Waits for it, for at most so many seconds.
    seconds : float
        Time between the interrupt and the end.
    """
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        wait(seconds)
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
