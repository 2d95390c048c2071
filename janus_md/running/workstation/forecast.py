"""Estimate of the remaining time of a run."""

from __future__ import annotations

import time
from collections.abc import Iterable

from janus_md.common.clock import Seconds
from janus_md.running.worker import DONE
from janus_md.running.workstation.processes import Job, Running

WEIGHTS = {"simulate": 1.0, "analyze": 0.03}
"""Approximate relative durations of the operations of a job."""


def duration(seconds: float) -> str:
    """Format a time as ``m:ss`` or ``h:mm:ss``."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Forecast:
    """Estimates the remaining time from the progress since the start."""

    def __init__(self, jobs: Iterable[Job], clock: Seconds = time.monotonic) -> None:
        self._clock, self._begun = clock, clock()
        self._left = sum(WEIGHTS[name] for job in jobs for name in job.operations)
        self._first: dict[tuple[str, str], float] = {}
        self._gained = 0.0

    def pause(self, seconds: float) -> None:
        """Exclude a time in which all jobs were suspended, s."""
        self._begun += seconds

    def end(self, running: Running, code: int) -> None:
        """Count an operation as ended; if it failed, also the operations that depend on it."""
        operations = running.job.operations
        number = operations.index(running.operation)
        over = operations[number : number + 1] if code == DONE else operations[number:]
        self._left -= sum(WEIGHTS[name] for name in over)
        self._gained += WEIGHTS[running.operation] * (1.0 - self._first.get(running.key, 0.0))

    def seconds(self, running: Iterable[Running]) -> float | None:
        """Return the remaining time, s; None if there is too little progress."""
        gained, left = self._gained, self._left
        for one in running:
            if one.total:
                # Steps before the first checkpoint of a continued job belong to an earlier run.
                first = self._first.setdefault(one.key, one.share)
                gained += WEIGHTS[one.operation] * (one.share - first)
                left -= WEIGHTS[one.operation] * one.share
        if gained < 0.02:
            return None
        return (self._clock() - self._begun) * left / gained
