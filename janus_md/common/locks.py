"""Locks: one process at a time works on a job, submits a workspace or measures the same thing.

A lock is one of the file system (flock): it ends with the process that holds it. Some network file
systems have no locks. There a marker file replaces it (``SoftFileLock`` of filelock). The
marker of a killed process is recognised on the machine where the process ran. On another machine
that is not possible, and the user is told which file to remove.

``FileLock`` of filelock (4.3.1) does not serve here. It uses a marker only if flock fails with
ENOSYS, and raises an error for ENOLCK, EOPNOTSUPP, EINVAL and EBADF, with which network file
systems fail too. Its lock file does not say who holds the lock, which `status` shows. It cannot
lock a folder. The lock file that a machine with locks leaves behind keeps out a machine without.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from janus_md.common.errors import JanusError

LOCK = "run.lock"
"""Name of the lock file. It is not removed: the lock is held by the process that has it open."""

MARKER = ".soft"
"""Ending of the marker, a file beside the lock file that replaces the lock if there is no flock."""

_CONTENDED = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES)


class Held(JanusError):
    """Another process works in the folder."""


class Unclear(JanusError):
    """The marker is of another machine, whose process may be at work or killed."""


@contextmanager
def hold(directory: Path) -> Iterator[None]:
    """Hold the lock of `directory`, to the end of the process at the latest.

    Raises
    ------
    Held
        If another process holds it; the message says which.
    Unclear
        If a process of another machine holds it, or was killed there.
    """
    path = directory / LOCK
    with exclusive(path) as taken:
        if not taken:
            raise _refusal(path)
        yield


def _refusal(path: Path) -> JanusError:
    """Return the error that names the holder of the lock `path` of a job."""
    text = path.read_bytes()
    name, who, marker = f"job {path.parent.name}", _tell(text), marker_of(path)
    if not os.path.lexists(marker) or _host(text) == socket.gethostname():
        return Held(f"{name}: {who} works on it")
    return Unclear(
        f"{name}: {who} works on it, or was killed: its file system cannot say which, as it has no "
        f"locks; where that process is no more, remove {marker.absolute()} and run again"
    )


def marker_of(path: Path) -> Path:
    """Return the marker that replaces the lock `path` if there is no flock."""
    return path.with_name(path.name + MARKER)


@contextmanager
def exclusive(
    path: Path, seconds: float = 0.0, pause: float = 0.1, *, insist: bool = False
) -> Iterator[bool]:
    """Hold the lock file `path`, which is created if it is missing.

    Parameters
    ----------
    path : Path
        The lock file; it names the process that holds it.
    seconds : float
        How long to wait for another process that holds it.
    pause : float
        Seconds between two attempts.
    insist : bool
        Whether a marker that exists for longer than `seconds` is removed: for locks that protect
        nothing that could be lost.

    Yields
    ------
    bool
        Whether it is held; if not, another process holds it.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        with taking(descriptor, path, seconds, pause, insist=insist) as taken:
            if taken:
                about = {
                    "pid": os.getpid(),
                    "host": socket.gethostname(),
                    "since": datetime.now().isoformat(timespec="seconds"),
                }
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, json.dumps(about).encode(), 0)
            yield taken
    finally:
        os.close(descriptor)


@contextmanager
def taking(
    descriptor: int, path: Path, seconds: float, pause: float, *, insist: bool = False
) -> Iterator[bool]:
    """Hold the lock of a file or folder `path` that is open as `descriptor`, see `exclusive`."""
    try:
        taken, soft = _wait_for(descriptor, seconds, pause), False
    except OSError:  # this file system, or this machine's share of it, has no locks
        taken, soft = not _locked_here(path), True
    # A process of a machine that has no locks there leaves a marker, which counts for all.
    if not taken or not (soft or os.path.lexists(marker_of(path))):
        yield taken
        return
    with _marked(path, seconds, pause, insist) as taken:
        yield taken


def _wait_for(descriptor: int, seconds: float, pause: float) -> bool:
    """Take the lock of an open file; False if another process held it for all this time.

    Raises
    ------
    OSError
        If its file system has no locks.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno not in _CONTENDED:
                raise
            if time.monotonic() >= end:  # it was tried at least once
                return False
            time.sleep(pause)


@contextmanager
def _marked(path: Path, seconds: float, pause: float, insist: bool) -> Iterator[bool]:
    """Hold the marker of `path`; one left by a process killed on this machine is taken over."""
    from filelock import SoftFileLock, Timeout

    marker = marker_of(path)
    lock = SoftFileLock(marker, thread_local=False)
    try:
        # A marker without an owner is removed at the first attempt and taken at the second.
        lock.acquire(timeout=max(seconds, 3.0 * pause), poll_interval=pause)
    except Timeout:
        if not insist:
            yield False
            return
        marker.unlink(missing_ok=True)
        with _marked(path, 0.0, pause, insist=False) as taken:
            yield taken
        return
    try:
        yield True
    finally:
        lock.release()


def _locked_here(path: Path) -> bool:
    """Whether a process of this machine has locked `path`, as it could before, or otherwise."""
    try:
        inode = path.stat().st_ino
        pid = json.loads(path.read_bytes())["pid"] if path.is_file() else None
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return (pid, inode) in locks_here()


def locks_here() -> set[tuple[int, int]]:
    """Return process and inode of each lock held on this machine; empty if it does not list them.

    Linux does. Trying a lock instead would hold it for a moment, and disturb others.
    """
    try:
        lines = Path("/proc/locks").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    # 1: FLOCK  ADVISORY  WRITE 16238 fe:00:2491469 0 EOF; those that wait have an arrow.
    fields = (line.split() for line in lines if "FLOCK" in line and "->" not in line)
    return {(int(one[4]), int(one[5].rpartition(":")[2])) for one in fields}


def holder(directory: Path, held: set[tuple[int, int]]) -> str:
    """Name the process of this machine that works in `directory`; empty if there is none.

    `held` is what :func:`locks_here` returns.
    """
    path = directory / LOCK
    try:
        text = path.read_bytes()
        about, inode = json.loads(text), path.stat().st_ino
        if about["host"] != socket.gethostname():
            return ""
        marked = os.path.lexists(marker_of(path)) and _lives(int(about["pid"]))
        if marked or (about["pid"], inode) in held:
            return _tell(text)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return ""


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _host(text: bytes) -> str:
    """Return the machine of the process that wrote `text` into a lock; empty if unreadable."""
    try:
        return str(json.loads(text)["host"])
    except (ValueError, KeyError, TypeError):
        return ""


def _tell(text: bytes) -> str:
    """Name the process that wrote `text` into a lock."""
    try:
        about = json.loads(text)
        return f"process {about['pid']} on {about['host']} (since {about['since']})"
    except (ValueError, KeyError, TypeError):
        return "another process"
