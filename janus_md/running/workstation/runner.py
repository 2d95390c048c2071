"""Runs many jobs at a time on this machine, each operation of a job in a process of its own."""

from __future__ import annotations

import selectors
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

from janus_md.common.interrupts import LAST, signals_raise, stop_signals
from janus_md.running.worker import DONE, HELD, STOPPED
from janus_md.running.workstation import fork_server
from janus_md.running.workstation.machine import Machine, cores_here
from janus_md.running.workstation.processes import Job, Running, start
from janus_md.running.workstation.suspension import suspend, suspend_signal
from janus_md.running.workstation.throughput import JobsPerGpu, threads_for
from janus_md.simulation.walltime import EXIT_SECONDS
from janus_md.workspace.products import OPERATIONS

_POLL_SECONDS = 0.25

STUCK_SECONDS = LAST + 0.5
"""Time until a worker is killed that was told to stop before its simulation began."""


__all__ = ["Display", "Machine", "Outcome", "cores_here", "run_jobs"]


class Display(Protocol):
    """Shows the progress of the jobs."""

    def begin(self, running: Running) -> None:
        """Show that an operation has begun."""

    def show(self, running: Iterable[Running]) -> None:
        """Show the progress of the running jobs; called a few times a second."""

    def end(self, running: Running, code: int) -> None:
        """Show the end of an operation, with its exit code."""

    def note(self, text: str) -> None:
        """Show a message."""

    def away(self) -> AbstractContextManager[None]:
        """Give the terminal free in this time."""


@dataclass
class Outcome:
    """Jobs by how they ended."""

    done: list[Job] = field(default_factory=list)
    failed: list[tuple[Job, str]] = field(default_factory=list)
    held: list[tuple[Job, str]] = field(default_factory=list)
    left: list[Job] = field(default_factory=list)


Crashed = Callable[[Job, str, str], None]


def run_jobs(jobs: Sequence[Job], machine: Machine, display: Display, crashed: Crashed) -> Outcome:
    """Do the operations that are left of all jobs; a failure affects only its own job.

    An interrupt or termination signal, or the end of the wall time, is passed on once: the workers
    write their checkpoints and end. A second signal kills them.

    Parameters
    ----------
    jobs : sequence of Job
        The jobs, in the order in which they begin.
    machine : Machine
        Cores, GPUs and options.
    display : Display
        Shows the progress.
    crashed : callable
        ``crashed(job, operation, message)`` marks a job whose process ended without a message.

    Raises
    ------
    KeyboardInterrupt
        If a second signal came; all workers have ended.
    """
    return _Pool(jobs, machine, display, crashed).run()


