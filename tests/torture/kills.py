"""SIGKILL at random moments, inside writes too."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from janus_md.workspace.products import TABLES
from tests.torture.jobs import DONE, Broken, check_complete, expect, finish, progress, run, start


def kill_at_random(job: Path, rng: random.Random, operation: str = "simulate") -> bool:
    """Whether the worker was killed before it had ended by itself."""
    process, reader = start(job, operation=operation)
    before, deadline = progress(job), time.monotonic() + 60
    # One in four at any moment, imports and tuning included; the rest while checkpoints are written
    # one after the other, however slow the machine is.
    if operation == "simulate" and rng.random() > 0.25:
        while progress(job) == before and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, 1.5))
    else:
        time.sleep(rng.uniform(0.3, 5.0))
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    finish(process, reader)
    return alive


def half_written(job: Path) -> tuple[int, int]:
    """What tells one half-written checkpoint from another; zeros where there is none."""
    try:
        found = (job / "restart.partial.npz").stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def kills(jobs: Iterator[Path], wanted: int, rng: random.Random) -> Counter[str]:
    """SIGKILL at random moments until there were `wanted`; every job is then run to its end."""
    counts: Counter[str] = Counter()
    while counts["kills"] < wanted:
        job, before, went = next(jobs), (-1, 0), 0
        while not (job / "trajectory.gsd").exists() and went < 12:
            writing = half_written(job)
            killed = kill_at_random(job, rng)
            went += 1
            after = progress(job)
            if after < before:
                raise Broken(f"{job.name}: went back from {before} to {after}")
            counts["kills"] += killed
            counts["after a checkpoint"] += killed and after > (-1, 0)
            counts["while one was written"] += half_written(job) not in ((0, 0), writing)
            before = after
        expect(run(job), DONE)
        check_complete(job)
        counts["jobs complete"] += 1
        counts["kills"] += analysis_killed(job, rng)
    return counts


def analysis_killed(job: Path, rng: random.Random) -> bool:
    """Kill the analysis of a complete job once; the next one leaves all of its tables."""
    killed = kill_at_random(job, rng, "analyze")
    expect(run(job, "analyze"), DONE)
    check_complete(job)
    if missing := [name for name in TABLES if not (job / name).is_file()]:
        raise Broken(f"{job.name}: the analysis left no {missing}")
    return killed
