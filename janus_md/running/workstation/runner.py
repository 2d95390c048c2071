"""Runs many jobs at a time on this machine, each in its own process."""

from __future__ import annotations

import math
import selectors
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

from janus_md.common.interrupts import LAST, from_keyboard, signals_raise, stop_signals
from janus_md.running.worker import DONE, HELD, STOPPED
from janus_md.running.workstation import fork_server
from janus_md.running.workstation.machine import Machine, cores_here
from janus_md.running.workstation.processes import IdleWorkers, Job, Running, start
from janus_md.running.workstation.suspension import suspend, suspend_signal
from janus_md.running.workstation.throughput import SharedGpus, threads_for
from janus_md.simulation.walltime import EXIT_SECONDS, duration
from janus_md.workspace.products import OPERATIONS

_POLL_SECONDS = 0.25

STUCK_SECONDS = LAST + 0.5
"""Time after the stop signal at which a worker that has not started to integrate is killed, s."""


__all__ = ["Display", "Machine", "Outcome", "cores_here", "run_jobs"]


class Display(Protocol):
    """Shows the progress of the jobs."""

    def begin(self, running: Running) -> None:
        """Show that an operation has started."""

    def show(self, running: Iterable[Running]) -> None:
        """Show the progress of the running jobs; called several times per second."""

    def end(self, running: Running, code: int) -> None:
        """Show the end of an operation, with its exit code."""

    def note(self, text: str) -> None:
        """Show a message."""

    def released(self) -> AbstractContextManager[None]:
        """Release the terminal in this context."""


@dataclass
class Outcome:
    """Jobs by result: done, failed, held by another process, or left for a later run."""

    done: list[Job] = field(default_factory=list)
    failed: list[tuple[Job, str]] = field(default_factory=list)
    held: list[tuple[Job, str]] = field(default_factory=list)
    left: list[Job] = field(default_factory=list)


Crashed = Callable[[Job, str, str], None]


