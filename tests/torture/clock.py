"""A wall clock that jumps: nothing of a run may count on it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.torture.jobs import DONE, Broken, check_complete, expect, finish, progress, start

HOUR, YEARS = 3600.0, 3.0e8
FAR = 1200
"""Steps without a checkpoint that tell of a wrong clock; one should come every 40."""

SHIFTED = """
import time

_time, _time_ns, _file = time.time, time.time_ns, {file!r}

def _shift():
    with open(_file) as file:
        return float(file.read())

time.time = lambda: _time() + _shift()
time.time_ns = lambda: _time_ns() + int(1e9 * _shift())
"""
"""Read by every Python process that has its folder on the path: its clock is off by what `file`
says at that moment. `time.monotonic` goes on, as that of the kernel does."""


class Clock:
    """The wall clock of processes that get `variables`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._shift = folder / "shift"
        self.jump(0.0)
        (folder / "sitecustomize.py").write_text(SHIFTED.format(file=str(self._shift)))
        path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
        # A limit that is far away, and that a jump must not bring near.
        self.variables = {"PYTHONPATH": path, "JANUS_MD_WALLTIME": "1:00:00"}

    def jump(self, seconds: float) -> None:
        """Put the clock this far from the true one."""
        partial = self._shift.with_suffix(".partial")
        partial.write_text(str(seconds))
        partial.replace(self._shift)

    def now(self) -> float:
        """What a process sees."""
        command = [sys.executable, "-c", "import time; print(time.time())"]
        told = subprocess.check_output(command, env=os.environ | self.variables)
        return float(told)


def advance(job: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the job has written two checkpoints more, as soon as it should, or has ended."""
    for _ in range(2):
        before, deadline = progress(job), time.monotonic() + 60
        while (after := progress(job)) == before and process.poll() is None:
            if time.monotonic() > deadline:
                raise Broken(f"{job.name}: no checkpoint in a minute after the clock jumped")
            time.sleep(0.01)
        if after[0] == before[0] and after[1] - before[1] > FAR:
            raise Broken(f"{job.name}: {before} to {after} without a checkpoint: the clock jumped")


def clock_jumps(job: Path, folder: Path, rng: random.Random) -> Counter[str]:
    """Hours and years back and forth, while a run goes on and between two parts of it."""
    clock, counts = Clock(folder / "clock"), Counter[str]()
    for shift in (-YEARS, YEARS):
        clock.jump(shift)
        if abs(clock.now() - time.time() - shift) > HOUR:
            raise Broken("the clock of the workers did not jump")
    while not (job / "trajectory.gsd").exists():
        clock.jump(rng.choice([-YEARS, YEARS]))
        process, reader = start(job, clock.variables)
        for _ in range(3):
            advance(job, process)
            time.sleep(rng.uniform(0.0, 0.2))  # between two checkpoints
            clock.jump(rng.choice([-YEARS, -HOUR, HOUR, YEARS]))
            counts["jumps"] += 1
        advance(job, process)
        counts["kills"] += process.poll() is None
        process.kill()
        ended = finish(process, reader)
        if ended[0] != -signal.SIGKILL:
            expect(ended, DONE)
        for path in job.iterdir():  # as a clock that was wrong leaves them
            then = time.time() + rng.choice([-YEARS, YEARS])
            os.utime(path, (then, then))
    check_complete(job)
    return counts
