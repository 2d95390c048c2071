"""A lock on a job's folder: one process at a time works in it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
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
            raise Held(f"job {directory.name}: {_holder(descriptor)} works on it") from error
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


def _holder(descriptor: int) -> str:
    try:
        about = json.loads(os.pread(descriptor, 4096, 0))
        return f"process {about['pid']} on {about['host']} (since {about['since']})"
    except (ValueError, KeyError):
        return "another process"
