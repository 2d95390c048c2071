"""What was measured on this machine, kept in small files for all workspaces of the user.

Everything in them can be measured again: a file that is damaged, cannot be written or was deleted
costs time, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from janus_md.common import locks

MOST = 1000
"""Entries of one machine in a file; the oldest make room for new ones."""

PATIENCE = 10.0
"""How long a process waits for others that write the same file, s."""

LONGEST = 300.0
"""How long it waits for another one that measures what it needs, s."""


def folder() -> Path:
    """Folder of the files: that of ``JANUS_MD_CACHE``, else the user's cache folder."""
    if own := os.environ.get("JANUS_MD_CACHE"):
        return Path(own)
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # no home
        base = Path(tempfile.gettempdir()) / f"cache-{os.getuid()}"
    return base / "janus-md"


def cache_file(name: str) -> Path:
    """File of what was measured about `name`."""
    return folder() / f"{name}.json"


def processor() -> str:
    """What tells this machine from others in speed: its processor."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        name = next((line.split(":")[1].strip() for line in lines if "model name" in line), name)
    except OSError:
        pass
    return name


def load_per_core() -> float:
    """Processes that wanted to run during the last minute, over the cores of the machine."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def recall(machine: str, file: Path) -> dict[str, Any]:
    """Read what was measured on `machine`, by kind; nothing where the file is not whole."""
    found = _read(file).get(machine)
    return found if isinstance(found, dict) else {}


def keep(machine: str, kind: str, value: Any, file: Path) -> None:
    """Add what was measured; where that cannot be written it is measured again another time."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _alone(file):
            kept = _read(file)
            here = recall(machine, file)
            here.pop(kind, None)
            kept[machine] = dict([*here.items(), (kind, value)][-MOST:])
            staged = file.with_name(f"{file.name}.{os.getpid()}")
            try:
                staged.write_text(json.dumps(kept, indent=1), encoding="utf-8")
                staged.replace(file)
            finally:
                staged.unlink(missing_ok=True)
    except OSError:
        pass


@contextmanager
def in_turn(kind: str, file: Path, look: Callable[[], None]) -> Iterator[None]:
    """Let one process at a time measure the same thing; who waited finds it kept, if all went well.

    Who is killed lets the next one in. After :data:`LONGEST` seconds, and where no file can be
    written, nobody waits: to measure twice is no harm.

    Parameters
    ----------
    kind, file
        What is to be measured, and where it will be kept.
    look : callable
        Called twice a second while another one measures; what it raises ends the wait.
    """
    name = hashlib.sha256(kind.encode()).hexdigest()[:16]
    place, end = file.with_name(f"{file.stem}.{name}.lock"), time.monotonic() + LONGEST
    with ExitStack() as held:
        alone = False
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            # One descriptor for the whole wait: the file that it stands for may be removed.
            descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o644)
            held.callback(os.close, descriptor)
            while not alone and (left := end - time.monotonic()) > 0:
                turn = locks.taking(descriptor, place, 0.5, 0.05, insist=left < 0.5)
                if not (alone := held.enter_context(turn)):
                    look()
        try:
            yield
        finally:
            if alone:
                place.unlink(missing_ok=True)  # those that wait have it open


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Keep other writers away; after a while go on regardless, as a lost entry is no harm."""
    with locks.exclusive(file.with_suffix(".lock"), PATIENCE, 0.01, insist=True):
        yield
