"""Wall time that is left to this process, and what a run can still do in it."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from janus_md.common.clock import Seconds
from janus_md.common.errors import JanusError

EXIT_SECONDS = 10.0
"""Seconds that are kept back for leaving: closing the engine, a slow file system."""

_INHERITED = "JANUS_MD_LIMIT"
_FORMS = re.compile(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?")


@dataclass(frozen=True)
class Limit:
    """An end of the wall time, on a clock that does not jump.

    Attributes
    ----------
    end : float
        Time on `clock`, s; infinite if there is no end.
    granted : float
        Length of the whole allocation, s.
    clock : callable
        The clock of this process; it is not passed on by the environment.
    """

    end: float = math.inf
    granted: float = math.inf
    clock: Seconds = field(default=time.monotonic, compare=False, repr=False)

    @classmethod
    def after(
        cls, left: float, granted: float | None = None, clock: Seconds = time.monotonic
    ) -> Limit:
        """Return the limit `left` seconds from now, of `granted` seconds altogether."""
        return cls(clock() + left, left if granted is None else granted, clock)

    def left(self) -> float:
        """Seconds that are left."""
        return self.end - self.clock()

    def environment(self) -> dict[str, str]:
        """Variables that give a process of this machine the same limit (for :func:`limit`)."""
        return {_INHERITED: f"{self.end} {self.granted}"}


NO_LIMIT = Limit()
"""As long as it takes."""


def parse(text: str) -> float:
    """Seconds of a time as Slurm writes it.

    ``M``, ``M:S``, ``H:M:S``, ``D-H``, ``D-H:M`` or ``D-H:M:S``; infinite for ``UNLIMITED``.

    Raises
    ------
    ValueError
        Where it is none of these.
    """
    if text.strip().upper() == "UNLIMITED":
        return math.inf
    if (match := _FORMS.fullmatch(text.strip())) is None:
        raise ValueError(text)
    days, *parts = match.groups()
    numbers = [int(part) for part in parts if part is not None]
    if days is None:
        # The last number is seconds, but a single one is minutes.
        numbers = [0, *numbers, 0] if len(numbers) == 1 else [0] * (3 - len(numbers)) + numbers
    hours, minutes, seconds = numbers + [0] * (3 - len(numbers))
    return float(((int(days or 0) * 24 + hours) * 60 + minutes) * 60 + seconds)


def limit(walltime: str = "", scheduler: Callable[[], Limit] = lambda: NO_LIMIT) -> Limit:
    """Return the limit of this process: the scheduler's or `walltime` from now, the earlier.

    A process that was started with :meth:`Limit.environment` has that limit.

    Parameters
    ----------
    walltime : str
        As :func:`parse` takes it; the environment's ``JANUS_MD_WALLTIME`` where it is empty.
    scheduler : callable
        Gives the scheduler's limit; it is not asked where this process was given one.

    Raises
    ------
    JanusError
        Where `walltime` is not a time.
    """
    if inherited := os.environ.get(_INHERITED):
        end, granted = map(float, inherited.split())
        return Limit(end, granted)
    own, text = NO_LIMIT, walltime or os.environ.get("JANUS_MD_WALLTIME", "")
    if text:
        try:
            own = Limit.after(parse(text))
        except ValueError:
            raise JanusError(
                f"walltime: {text!r} is not allowed; it must be a time such as 01:30:00 "
                "(hours, minutes, seconds) or 2-12:00:00 (with days)"
            ) from None
    return min(own, scheduler(), key=lambda one: one.end)


class Pace:
    """Tells a run when to stop, so that its last checkpoint is whole when the time is over.

    Parameters
    ----------
    limit : Limit
        The end.
    """

    def __init__(self, limit: Limit = NO_LIMIT) -> None:
        self.clock = limit.clock
        self._limit, self._begun = limit, self.clock()
        self._longest: dict[str, float] = {}
        self.whole = limit.left() > 0.5 * limit.granted
        """Whether this process has most of the allocation, and a later one no more than it."""

    @contextmanager
    def timing(self, what: str) -> Iterator[None]:
        """Measure how long something takes that will be done again."""
        begin = self.clock()
        yield
        self._longest[what] = max(self._longest.get(what, 0.0), self.clock() - begin)

    def too_late(self, *ahead: str, seconds: float = 0.0) -> bool:
        """Whether there is no time for what is `ahead` (as timed), `seconds` and a checkpoint."""
        return self._limit.left() < self._needed(*ahead, "checkpoint", seconds=seconds)

    def told(self) -> str:
        """Say how much time is left."""
        return f"{max(0.0, self._limit.left()):.0f} s of wall time left"

    def shortage(self, *ahead: str, seconds: float = 0.0) -> str:
        """Say that the limit is too short to do anything, and how long it should be at least."""
        spent = self.clock() - self._begun
        least = 2.0 * (spent + self._needed(*ahead, "checkpoint", seconds=seconds))
        return (
            f"walltime: {self._limit.granted:.0f} s end before the simulation gets anywhere "
            f"({spent:.0f} s went into preparing it); it must be at least {least:.0f} s"
        )

    def _needed(self, *ahead: str, seconds: float) -> float:
        return sum(self._longest.get(what, 0.0) for what in ahead) + seconds + EXIT_SECONDS
