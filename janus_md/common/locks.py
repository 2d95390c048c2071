"""Locks: only one process at a time runs a job, submits a workspace, or measures the same quantity.

A lock is a file-system lock (flock), which ends with the process that holds it. Some network file
systems do not support locks. On these, a marker file replaces the lock (``SoftFileLock`` of
filelock). If a process was killed, its marker is detected on the machine where the process ran. On
other machines this is not possible, and a message names the file to remove.

``FileLock`` of filelock (4.3.1) is not suitable. It uses a marker only if flock fails with ENOSYS,
and raises an error for ENOLCK, EOPNOTSUPP, EINVAL and EBADF, with which network file systems also
fail. Its lock file does not contain the holder of the lock, which `status` prints. It cannot lock a
folder. The lock file of a machine with locks blocks machines without locks.
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
"""Name of the lock file. It is never removed; the lock is held by the process that has it open."""

MARKER = ".soft"
"""Suffix of the marker, a file beside the lock file that replaces the lock if flock fails."""

_CONTENDED = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES)


class Held(JanusError):
    """Another process holds the lock."""


class Unclear(JanusError):
    """The marker is from another machine, where the process may be running or may have ended."""


@contextmanager
def hold(directory: Path) -> Iterator[None]:
    """Hold the lock of `directory`.

    Raises
    ------
    Held
        If another process holds it; the message names the process.
    Unclear
        If a process on another machine holds it, or held it when it was killed.
    """
    path = directory / LOCK
    with exclusive(path) as taken:
        if not taken:
            raise _refusal(path)
        yield


def _refusal(path: Path) -> JanusError:
    """Return the error that names the holder of the lock `path` of a job."""
    text = path.read_bytes()
    name, who, marker = f"job {path.parent.name}", _describe(text), marker_of(path)
    if not os.path.lexists(marker) or _host(text) == socket.gethostname():
        return Held(f"{name}: {who} is running it")
    return Unclear(
        f"{name}: {who} is running it or was killed, which cannot be determined on a file system "
        f"without locks; if that process has ended, remove {marker.absolute()} and run again"
    )


def marker_of(path: Path) -> Path:
    """Return the path of the marker that replaces the lock `path` if flock fails."""
    return path.with_name(path.name + MARKER)


@contextmanager
def exclusive(
    path: Path, seconds: float = 0.0, pause: float = 0.1, *, insist: bool = False
) -> Iterator[bool]:
    """Hold the lock file `path`, which is created if it is missing.

    Parameters
    ----------
    path : Path
        The lock file. The process that holds the lock writes its id and machine there.
    seconds : float
        Time to wait for another process that holds it, s.
    pause : float
        Time between two attempts, s.
    insist : bool
        Whether a marker that is older than `seconds` is removed. For locks that only avoid
        duplicate work.

    Yields
    ------
    bool
        True if the lock is held, False if another process holds it.

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
    """Hold the lock of a file or folder `path` that is open as `descriptor` (see `exclusive`)."""
    try:
        taken, soft = _wait_for(descriptor, seconds, pause), False
    except OSError:  # the file system, or its mount on this machine, does not support locks
        taken, soft = not _locked_here(path), True
    # A marker of a machine without locks is valid for all machines.
    if not taken or not (soft or os.path.lexists(marker_of(path))):
        yield taken
        return
    with _marked(path, seconds, pause, insist) as taken:
        yield taken


def _wait_for(descriptor: int, seconds: float, pause: float) -> bool:
    """Lock an open file; return False if another process held the lock for all this time.

    Raises
    ------
    OSError
        If the file system does not support locks.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno not in _CONTENDED:
                raise
            if time.monotonic() >= end:  # after at least one attempt
                return False
            time.sleep(pause)


@contextmanager
def _marked(path: Path, seconds: float, pause: float, insist: bool) -> Iterator[bool]:
    """Hold the marker of `path`; a marker of a process killed on this machine is replaced."""
    from filelock import SoftFileLock, Timeout

    marker = marker_of(path)
    lock = SoftFileLock(marker, thread_local=False)
    try:
        # A marker without an owner is removed in the first attempt and created in the second.
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
    """Return whether a process on this machine has locked `path` with flock."""
    try:
        inode = path.stat().st_ino
        pid = json.loads(path.read_bytes())["pid"] if path.is_file() else None
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return (pid, inode) in locks_here()


def locks_here() -> set[tuple[int, int]]:
    """Return process id and inode of each lock held on this machine; empty except on Linux.

    An attempt to lock would hold the lock for a moment, and could disturb other processes.
    """
    try:
        lines = Path("/proc/locks").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    # 1: FLOCK  ADVISORY  WRITE 16238 fe:00:2491469 0 EOF; waiting ones have an arrow.
    fields = (line.split() for line in lines if "FLOCK" in line and "->" not in line)
    return {(int(one[4]), int(one[5].rpartition(":")[2])) for one in fields}


def holder(directory: Path, held: set[tuple[int, int]]) -> str:
    """Return a description of the process on this machine that holds the lock of `directory`.

    It is empty if there is none. `held` is the result of :func:`locks_here`.
    """
    path = directory / LOCK
    try:
        text = path.read_bytes()
        about, inode = json.loads(text), path.stat().st_ino
        if about["host"] != socket.gethostname():
            return ""
        marked = os.path.lexists(marker_of(path)) and _lives(int(about["pid"]))
        if marked or (about["pid"], inode) in held:
            return _describe(text)
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
    """Return the machine of the process that wrote `text` to a lock file; empty if unreadable."""
    try:
        return str(json.loads(text)["host"])
    except (ValueError, KeyError, TypeError):
        return ""


def _describe(text: bytes) -> str:
    """Return a description of the process that wrote `text` to a lock file."""
    try:
        about = json.loads(text)
        return f"process {about['pid']} on {about['host']} (since {about['since']})"
    except (ValueError, KeyError, TypeError):
        return "another process"
