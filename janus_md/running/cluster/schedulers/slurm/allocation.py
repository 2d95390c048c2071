"""Time and cores that Slurm has allocated to this process."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping

from janus_md.simulation.walltime import NO_LIMIT, Limit, parse

RANK = "SLURM_PROCID"
"""Environment variable with the rank of a process that srun has started."""

_QUERY = ("squeue", "--noheader", "--states=running", "--format=%A %L %l")
_TIMEOUT = 20.0  # time to wait for squeue, s


def cores(environment: Mapping[str, str] = os.environ) -> int | None:
    """Return the allocated cores; None if they are unknown.

    The CPU affinity does not suffice, because not all clusters bind processes to cores.
    """
    allocated = environment.get("SLURM_CPUS_PER_TASK", "")
    return int(allocated) if allocated.isdigit() else None


def time_limit(environment: Mapping[str, str] = os.environ) -> Limit:
    """Return Slurm's time limit, from the environment if it is set there, else from squeue."""
    try:
        end = float(environment["SLURM_JOB_END_TIME"])
        start = float(environment.get("SLURM_JOB_START_TIME", time.time()))
        return Limit.after(end - time.time(), end - start)
    except (KeyError, ValueError):
        pass
    if not (job := environment.get("SLURM_JOB_ID")):
        return NO_LIMIT
    try:
        done = subprocess.run(
            [*_QUERY, "--jobs", job],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT,
            check=True,
        )
        # For the first job of an array, squeue lists all tasks.
        rows = (line.split() for line in done.stdout.splitlines())
        left, granted = next((row[1], row[2]) for row in rows if len(row) == 3 and row[0] == job)
        return Limit.after(parse(left), parse(granted))
    except (OSError, subprocess.SubprocessError, StopIteration, ValueError):
        return NO_LIMIT
