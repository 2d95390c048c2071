"""Clocks as parameters, so that tests need not wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Seconds = Callable[[], float]
"""A clock: called, it returns seconds since some beginning."""


@dataclass(frozen=True)
class Clock:
    """Clocks for the measurement of speeds.

    Attributes
    ----------
    wall : callable
        Wall time.
    processor : callable
        Processor time of this process, which does not count while others use the core.
    """

    wall: Seconds = time.perf_counter
    processor: Seconds = time.process_time


CLOCK = Clock()
"""The clocks of the machine."""
