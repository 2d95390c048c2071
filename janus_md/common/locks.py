"""Locks: one process at a time works on a job, submits a workspace, measures the same thing.

Locks are those of the file system (flock): they end with the process that holds them. Some network
file systems have none. There a marker file stands for the lock (the soft lock of the package
filelock); one that was left by a process that was killed is recognised on the machine where that
ran. Nobody can tell so on another machine: there the user is told which file to remove.
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
"""Name of the lock file. It stays behind, without meaning: what counts is who holds it open."""

MARKER = ".soft"
"""Ending of the file, beside the lock file, that stands for a lock where there is no flock."""

_CONTENDED = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES)


class Held(JanusError):
    """Somebody else works in the folder."""


class Unclear(JanusError):
    """A marker of another machine: its process may work there, or may have been killed."""


@contextmanager
def hold(directory: Path) -> Iterator[None]:
    """Hold the lock of `directory`, to the end of the process at the latest.

    Raises
    ------
    Held
        Where another process holds it; the message says which.
    Unclear
        Where a process of another machine holds it, or was killed there, and nobody can tell which.
    """
    path = directory / LOCK
    with exclusive(path) as taken:
        if not taken:
            raise _refusal(path)
        yield


def _refusal(path: Path) -> JanusError:
    """Say who holds the lock `path` of a job."""
    text = path.read_bytes()
    name, who, marker = f"job {path.parent.name}", _tell(text), marker_of(path)
    if not os.path.lexists(marker) or _host(text) == socket.gethostname():
        return Held(f"{name}: {who} works on it")
    return Unclear(
        f"{name}: {who} works on it, or was killed: its file system cannot say which, as it has no "
        f"locks; where that process is no more, remove {marker.absolute()} and run again"
    )


def marker_of(path: Path) -> Path:
    """Return the file that stands for the lock `path` where there is no flock."""
    return path.with_name(path.name + MARKER)


@contextmanager
def exclusive(
    path: Path, seconds: float = 0.0, pause: float = 0.1, *, insist: bool = False
) -> Iterator[bool]:
    """Hold the lock file `path`, which is made where it is missing.

    Parameters
    ----------
    path : Path
        The lock file; while it is held it says by whom.
    seconds : float
        How long to wait for another process that holds it.
    pause : float
        Seconds between two looks.
    insist : bool
        Whether a marker that stands for longer than `seconds` is removed: for locks that protect
        nothing that could be lost.

    Yields
    ------
    bool
        Whether it is held; if not, another process holds it.

    Raises
    ------
    OSError
        Where the file cannot be written.
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
    """:func:`exclusive` of `path` that is open as `descriptor`: a file or a folder."""
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
    """Take the lock of an open file; False where somebody else held it for so long.

    Raises
    ------
    OSError
        Where its file system has no locks.
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
    """Hold the marker of `path`; one that was left by a process killed on this machine is taken."""
    from filelock import SoftFileLock, Timeout

    marker = marker_of(path)
    lock = SoftFileLock(marker, thread_local=False)
    try:
        # A marker without an owner is removed at the first look and taken at the second.
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
    """Process and inode of each lock that is held on this machine; empty where it cannot tell.

    Linux lists them, so that nobody is disturbed: to try a lock is to hold it for a moment.
    """
    try:
        lines = Path("/proc/locks").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    # 1: FLOCK  ADVISORY  WRITE 16238 fe:00:2491469 0 EOF; those that wait have an arrow.
    fields = (line.split() for line in lines if "FLOCK" in line and "->" not in line)
    return {(int(one[4]), int(one[5].rpartition(":")[2])) for one in fields}


def holder(directory: Path, held: set[tuple[int, int]]) -> str:
    """Say who works in `directory` on this machine; empty where nobody does.

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
    """Return the machine of who wrote `text` into a lock; empty where that cannot be read."""
    try:
        return str(json.loads(text)["host"])
    except (ValueError, KeyError, TypeError):
        return ""


def _tell(text: bytes) -> str:
    """Say who wrote `text` into a lock."""
    try:
        about = json.loads(text)
        return f"process {about['pid']} on {about['host']} (since {about['since']})"
    except (ValueError, KeyError, TypeError):
        return "another process"
