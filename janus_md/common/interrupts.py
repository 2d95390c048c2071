"""Interrupt and termination signals as a wish to stop that a loop can ask about."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from janus_md.common.errors import ToBeContinued

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
"""Ctrl-C, and what a batch system sends before it kills or where it is asked to warn."""

REPEAT_SECONDS = 2.0
"""Seconds within which a second SIGTERM or SIGUSR1 is the first one again: a batch system sends it
to every process of a job, and `run` passes on what it has heard itself."""


GRACE = 2.0
"""Seconds in which work that can be abandoned may end by itself after a signal."""

LAST = 4.0
"""Seconds after which a process ends that is still in such work, and cannot be interrupted."""

STOPPED = 75
"""Exit code of a process that was told to stop and that a later one goes on for, EX_TEMPFAIL."""

owned = False
"""Whether this process is there for the work alone, so that it may end with it at any time."""

several_ranks = False
"""Whether this process is one of several ranks, which are not abandoned one by one."""


class _Abandoned(BaseException):
    """Ends work that can be abandoned. No library takes it for an error of its own."""


class _Wish:
    """Whether a signal has come, and what is being done meanwhile."""

    def __init__(self) -> None:
        self.came: float | None = None
        self.interruptible = False

    def note(self) -> None:
        """Take the first signal."""
        self.came = time.monotonic()
        if self.interruptible:
            self.wind_up()

    def wind_up(self) -> None:
        """Let the work that is done now be abandoned in time."""
        # More than once: where Python cannot raise an exception, as in a callback, it drops it.
        signal.setitimer(signal.ITIMER_REAL, max(1e-3, GRACE - self.since()), 0.5)

    def since(self) -> float:
        """Seconds since the first signal; 0 where none has come."""
        return 0.0 if self.came is None else time.monotonic() - self.came

    def abandon(self, number: int, frame: FrameType | None) -> None:
        """End what did not end by itself."""
        if self.interruptible:
            raise _Abandoned


_wishes: list[_Wish] = []  # the innermost comes last


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn the first signal into a wish, and let a second one act as it usually does.

    Yields
    ------
    callable
        Whether a signal has come.
    """
    wish = _Wish()
    before = {number: signal.getsignal(number) for number in (*SIGNALS, signal.SIGALRM)}

    def note(number: int, frame: FrameType | None) -> None:
        if wish.came is None:
            signal.signal(signal.SIGINT, before[signal.SIGINT])
            wish.note()
        elif time.monotonic() - wish.came > REPEAT_SECONDS:
            restore()
            os.kill(os.getpid(), number)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in SIGNALS:
        signal.signal(number, note)
    signal.signal(signal.SIGALRM, wish.abandon)
    _wishes.append(wish)
    try:
        yield lambda: wish.came is not None
    finally:
        _wishes.pop()
        restore()


@contextmanager
def interruptible(message: str) -> Iterator[None]:
    """Let a signal end what is done in here wherever it stands: a later run does it again.

    For work between :func:`stop_signals` that writes files whole or not at all. What looks up by
    itself within :data:`GRACE` seconds ends as it likes. A library that keeps the interpreter
    waiting is not waited for: the process ends with :data:`STOPPED` where it is :data:`owned`. On
    several ranks nothing is abandoned, as the others would wait for the rest.

    Raises
    ------
    ToBeContinued
        With `message`, where a signal has come so long ago, or comes meanwhile.
    """
    alone = not several_ranks and threading.current_thread() is threading.main_thread()
    if not _wishes or not alone:
        yield
        return
    wish = _wishes[-1]
    if wish.since() > GRACE:
        raise ToBeContinued(message)
    try:
        with _last_resort(message, wish):
            try:
                wish.interruptible = True
                if wish.came is not None:
                    wish.wind_up()
                yield
            finally:
                wish.interruptible = False
                signal.setitimer(signal.ITIMER_REAL, 0.0)
    except _Abandoned:
        raise ToBeContinued(message) from None


@contextmanager
def _last_resort(message: str, wish: _Wish) -> Iterator[None]:
    """End this process where, :data:`LAST` seconds after a signal, it is still in here.

    A thread does so, told by the C library's handler: Python's own waits for the library.
    """
    if not owned:
        yield
        return
    left = threading.Event()
    reader, writer = socket.socketpair()
    writer.setblocking(False)

    def watch() -> None:
        while wish.came is not None or (numbers := reader.recv(64)):
            if wish.came is not None or set(numbers) & set(SIGNALS):
                if not left.wait(LAST - wish.since()):
                    with suppress(OSError):
                        os.write(2, f"{message}\n".encode(errors="replace"))
                    os._exit(STOPPED)
                return

    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        left.set()
        signal.set_wakeup_fd(before)
        writer.close()
        watching.join()
        reader.close()


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