class _Pool:
    def __init__(
        self, jobs: Sequence[Job], machine: Machine, display: Display, crashed: Crashed
    ) -> None:
        self._waiting: dict[str, deque[Job]] = {name: deque() for name in OPERATIONS}
        for job in jobs:
            for operation in job.operations[:1]:
                self._waiting[operation].append(job)
        self._machine, self._display, self._crashed = machine, display, crashed
        most = max(1, machine.cores // max(1, machine.gpus))
        self._per_gpu = [JobsPerGpu(most) for _ in range(machine.gpus)]
        waiting = len(self._waiting[OPERATIONS[0]])
        self._at_a_time = min(waiting, machine.slots or waiting)
        self._again: set[str] = set()
        self._running: list[Running] = []
        self._selector = selectors.DefaultSelector()
        self._outcome = Outcome()
        self._told = 0.0

    def run(self) -> Outcome:
        fork_server.begin()
        # The second signal raises.
        with signals_raise(), stop_signals() as interrupted, suspend_signal() as suspended:
            stopping, limit = False, self._machine.options.limit
            try:
                while self._running or (any(self._waiting.values()) and not stopping):
                    while not (stopping or interrupted()) and self._begin_next():
                        pass
                    for key, _ in self._selector.select(_POLL_SECONDS):
                        if not key.data.read():
                            self._end(key.data, stopping or interrupted())
                    if suspended():
                        self._suspend()
                    self._watch_gpus()
                    self._display.show(self._running)
                    if (interrupted() or limit.left() < EXIT_SECONDS) and not stopping:
                        stopping = True
                        self._stop()
                    if stopping:
                        self._kill_stuck()
            except BaseException:
                for one in self._running:
                    one.process.kill()
                for one in self._running:
                    one.process.join()
                raise
            finally:
                self._selector.close()
        for jobs in self._waiting.values():
            self._outcome.left += jobs
        return self._outcome

    def _stop(self) -> None:
        """Ask for checkpoints."""
        for one in self._running:
            one.process.terminate()
        self._told = time.monotonic()
        self._display.note("stopping in checkpoints; another Ctrl-C stops at once")

    def _kill_stuck(self) -> None:
        """Kill workers that still prepare and do not react: they have nothing to save."""
        if time.monotonic() - self._told > STUCK_SECONDS:
            for one in self._running:
                if one.prepares:
                    one.process.kill()

    def _suspend(self) -> None:
        """Suspend this process and all workers, as Ctrl-Z asks."""
        with self._display.away():
            suspend([one.process.pid for one in self._running if one.process.pid])
        for one in self._per_gpu:
            one.observe(time.monotonic(), {})  # this time does not count

    def _begin_next(self) -> bool:
        """Begin an operation if there is room for it; analyses first, since they complete a job."""
        machine, running = self._machine, self._running
        room = machine.slots - len(running) if machine.slots is not None else len(running) + 1
        if room < 1:
            return False
        # Explicit numbers of jobs and threads may exceed the number of cores.
        cores = max(machine.cores, (machine.slots or 1) * (machine.threads or 1))
        free = cores - sum(one.threads for one in running)
        for operation in reversed(OPERATIONS):
            if not (queue := self._waiting[operation]):
                continue
            if machine.gpus and operation == "simulate":
                gpu_id = self._gpu_for(queue[0])
                if gpu_id is not None:
                    self._start(queue.popleft(), operation, 1, gpu_id)
                    return True
            elif free >= (threads := self._threads(queue[0], operation, free, room)):
                self._start(queue.popleft(), operation, threads, None)
                return True
        return False

    def _threads(self, job: Job, operation: str, free: int, room: int) -> int:
        """Return the threads of a simulation, or the processes of an analysis, on CPUs."""
        machine = self._machine
        if operation == "analyze":  # frames are analysed in parallel
            waiting = sum(map(len, self._waiting.values()))
            waiting = waiting if machine.slots is None else min(waiting, room)
            return max(1, min(free, machine.cores) // waiting)
        if machine.threads is not None:
            return machine.threads
        # A continued simulation keeps its threads: with others it would not be equal to the bit.
        if 0 < job.threads <= machine.cores:
            return job.threads
        return threads_for(machine.cores, self._at_a_time, job.n_bodies)

    def _on_gpu(self, gpu_id: int) -> list[Running]:
        return [one for one in self._running if one.gpu_id == gpu_id]

    def _gpu_for(self, job: Job) -> int | None:
        """Return the GPU with the fewest jobs; None if it has no room for another one."""
        gpu_id = min(range(len(self._per_gpu)), key=lambda k: len(self._on_gpu(k)))
        self._per_gpu[gpu_id].prepare(job.n_bodies)
        return gpu_id if len(self._on_gpu(gpu_id)) < self._per_gpu[gpu_id].target else None

    def _watch_gpus(self) -> None:
        now = time.monotonic()
        for gpu_id, jobs in enumerate(self._per_gpu):
            jobs.observe(
                now,
                {
                    one.key: float(one.step * one.job.n_bodies)
                    for one in self._on_gpu(gpu_id)
                    if one.steps
                },
            )

    def _start(self, job: Job, operation: str, threads: int, gpu_id: int | None) -> None:
        options = replace(self._machine.options, threads=threads, gpu_id=gpu_id or 0)
        try:
            running = start(job, operation, options, gpu_id)
        except OSError as error:
            message = (
                f"{error.filename or job.directory}: {error.strerror}; mend that and run again"
            )
            self._outcome.failed.append((job, message))
            return
        self._selector.register(running.pipe, selectors.EVENT_READ, running)
        self._running.append(running)
        self._display.begin(running)

    def _end(self, running: Running, stopping: bool) -> None:
        self._selector.unregister(running.pipe)
        running.pipe.close()
        running.process.join()
        code = running.process.exitcode
        assert code is not None
        self._running.remove(running)
        job, outcome = running.job, self._outcome
        if code == DONE:
            rest = job.operations[job.operations.index(running.operation) + 1 :]
            if rest:
                self._waiting[rest[0]].appendleft(job)
            else:
                outcome.done.append(job)
        elif code == STOPPED or (stopping and (not running.message or code == -signal.SIGTERM)):
            # The signal came before or after the time in which the process handles it.
            code = STOPPED
            running.message = running.message or "before it got any further; run again to go on"
            outcome.left.append(job)
        elif code == HELD:
            outcome.held.append((job, running.message))
        elif self._was_too_many(running):
            self._waiting[running.operation].append(job)
            self._display.note(f"{job.label}: no memory beside the others on its GPU; tried later")
            return
        else:
            if not running.message:
                running.message = running.describe_end(code)
                self._crashed(job, running.operation, running.message)
            outcome.failed.append((job, running.message))
        if code != HELD and not running.output:
            running.log.unlink(missing_ok=True)
        self._display.end(running, code)

    def _was_too_many(self, running: Running) -> bool:
        """Whether a job found no memory on a GPU that it shared; only once for each job."""
        if running.gpu_id is None or "out of memory" not in running.message.lower():
            return False
        beside = len(self._on_gpu(running.gpu_id))
        if not beside or running.job.id in self._again:
            return False
        self._again.add(running.job.id)
        self._per_gpu[running.gpu_id].out_of_memory(beside + 1)
        return True
