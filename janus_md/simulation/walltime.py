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
"""Wall time reserved for the exit of a process: closing the engine, a slow file system."""

_INHERITED = "JANUS_MD_LIMIT"
_FORMS = re.compile(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?")


@dataclass(frozen=True)
class Limit:
    """End of the wall time.

    Attributes
    ----------
    end : float
        Time on `clock`, s; infinite if there is no end.
    granted : float
        Length of the whole allocation, s.
    of : str
        Title of the scheduler that sets the limit; empty for `--walltime`.
    clock : callable
        The clock of this process; it is not passed on by the environment.
    """

    end: float = math.inf
    granted: float = math.inf
    of: str = field(default="", compare=False)
    clock: Seconds = field(default=time.monotonic, compare=False, repr=False)

    @classmethod
    def after(
        cls, left: float, granted: float | None = None, clock: Seconds = time.monotonic
    ) -> Limit:
        """Return the limit `left` seconds from now, of `granted` seconds altogether."""
        return cls(clock() + left, left if granted is None else granted, clock=clock)

    def left(self) -> float:
        """Return the time that is left, s."""
        return self.end - self.clock()

    def environment(self) -> dict[str, str]:
        """Return variables that give a process of this machine the same limit (:func:`limit`)."""
        return {_INHERITED: f"{self.end} {self.granted}"}


NO_LIMIT = Limit()
"""No end."""


def parse(text: str) -> float:
    """Return the seconds of a time such as ``2-12:00:00``.

    ``M``, ``M:S``, ``H:M:S``, ``D-H``, ``D-H:M`` or ``D-H:M:S``; infinite for ``UNLIMITED``.

    Raises
    ------
    ValueError
        If it is none of these.
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


def duration(seconds: float) -> str:
    """Write seconds as ``[D-]HH:MM:SS``, the format that :func:`parse` reads."""
    if math.isinf(seconds):
        return "UNLIMITED"
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:02d}:{minutes:02d}:{rest:02d}"
    return f"{days}-{clock}" if days else clock


def limit(walltime: str = "", scheduler: Callable[[], Limit] = lambda: NO_LIMIT) -> Limit:
    """Return the limit of this process: that of the scheduler or `walltime`, the earlier one.

    A process that was started with :meth:`Limit.environment` has that limit.

    Parameters
    ----------
    walltime : str
        Time from now in the form of :func:`parse`; ``JANUS_MD_WALLTIME`` of the environment if it
        is empty.
    scheduler : callable
        Returns the limit of the scheduler. Not called if the environment has a limit.

    Raises
    ------
    JanusError
        If `walltime` is not a time.
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
    """Decides when a run must stop to write its last checkpoint within the wall time.

    Parameters
    ----------
    limit : Limit
        End of the wall time.

    Attributes
    ----------
    clock : callable
        The clock of `limit`.
    whole : bool
        Whether this process has most of the allocation, so that a later one would have no more.
    """

    def __init__(self, limit: Limit = NO_LIMIT) -> None:
        self.clock = limit.clock
        self._limit, self._begun = limit, self.clock()
        self._longest: dict[str, float] = {}
        self.whole = limit.left() > 0.5 * limit.granted

    @contextmanager
    def timing(self, what: str) -> Iterator[None]:
        """Measure the time of something that will be done again."""
        begin = self.clock()
        yield
        self._longest[what] = max(self._longest.get(what, 0.0), self.clock() - begin)

    def too_late(self, *ahead: str, seconds: float = 0.0) -> bool:
        """Whether no time is left for `ahead` (see :meth:`timing`), `seconds` and a checkpoint."""
        return self._limit.left() < self._needed(*ahead, "checkpoint", seconds=seconds)

    def told(self) -> str:
        """Return the time left, in words."""
        return f"{max(0.0, self._limit.left()):.0f} s of wall time left"

    def shortage(self, *ahead: str, seconds: float = 0.0) -> str:
        """Say that the limit is too short, and how long it must be at least."""
        spent = self.clock() - self._begun
        least = 2.0 * (spent + self._needed(*ahead, "checkpoint", seconds=seconds))
        return (
            f"walltime: {self._limit.granted:.0f} s end before the simulation gets anywhere "
            f"({spent:.0f} s went into preparing it); it must be at least {least:.0f} s"
        )

    def _needed(self, *ahead: str, seconds: float) -> float:
        return sum(self._longest.get(what, 0.0) for what in ahead) + seconds + EXIT_SECONDS
