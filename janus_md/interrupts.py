"""Interrupt and termination signals as a wish to stop that a loop can ask about."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
"""Ctrl-C, and what a batch system sends before it kills or where it is asked to warn."""

SAME = 2.0
"""Seconds within which a second SIGTERM or SIGUSR1 is the first one again: a batch system sends it
to every process of a job, and `run` passes on what it has heard itself."""


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn the first signal into a wish, and let a second one act as it usually does.

    Yields
    ------
    callable
        Whether a signal has come.
    """
    came: float | None = None
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal came
        if came is None:
            came = time.monotonic()
            signal.signal(signal.SIGINT, before[signal.SIGINT])
        elif time.monotonic() - came > SAME:
            restore()
            os.kill(os.getpid(), number)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in SIGNALS:
        signal.signal(number, note)
    try:
        yield lambda: came is not None
    finally:
        restore()


@contextmanager
def signals_kept() -> Iterator[None]:
    """Take the signals back from a library that takes them for itself when it is loaded.

    HOOMD-blue takes SIGTERM when it is imported, MPICH takes SIGUSR1 and SIGHUP when MPI begins.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # no other thread may say what a signal does
        return
    before = {number: signal.getsignal(number) for number in (*SIGNALS, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)


@contextmanager
def signals_raise() -> Iterator[None]:
    """Let each of the signals raise KeyboardInterrupt, also where Ctrl-C is ignored outside."""
    with signals_kept():
        for number in SIGNALS:
            signal.signal(number, signal.default_int_handler)
        yield


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Let signals wait, here and in a process that begins meanwhile until it says otherwise."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
