"""Ctrl-Z: what runs many jobs is suspended together with them, and goes on with them."""

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
    """Turn SIGTSTP into a wish, unless it is ignored.

    Yields
    ------
    callable
        Whether the signal has come since it was last asked.
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
    """Suspend this process and others, which have :func:`wake_when_orphaned`, until it is woken."""
    if sys.platform == "linux":  # elsewhere nobody would wake them if this one were killed
        _send(processes, signal.SIGSTOP)
    handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, handler)
    _send(processes, signal.SIGCONT)


def wake_when_orphaned() -> None:
    """Let Linux wake this process, should it be suspended, when the one that forked it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGCONT, 0, 0, 0)


def _send(processes: Collection[int], number: signal.Signals) -> None:
    for one in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, number)
