"""A lock on a job's folder: one process at a time works in it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from janus_md.errors import JanusError

LOCK = "run.lock"
"""Name of the lock file. It stays behind, without meaning: what counts is who holds it open."""


class Held(JanusError):
    """Somebody else works in the folder."""


@contextmanager
def hold(directory: Path) -> Iterator[None]:
    """Hold the lock of `directory`, to the end of the process at the latest.

    Raises
    ------
    Held
        Where another process holds it; the message says which.
    """
    descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Held(
                f"job {directory.name}: {_tell(os.pread(descriptor, 4096, 0))} works on it"
            ) from error
        about = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now().isoformat(timespec="seconds"),
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(about).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def wait_for(descriptor: int, seconds: float, pause: float) -> bool:
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
        except BlockingIOError:
            if time.monotonic() >= end:  # it was tried at least once
                return False
            time.sleep(pause)


def locks_here() -> set[tuple[int, int]]:
    """Process and inode of each lock that is held on this machine; empty where it cannot tell.

    Linux lists them, so that nobody is disturbed: to try a lock is to hold it for a moment.
    """
    try:
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return set()
    # 1: FLOCK  ADVISORY  WRITE 16238 fe:00:2491469 0 EOF; those that wait have an arrow.
    fields = (line.split() for line in lines if "FLOCK" in line and "->" not in line)
    return {(int(one[4]), int(one[5].rpartition(":")[2])) for one in fields}


def holder(directory: Path, held: set[tuple[int, int]]) -> str:
    """Say who works in `directory` on this machine; empty where nobody does.

    `held` is what :func:`locks_here` returns.
    """
    try:
        text = (directory / LOCK).read_bytes()
        about, inode = json.loads(text), (directory / LOCK).stat().st_ino
        if about["host"] == socket.gethostname() and (about["pid"], inode) in held:
            return _tell(text)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return ""


def _tell(text: bytes) -> str:
    """Say who wrote `text` into a lock."""
    try:
        about = json.loads(text)
        return f"process {about['pid']} on {about['host']} (since {about['since']})"
    except (ValueError, KeyError, TypeError):
        return "another process"
