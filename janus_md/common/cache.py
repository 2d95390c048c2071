"""Cache of measurements on this machine, in small files for all workspaces of the user.

All entries can be measured again. If a file is damaged, deleted or cannot be written, this only
costs time.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from janus_md.common import locks, user_folders
from janus_md.common.files import read_object, written_whole

MAX_ENTRIES = 1000
"""Maximum number of entries per machine in a file; a new entry then replaces the oldest one."""

WRITE_SECONDS = 10.0
"""Maximum time that a process waits for other processes that write the same file, s."""

MEASURE_SECONDS = 300.0
"""Maximum time that a process waits for another one that measures the same quantity, s."""


def cache_file(name: str) -> Path:
    """Return the path of the cache file `name`."""
    return user_folders.cache() / f"{name}.json"


def processor() -> str:
    """Return the name of the processor, which identifies machines with equal speed."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        name = next((line.split(":")[1].strip() for line in lines if "model name" in line), name)
    except OSError:
        pass
    return name


def load_per_core() -> float:
    """Return the mean load in the last minute, per core."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def recall(machine: str, file: Path) -> dict[str, Any]:
    """Return the entries of `machine` by kind; none if the file is damaged or missing."""
    found = read_object(file).get(machine)
    return found if isinstance(found, dict) else {}


def keep(machine: str, kind: str, value: Any, file: Path) -> None:
    """Add an entry. If the file cannot be written, the entry is discarded."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        # After this time, the file is written without the lock: a lost entry does no harm.
        with locks.exclusive(file.with_suffix(".lock"), WRITE_SECONDS, 0.01, insist=True):
            kept = read_object(file)
            here = recall(machine, file)
            here.pop(kind, None)
            kept[machine] = dict([*here.items(), (kind, value)][-MAX_ENTRIES:])
            with written_whole(file, str(os.getpid())) as partial:
                partial.write_text(json.dumps(kept, indent=1), encoding="utf-8")


@contextmanager
def in_turn(
    kind: str,
    file: Path,
    check: Callable[[], None],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[None]:
    """Make processes measure the same quantity one at a time.

    The processes that waited find the result in the cache. If the measuring process is killed, the
    next one continues. A process waits no longer than :data:`MEASURE_SECONDS`, and does not wait if
    no file can be written, because a repeated measurement does no harm.

    Parameters
    ----------
    kind, file
        Key of the entry, and the cache file.
    check : callable
        Called twice per second while another process measures. Its exceptions end the wait.
    clock : callable
        Clock, s.
    """
    name = hashlib.sha256(kind.encode()).hexdigest()[:16]
    place, end = file.with_name(f"{file.stem}.{name}.lock"), clock() + MEASURE_SECONDS
    with ExitStack() as held:
        alone = False
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            # The descriptor is kept for the whole wait, because the file may be removed.
            descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o644)
            held.callback(os.close, descriptor)
            while not alone and (left := end - clock()) > 0:
                turn = locks.taking(descriptor, place, 0.5, 0.05, insist=left < 0.5)
                if not (alone := held.enter_context(turn)):
                    check()
        try:
            yield
        finally:
            if alone:
                place.unlink(missing_ok=True)  # waiting processes have it open
