"""Interrupt and termination signals as stop requests that a loop can poll."""

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
"""Signals of Ctrl-C, and those that a batch system sends before it kills a job."""

REPEAT_SECONDS = 2.0
"""Time in which a second SIGTERM or SIGUSR1 counts as a repetition of the first, s. A batch system
sends the signal to all processes of a job, and `run` forwards it to the workers."""


GRACE = 2.0
"""Time after a signal in which interruptible work may end by itself, s."""

LAST = 4.0
"""Time after a signal at which a process in interruptible work exits, s."""

STOPPED = 75
"""Exit code of a process that was stopped and whose work a later one continues (EX_TEMPFAIL)."""

owned = False
"""Whether this process only runs janus-md, so that it may exit at any time."""

several_ranks = False
"""Whether this process is one of several MPI ranks, which must not exit individually."""


class _Interrupted(BaseException):
    """Ends interruptible work; libraries do not catch a BaseException."""


class _StopRequest:
    """State of a stop request: its signal, and whether the work is interruptible."""

    def __init__(self) -> None:
        self.came: float | None = None
        self.number: int | None = None
        self.interruptible = False

    def note(self, number: int) -> None:
        """Record the first signal."""
        self.came, self.number = time.monotonic(), number
        if self.interruptible:
            self.start_timer()

    def start_timer(self) -> None:
        """Set the timer that interrupts the current work."""
        # The timer repeats, because Python drops exceptions that it cannot raise (in callbacks).
        signal.setitimer(signal.ITIMER_REAL, max(1e-3, GRACE - self.since()), 0.5)

    def since(self) -> float:
        """Return the time since the first signal, s; 0 if there was none."""
        return 0.0 if self.came is None else time.monotonic() - self.came

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Interrupt work that has not ended by itself."""
        if self.interruptible:
            raise _Interrupted


_requests: list[_StopRequest] = []  # the innermost one is the last


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Record the first signal; a second one has its previous effect.

    Yields
    ------
    callable
        Returns whether a signal was received.
    """
    request = _StopRequest()
    before = {number: signal.getsignal(number) for number in (*SIGNALS, signal.SIGALRM)}

    def note(number: int, frame: FrameType | None) -> None:
        if request.came is None:
            signal.signal(signal.SIGINT, before[signal.SIGINT])
            request.note(number)
        elif time.monotonic() - request.came > REPEAT_SECONDS:
            restore()
            os.kill(os.getpid(), number)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in SIGNALS:
        signal.signal(number, note)
    signal.signal(signal.SIGALRM, request.interrupt)
    _requests.append(request)
    try:
        yield lambda: request.came is not None
    finally:
        _requests.pop()
        restore()


def from_keyboard() -> bool:
    """Return whether the first signal in the innermost :func:`stop_signals` was Ctrl-C."""
    return bool(_requests) and _requests[-1].number == signal.SIGINT


@contextmanager
def interruptible(message: str) -> Iterator[None]:
    """Allow a signal to interrupt the work in this block at any point; a later run repeats it.

    This is for work within :func:`stop_signals` that leaves no incomplete files. After a signal,
    the work has :data:`GRACE` seconds to end by itself. If a library does not return to the
    interpreter, the process exits with :data:`STOPPED`, provided that it is :data:`owned`. On
    several ranks nothing is interrupted, because the other ranks would wait.

    Raises
    ------
    ToBeContinued
        With `message`, if a signal was received more than :data:`GRACE` seconds ago, or is received
        in this block.
    """
    allowed = not several_ranks and threading.current_thread() is threading.main_thread()
    if not _requests or not allowed:
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
                    request.start_timer()
                yield
            finally:
                request.interruptible = False
                signal.setitimer(signal.ITIMER_REAL, 0.0)
    except _Interrupted:
        raise ToBeContinued(message) from None


@contextmanager
def _last_resort(message: str, request: _StopRequest) -> Iterator[None]:
    """Exit this process if it is still in this block :data:`LAST` seconds after a signal.

    The C handler of the signal wakes a thread, because Python's handler waits for the library.
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

    HOOMD-blue replaces the handler of SIGTERM when it is imported. MPICH replaces those of SIGUSR1
    and SIGHUP when MPI is initialized.
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
    """Make each signal raise KeyboardInterrupt, even if the parent process ignores Ctrl-C."""
    with signals_kept():
        for number in SIGNALS:
            signal.signal(number, signal.default_int_handler)
        yield


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Block the signals in this process, and in its new child processes until they unblock them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
