"""Ctrl-Z suspends a run together with its workers."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


@contextmanager
def suspend_signal() -> Iterator[Callable[[], bool]]:
    """Record SIGTSTP instead of obeying it, unless it is ignored.

    Yields
    ------
    callable
        Whether the signal has come since the last call.
    """
    came = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True

    def wished() -> bool:
        nonlocal came
        told, came = came, False
        return told

    before = signal.getsignal(signal.SIGTSTP)
    if before != signal.SIG_IGN:
        signal.signal(signal.SIGTSTP, note)
    try:
        yield wished
    finally:
        signal.signal(signal.SIGTSTP, before)


def suspend(processes: Collection[int]) -> None:
    """Suspend this process and others until this one is continued.

    The others have called :func:`wake_when_orphaned`.
    """
    if sys.platform == "linux":  # elsewhere they would sleep for ever if this one were killed
        _send(processes, signal.SIGSTOP)
    handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, handler)
    _send(processes, signal.SIGCONT)


def wake_when_orphaned() -> None:
    """Let Linux continue this process, if it is suspended, when its parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGCONT, 0, 0, 0)


def _send(processes: Collection[int], number: signal.Signals) -> None:
    for one in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, number)
