"""Memory that LAMMPS allocates."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator


@contextlib.contextmanager
def zeroed_allocations() -> Iterator[None]:
    """Let the C library clear allocated memory (M_PERTURB of glibc), if possible."""
    perturb, complement_of_zero = -6, 0xFF
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        yield
        return
    mallopt(perturb, complement_of_zero)
    try:
        yield
    finally:
        mallopt(perturb, 0)
