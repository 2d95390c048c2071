"""Memory of this process."""

from __future__ import annotations

import resource
import sys


def peak_memory() -> float:
    """Largest memory that this process has had so far, MB."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (1 << 20 if sys.platform == "darwin" else 1 << 10)  # macOS counts bytes
