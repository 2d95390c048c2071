"""Clocks that can be passed as parameters, so that tests do not have to wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Seconds = Callable[[], float]
"""Type of a clock: a function that returns the time since an arbitrary origin, s."""


@dataclass(frozen=True)
class Clock:
    """Clocks for the measurement of speeds.

    Attributes
    ----------
    wall : callable
        Wall time.
    processor : callable
        Processor time of this process; it excludes time in which other processes use the core.
    """

    wall: Seconds = time.perf_counter
    processor: Seconds = time.process_time


CLOCK = Clock()
"""The clocks of the machine."""
