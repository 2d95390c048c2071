"""How many jobs a GPU runs at a time, and how many threads a job gets on CPUs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

BODIES_PER_THREAD = 100
"""Bodies that each thread needs at least. Measured with LAMMPS on two cores: two threads reach 0.5
times the speed of one for 16 bodies without charges, 0.97 and 0.98 times for 64 and 216 with."""

WINDOW_SECONDS = 20.0
"""Time over which the speed of a GPU's jobs is taken. A job tells its steps twice a second, so the
error is a few per cent, well below `GAIN`."""

GAIN = 1.1
"""Growth of the sum of speeds that makes twice as many jobs worth their memory."""


def threads_for(cores: int, jobs: int, n_bodies: int) -> int:
    """Return the threads of a simulation: the cores shared out equally among the jobs.

    Parameters
    ----------
    cores : int
        Cores that may be used.
    jobs : int
        Jobs that run at a time.
    n_bodies : int
        Size of the job's system; each thread gets :data:`BODIES_PER_THREAD` bodies or more.
    """
    return max(1, min(cores // max(1, jobs), n_bodies // BODIES_PER_THREAD))


class JobsPerGpu:
    """Search for the number of jobs at which a GPU makes the most steps per second.

    The search begins with one job. When the speed of `target` jobs has been measured, twice as
    many are tried. If they are less than `GAIN` times as fast together, the smaller number is
    taken.

    Parameters
    ----------
    most : int
        Largest number of jobs; each keeps a core of the host busy.

    Attributes
    ----------
    target : int
        Number of jobs to run now.
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
        """Adapt to the number of bodies of the next job.

        The number of jobs found for small systems does not hold for large ones. If the size has
        doubled, the search begins again with one job. If it has halved, the search continues from
        the number found.
        """
        if self._n_bodies == 0 or n_bodies >= 2 * self._n_bodies:
            self._begin_anew(max(1, n_bodies))
        elif 2 * n_bodies <= self._n_bodies:
            self._n_bodies, self.settled = n_bodies, self.target >= self.most
            self.measured, self._best = {}, self.target
            self._forget()

    def observe(self, now: float, done: Mapping[Hashable, float]) -> None:
        """Record the progress of the jobs on the GPU.

        Parameters
        ----------
        now : float
            Time on any clock, s.
        done : mapping
            Body-steps since its start of each job that integrates at present, by a key of the job.
            Time in which these are not `target` jobs is not counted.
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
        """Record that the last of `jobs` jobs found no memory; end the search with fewer."""
        self.most = self.target = self._best = max(1, min(self._best, jobs - 1))
        self.settled = True
