"""Memory of this process."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import resource
import sys
from pathlib import Path


def peak_memory() -> float:
    """Largest memory that this process has had, MB, since its start or :func:`forget_peak`."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (1 << 20 if sys.platform == "darwin" else 1 << 10)  # macOS counts bytes


def forget_peak() -> bool:
    """Let :func:`peak_memory` begin with the present memory; return False if it cannot."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:  # not Linux, or a kernel without it
        return False
    return True


def resident_memory() -> float:
    """Present memory of this process, MB; 0 except on Linux."""
    with contextlib.suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / (1 << 20)
    return 0.0


def release() -> None:
    """Return memory that is no longer needed to the system.

    Later garbage collections skip the objects that exist now.
    """
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)
