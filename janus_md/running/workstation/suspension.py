"""Suspension of a run and its workers by Ctrl-Z."""

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
    """Record SIGTSTP instead of suspending the process, unless the signal is ignored.

    Yields
    ------
    callable
        Returns whether the signal was received since the last call.
    """
    received = False

    def record(number: int, frame: FrameType | None) -> None:
        nonlocal received
        received = True

    def was_received() -> bool:
        nonlocal received
        since_last_call, received = received, False
        return since_last_call

    before = signal.getsignal(signal.SIGTSTP)
    if before != signal.SIG_IGN:
        signal.signal(signal.SIGTSTP, record)
    try:
        yield was_received
    finally:
        signal.signal(signal.SIGTSTP, before)


def suspend(processes: Collection[int]) -> None:
    """Suspend this process and its children `processes` until this one is continued.

    The children have called :func:`wake_when_orphaned`.
    """
    if sys.platform == "linux":  # elsewhere they would stay suspended if this one were killed
        _send(processes, signal.SIGSTOP)
    handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, handler)
    _send(processes, signal.SIGCONT)


def wake_when_orphaned() -> None:
    """Make Linux continue this process, if it is suspended, when its parent ends."""
    signal_when_orphaned(signal.SIGCONT)


def signal_when_orphaned(number: signal.Signals) -> None:
    """Make Linux send a signal to this process when its parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, number, 0, 0, 0)


def _send(processes: Collection[int], number: signal.Signals) -> None:
    for one in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, number)
