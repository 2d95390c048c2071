"""Interrupt and termination signals as a request to stop that a loop can poll."""

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
"""Signals of Ctrl-C, and of a batch system before it kills a job."""

REPEAT_SECONDS = 2.0
"""Time in which a second SIGTERM or SIGUSR1 counts as a repetition of the first: a batch system
sends it to every process of a job, and `run` passes it on."""


GRACE = 2.0
"""Time after a signal in which work that can be abandoned may end by itself."""

LAST = 4.0
"""Time after a signal at which a process ends that is still in such work."""

STOPPED = 75
"""Exit code of a process that was stopped and that a later one continues, EX_TEMPFAIL."""

owned = False
"""Whether this process does nothing else, so that it may end at any time."""

several_ranks = False
"""Whether this process is one of several ranks, which must not end one by one."""


class _Abandoned(BaseException):
    """Ends work that can be abandoned; no library catches it."""


class _StopRequest:
    """Whether a signal has come, and whether the current work can be abandoned."""

    def __init__(self) -> None:
        self.came: float | None = None
        self.interruptible = False

    def note(self) -> None:
        """Record the first signal."""
        self.came = time.monotonic()
        if self.interruptible:
            self.wind_up()

    def wind_up(self) -> None:
        """Set the timer that abandons the current work."""
        # Repeated: where Python cannot raise an exception, as in a callback, it drops it.
        signal.setitimer(signal.ITIMER_REAL, max(1e-3, GRACE - self.since()), 0.5)

    def since(self) -> float:
        """Return the time since the first signal, s; 0 if none has come."""
        return 0.0 if self.came is None else time.monotonic() - self.came

    def abandon(self, number: int, frame: FrameType | None) -> None:
        """Abandon work that has not ended by itself."""
        if self.interruptible:
            raise _Abandoned


_requests: list[_StopRequest] = []  # the innermost comes last


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Record the first signal, and let a second one act as usual.

    Yields
    ------
    callable
        Whether a signal has come.
    """
    request = _StopRequest()
    before = {number: signal.getsignal(number) for number in (*SIGNALS, signal.SIGALRM)}

    def note(number: int, frame: FrameType | None) -> None:
        if request.came is None:
            signal.signal(signal.SIGINT, before[signal.SIGINT])
            request.note()
        elif time.monotonic() - request.came > REPEAT_SECONDS:
            restore()
            os.kill(os.getpid(), number)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in SIGNALS:
        signal.signal(number, note)
    signal.signal(signal.SIGALRM, request.abandon)
    _requests.append(request)
    try:
        yield lambda: request.came is not None
    finally:
        _requests.pop()
        restore()


@contextmanager
def interruptible(message: str) -> Iterator[None]:
    """Let a signal end the work in this block at any point: a later run does it again.

    For work within :func:`stop_signals` that leaves no incomplete files. It has :data:`GRACE`
    seconds to end by itself. If a library does not return to the interpreter, the process ends with
    :data:`STOPPED` if it is :data:`owned`. On several ranks nothing is abandoned, since the other
    ranks would wait.

    Raises
    ------
    ToBeContinued
        With `message`, if a signal came more than :data:`GRACE` seconds ago, or comes meanwhile.
    """
    alone = not several_ranks and threading.current_thread() is threading.main_thread()
    if not _requests or not alone:
        yield
        return
    request = _requests[-1]
    if request.since() > GRACE:
        raise ToBeContinued(message)
    try:
        with _last_resort(message, request):
            try:
                request.interruptible = True
                if request.came is not None:
                    request.wind_up()
                yield
            finally:
                request.interruptible = False
                signal.setitimer(signal.ITIMER_REAL, 0.0)
    except _Abandoned:
        raise ToBeContinued(message) from None


@contextmanager
def _last_resort(message: str, request: _StopRequest) -> Iterator[None]:
    """End this process if it is still in this block :data:`LAST` seconds after a signal.

    A thread does so, woken by the C handler of the signal: Python's handler waits for the library.
    """
    if not owned:
        yield
        return
    left = threading.Event()
    reader, writer = socket.socketpair()
    writer.setblocking(False)

    def watch() -> None:
        while request.came is not None or (numbers := reader.recv(64)):
            if request.came is not None or set(numbers) & set(SIGNALS):
                if not left.wait(LAST - request.since()):
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
    """Restore the signal handlers after the import of a library that replaces them.

    HOOMD-blue takes SIGTERM when it is imported, MPICH takes SIGUSR1 and SIGHUP when MPI begins.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # other threads cannot set handlers
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
    """Let each of the signals raise KeyboardInterrupt, even if Ctrl-C is ignored outside."""
    with signals_kept():
        for number in SIGNALS:
            signal.signal(number, signal.default_int_handler)
        yield


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Block the signals, here and in processes started meanwhile until they unblock them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
