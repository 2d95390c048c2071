"""Number of simultaneous jobs on a GPU, and number of threads of a job on CPUs."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from janus_md.running.workstation.processes import Job, Running

BODIES_PER_THREAD = 100
"""Minimum number of bodies per thread. Measured with LAMMPS on two cores: two threads reach 0.5
times the speed of one for 16 bodies without charges, and 0.97 and 0.98 times for 64 and 216 bodies
with charges."""

WINDOW_SECONDS = 20.0
"""Time over which the speed of a GPU's jobs is measured, s. Jobs report their steps twice per
second, so that the error is a few percent, well below `GAIN`."""

GAIN = 1.1
"""Minimum ratio of the total speeds at which the number of jobs is doubled."""


def threads_for(cores: int, jobs: int, n_bodies: int) -> int:
    """Return the number of threads of a simulation: an equal share of the cores.

    Parameters
    ----------
    cores : int
        Number of available cores.
    jobs : int
        Number of simultaneous jobs.
    n_bodies : int
        Number of bodies; each thread gets at least :data:`BODIES_PER_THREAD` of them.
    """
    return max(1, min(cores // max(1, jobs), n_bodies // BODIES_PER_THREAD))


class JobsPerGpu:
    """Search for the number of simultaneous jobs with the highest total speed of a GPU.

    The search starts with one job. After the total speed of `target` jobs is measured, twice as
    many are tried. If the speed does not grow by the factor `GAIN`, the smaller number is used.

    Parameters
    ----------
    most : int
        Maximum number of jobs; each job occupies one core of the host.

    Attributes
    ----------
    target : int
        Current number of jobs.
    settled : bool
        Whether the search has ended.
    measured : dict of int to float
        Total speed by number of jobs, body-steps per second.
    """

    def __init__(self, most: int) -> None:
        self.most = max(1, most)
        self._restart(0)

    def _restart(self, n_bodies: int) -> None:
        self.target, self.settled = 1, self.most == 1
        self.measured: dict[int, float] = {}
        self._best, self._n_bodies = 1, n_bodies
        self._forget()

    def _forget(self) -> None:
        self._before: tuple[float, Mapping[Hashable, float]] | None = None
        self._gained = self._spent = 0.0

    def prepare(self, n_bodies: int) -> None:
        """Adapt the search to the number of bodies of the next job.

        The optimum depends on the system size. If the size has at least doubled, the search starts
        again with one job. If it has at least halved, the search continues from the current number.
        """
        if self._n_bodies == 0 or n_bodies >= 2 * self._n_bodies:
            self._restart(max(1, n_bodies))
        elif 2 * n_bodies <= self._n_bodies:
            self._n_bodies, self.settled = n_bodies, self.target >= self.most
            self.measured, self._best = {}, self.target
            self._forget()

    def observe(self, now: float, done: Mapping[Hashable, float]) -> None:
        """Record the progress of the jobs on the GPU.

        Parameters
        ----------
        now : float
            Time of a monotonic clock, s.
        done : mapping
            Body-steps since the start of each job that is integrating, by a key of the job. Time in
            which their number is not `target` is excluded.
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
        """Record that the last of `jobs` jobs ran out of memory; end the search with fewer jobs."""
        self.most = self.target = self._best = max(1, min(self._best, jobs - 1))
        self.settled = True


class SharedGpus:
    """The GPUs of a run, each with a search for its number of simultaneous jobs.

    Parameters
    ----------
    gpus : int
        Number of GPUs.
    cores : int
        Number of cores of the host, which the jobs on all GPUs share.
    """

    def __init__(self, gpus: int, cores: int) -> None:
        most = max(1, cores // max(1, gpus))
        self._searches = [JobsPerGpu(most) for _ in range(gpus)]
        self._repeated: set[str] = set()

    def free_for(self, job: Job, running: Iterable[Running]) -> int | None:
        """Return the GPU with the fewest jobs; None if it has its target number of jobs."""
        numbers = [0] * len(self._searches)
        for one in running:
            if one.gpu_id is not None:
                numbers[one.gpu_id] += 1
        gpu_id = min(range(len(numbers)), key=numbers.__getitem__)
        self._searches[gpu_id].prepare(job.n_bodies)
        return gpu_id if numbers[gpu_id] < self._searches[gpu_id].target else None

    def observe(self, running: Iterable[Running]) -> None:
        """Record the progress of the running jobs."""
        now = time.monotonic()
        integrating = [one for one in running if one.steps]
        for gpu_id, search in enumerate(self._searches):
            here = (one for one in integrating if one.gpu_id == gpu_id)
            search.observe(now, {one.key: float(one.step * one.job.n_bodies) for one in here})

    def out_of_memory(self, ended: Running, running: Iterable[Running]) -> bool:
        """Return whether a job ran out of memory on a GPU that it shared; True once per job."""
        if ended.gpu_id is None or "out of memory" not in ended.message.lower():
            return False
        others = sum(one.gpu_id == ended.gpu_id for one in running)
        if not others or ended.job.id in self._repeated:
            return False
        self._repeated.add(ended.job.id)
        self._searches[ended.gpu_id].out_of_memory(others + 1)
        return True
