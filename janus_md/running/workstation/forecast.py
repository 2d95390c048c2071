"""Estimate of the time until all jobs are done."""

from __future__ import annotations

import time
from collections.abc import Iterable

from janus_md.common.clock import Seconds
from janus_md.running.worker import DONE
from janus_md.running.workstation.processes import Job, Running

WEIGHTS = {"simulate": 1.0, "analyze": 0.03}
"""Approximate durations of the operations of a job, relative to each other."""


def duration(seconds: float) -> str:
    """Write a time as ``m:ss`` or ``h:mm:ss``."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Forecast:
    """Estimates the time left from the progress since the beginning."""

    def __init__(self, jobs: Iterable[Job], clock: Seconds = time.monotonic) -> None:
        self._clock, self._begun = clock, clock()
        self._left = sum(WEIGHTS[name] for job in jobs for name in job.operations)
        self._first: dict[tuple[str, str], float] = {}
        self._gained = 0.0

    def pause(self, seconds: float) -> None:
        """Leave out a time in which all jobs were suspended."""
        self._begun += seconds

    def end(self, running: Running, code: int) -> None:
        """Count an operation as ended; if it failed, those that wait for it too."""
        operations = running.job.operations
        number = operations.index(running.operation)
        over = operations[number : number + 1] if code == DONE else operations[number:]
        self._left -= sum(WEIGHTS[name] for name in over)
        self._gained += WEIGHTS[running.operation] * (1.0 - self._first.get(running.key, 0.0))

    def seconds(self, running: Iterable[Running]) -> float | None:
        """Return the time left, s; None while there is too little progress."""
        gained, left = self._gained, self._left
        for one in running:
            if one.total:
                # Steps before the checkpoint of a continued job were not made in this run.
                first = self._first.setdefault(one.key, one.share)
                gained += WEIGHTS[one.operation] * (one.share - first)
                left -= WEIGHTS[one.operation] * one.share
        if gained < 0.02:
            return None
        return (self._clock() - self._begun) * left / gained