def run_jobs(jobs: Sequence[Job], machine: Machine, display: Display, crashed: Crashed) -> Outcome:
    """Run the remaining operations of all jobs; a failure affects only its own job.

    After an interrupt or termination signal, or near the end of the walltime, all workers write
    checkpoints and end. A second signal kills them.

    Parameters
    ----------
    jobs : sequence of Job
        The jobs, in the order in which they start.
    machine : Machine
        Cores, GPUs and options.
    display : Display
        Progress display.
    crashed : callable
        ``crashed(job, operation, message)`` records the failure of a process that ended without a
        message.

    Raises
    ------
    KeyboardInterrupt
        After a second signal; all workers have ended.
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
        self._gpus = SharedGpus(machine.gpus, machine.cores)
        waiting = len(self._waiting[OPERATIONS[0]])
        self._at_a_time = min(waiting, machine.slots or waiting)
        self._running: list[Running] = []
        self._idle = IdleWorkers()
        self._selector = selectors.DefaultSelector()
        self._outcome = Outcome()
        self._stop_time = 0.0

    def run(self) -> Outcome:
        fork_server.begin()
        # The second signal raises KeyboardInterrupt.
        with signals_raise(), stop_signals() as interrupted, suspend_signal() as suspended:
            stopping, limit = False, self._machine.options.limit
            try:
                while self._running or (any(self._waiting.values()) and not stopping):
                    while not (stopping or interrupted()) and self._begin_next():
                        pass
                    self._idle.end(except_of=() if stopping else self._to_come())
                    for key, _ in self._selector.select(_POLL_SECONDS):
                        if not key.data.read():
                            self._end(key.data, stopping or interrupted())
                        elif key.data.choice:
                            self._place(key.data)
                    if suspended():
                        self._suspend()
                    self._gpus.observe(self._running)
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
                self._idle.join()
                self._selector.close()
        for jobs in self._waiting.values():
            self._outcome.left += jobs
        return self._outcome

    def _to_come(self) -> set[str]:
        """Return the operations that have not started yet."""
        found = {name for name, jobs in self._waiting.items() if jobs}
        for one in self._running:
            operations = one.job.operations
            found.update(operations[operations.index(one.operation) + 1 :])
        return found

    def _stop(self) -> None:
        """Signal all workers to write checkpoints and end."""
        for one in self._running:
            one.process.terminate()
        self._stop_time = time.monotonic()
        limit = self._machine.options.limit
        if from_keyboard():
            why = "stopping after checkpoints; press Ctrl-C again to stop immediately"
        elif limit.left() < math.inf:
            of = f"{limit.of}'s time limit" if limit.of else "the time limit"
            why = f"stopping after checkpoints; {of} is in {duration(max(0.0, limit.left()))}"
        else:
            why = "stopping after checkpoints, after a signal"
        self._display.note(why)

    def _kill_stuck(self) -> None:
        """Kill workers that are still preparing and do not react; they have nothing to save."""
        if time.monotonic() - self._stop_time > STUCK_SECONDS:
            for one in self._running:
                if one.prepares:
                    one.process.kill()

    def _suspend(self) -> None:
        """Suspend this process and all workers, after Ctrl-Z."""
        with self._display.released():
            suspend([one.process.pid for one in self._running if one.process.pid])
        self._gpus.observe([])  # exclude this time from the speed

    def _begin_next(self) -> bool:
        """Start an operation if resources are free; analyses first, because they complete a job."""
        machine, running = self._machine, self._running
        room = machine.slots - len(running) if machine.slots is not None else len(running) + 1
        if room < 1:
            return False
        # Numbers of jobs and threads given by the user may exceed the number of cores.
        cores = max(machine.cores, (machine.slots or 1) * (machine.threads or 1))
        free = cores - sum(one.threads for one in running)
        for operation in reversed(OPERATIONS):
            if not (queue := self._waiting[operation]):
                continue
            if machine.gpus and operation == "simulate" and queue[0].device != "cpu":
                gpu_id = self._gpus.free_for(queue[0], running)
                trials = machine.options.device == "auto"  # which may choose the CPU
                threads = self._threads(queue[0], operation, free, room) if trials else 1
                if gpu_id is not None and (free >= threads or not trials):
                    self._start(queue.popleft(), operation, threads, gpu_id)
                    return True
            elif free >= (threads := self._threads(queue[0], operation, free, room)):
                self._start(queue.popleft(), operation, threads, None)
                return True
        return False

    def _threads(self, job: Job, operation: str, free: int, room: int) -> int:
        """Return the number of threads of a simulation, or of processes of an analysis, on CPUs."""
        machine = self._machine
        if operation == "analyze":  # frames are analyzed in parallel
            waiting = sum(map(len, self._waiting.values()))
            waiting = waiting if machine.slots is None else min(waiting, room)
            return max(1, min(free, machine.cores) // waiting)
        if machine.threads is not None:
            return machine.threads
        # A continued simulation keeps its number of threads, so that it is bitwise reproducible.
        if 0 < job.threads <= machine.cores:
            return job.threads
        return threads_for(machine.cores, self._at_a_time, job.n_bodies)

    def _place(self, running: Running) -> None:
        """Show the choice of engine and device, and release the GPU or the cores not used."""
        self._display.note(f"{running.job.label}: {running.choice}")
        on_cpu, running.choice = running.device == "cpu", ""
        running.gpu_id = None if on_cpu else running.gpu_id
        running.threads = running.threads if on_cpu else 1

    def _start(self, job: Job, operation: str, threads: int, gpu_id: int | None) -> None:
        options = replace(self._machine.options, threads=threads, gpu_id=gpu_id or 0)
        try:
            running = self._idle.start(job, operation, options) if gpu_id is None else None
            running = running or start(job, operation, options, gpu_id)
        except OSError as error:
            message = f"{error.filename or job.directory}: {error.strerror}; fix this and run again"
            self._outcome.failed.append((job, message))
            return
        self._selector.register(running.pipe, selectors.EVENT_READ, running)
        self._running.append(running)
        self._display.begin(running)

    def _end(self, running: Running, stopping: bool) -> None:
        self._selector.unregister(running.pipe)
        self._running.remove(running)
        if running.idle:
            code = DONE
            self._idle.add(running)
        else:
            code = running.join()
        job, outcome = running.job, self._outcome
        if not running.taken:  # the worker was killed while it was idle
            if not stopping:
                self._waiting[running.operation].appendleft(job)
                return
            code = STOPPED
        if code == DONE:
            rest = job.operations[job.operations.index(running.operation) + 1 :]
            if rest:
                self._waiting[rest[0]].appendleft(job)
            else:
                outcome.done.append(job)
        elif code == STOPPED or (stopping and (not running.message or code == -signal.SIGTERM)):
            # The signal arrived before or after the time in which the process handles it.
            code = STOPPED
            running.message = running.message or "without further progress; run again to go on"
            outcome.left.append(job)
        elif code == HELD:
            outcome.held.append((job, running.message))
        elif self._gpus.out_of_memory(running, self._running):
            self._waiting[running.operation].append(job)
            self._display.note(
                f"{job.label}: out of memory on a GPU that it shared with other jobs; will be "
                "tried again"
            )
            return
        else:
            if not running.message:
                running.message = running.describe_end(code)
                self._crashed(job, running.operation, running.message)
            outcome.failed.append((job, running.message))
        if code != HELD and not running.output:
            running.log.unlink(missing_ok=True)
        self._display.end(running, code)
