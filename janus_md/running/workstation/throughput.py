"""How many jobs at a time, and with how many threads: what was measured decides.

Nothing here knows of engines or processes: numbers go in, numbers come out.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

WINDOW_SECONDS = 20.0
"""Time over which the speed of a GPU's jobs is taken. A job tells its steps twice a second, so the
error is a few per cent, well below `GAIN`."""

GAIN = 1.1
"""Growth of the sum of speeds that makes twice as many jobs worth their memory."""

SAME = 1.05
"""Ratio of two measured speeds below which they count as one."""


def threads_for(free: int, waiting: int, speeds: Mapping[int, float]) -> int:
    """Threads for the next job, such that all those that can begin now are fastest together.

    Parameters
    ----------
    free : int
        Cores without work.
    waiting : int
        Jobs that may begin, this one included.
    speeds : mapping of int to float
        Speed of one such job by its number of threads, measured; any unit.

    Returns
    -------
    int
        One of `speeds` that is not above `free` (1 where there is none); a larger one only where
        it makes them `SAME` times as fast.
    """
    best, most = 1, 0.0
    for threads in sorted(speeds):
        if threads > free:
            break
        total = min(waiting, free // threads) * speeds[threads]
        if total > SAME * most:
            best, most = threads, total
    return best


class Filling:
    """How many jobs a GPU is to hold: twice as many for as long as their sum of speeds grows.

    It begins with one job. When the speed of `target` jobs has been measured, twice as many are
    tried; where that gives less than `GAIN` times as much, the smaller number stands.

    Parameters
    ----------
    most : int
        Jobs that it may hold at most: each keeps a core of the host busy.

    Attributes
    ----------
    target : int
        Jobs that it is to hold now.
    settled : bool
        Whether the search has ended.
    measured : dict of int to float
        Sum of speeds by number of jobs, body-steps per second.
    """

    def __init__(self, most: int) -> None:
        self.most = max(1, most)
        self._begin_anew(0)

    def _begin_anew(self, n_bodies: int) -> None:
        self.target, self.settled = 1, self.most == 1
        self.measured: dict[int, float] = {}
        self._best, self._n_bodies = 1, n_bodies
        self._forget()

    def _forget(self) -> None:
        self._before: tuple[float, Mapping[Hashable, float]] | None = None
        self._gained = self._spent = 0.0

    def prepare(self, n_bodies: int) -> None:
        """Take note that a job of so many bodies is the next one to begin.

        What was found for small systems does not hold for large ones: the search begins again with
        one job where the size has doubled, and goes on from where it ended where it has halved.
        """
        if self._n_bodies == 0 or n_bodies >= 2 * self._n_bodies:
            self._begin_anew(max(1, n_bodies))
        elif 2 * n_bodies <= self._n_bodies:
            self._n_bodies, self.settled = n_bodies, self.target >= self.most
            self.measured, self._best = {}, self.target
            self._forget()

    def observe(self, now: float, done: Mapping[Hashable, float]) -> None:
        """Take note of how far the jobs on the GPU are.

        Parameters
        ----------
        now : float
            Any clock, seconds.
        done : mapping
            Of the jobs that integrate at present, by anything that tells them apart: body-steps
            since their beginning. Time in which they are not `target` jobs is not counted.
        """
        if self.settled:
            return
        if len(done) != self.target:
            self._before = None
            return
        if self._before is not None and self._before[1].keys() == done.keys():
            then, earlier = self._before
            self._gained += sum(done[key] - earlier[key] for key in done)
            self._spent += now - then
        self._before = now, dict(done)
        if self._spent >= WINDOW_SECONDS:
            self._decide(self._gained / self._spent)
            self._forget()

    def _decide(self, speed: float) -> None:
        self.measured[self.target] = speed
        if self.target == self._best or speed >= GAIN * self.measured[self._best]:
            self._best = self.target
            self.target = min(2 * self.target, self.most)
            self.settled = self.target == self._best
        else:
            self.target, self.settled = self._best, True

    def out_of_memory(self, jobs: int) -> None:
        """Take note that the last of `jobs` found no memory: fewer must do."""
        self.most = self.target = self._best = max(1, min(self._best, jobs - 1))
        self.settled = True
