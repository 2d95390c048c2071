"""Interrupt and termination signals as a wish to stop that a loop can ask about."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
"""Ctrl-C, and what a batch system sends before it kills or where it is asked to warn."""


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn the first signal into a wish, and let a second one act as it usually does.

    Yields
    ------
    callable
        Whether a signal has come.
    """
    came = False
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in SIGNALS:
        signal.signal(number, note)
    try:
        yield lambda: came
    finally:
        restore()


@contextmanager
def signals_raise() -> Iterator[None]:
    """Let each of the signals raise KeyboardInterrupt, also where Ctrl-C is ignored outside."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
