"""Functions in a process of their own, the end of a group of processes, and their environment."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from typing import Any


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a new process, which ends then, and return its result."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(function, *arguments).result()


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
