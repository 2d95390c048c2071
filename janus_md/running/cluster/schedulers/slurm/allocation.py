"""What Slurm has allotted to this process: time and cores."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping

from janus_md.simulation.walltime import NO_LIMIT, Limit, parse

RANK = "SLURM_PROCID"
"""Variable that tells a process which one it is of those that srun has started."""

_ASK = ("squeue", "--noheader", "--states=running", "--format=%A %L %l")
_PATIENCE = 20.0  # seconds for squeue's answer


def cores(environment: Mapping[str, str] = os.environ) -> int | None:
    """Cores that Slurm has allotted; None where it says nothing. It binds none unless told to."""
    allotted = environment.get("SLURM_CPUS_PER_TASK", "")
    return int(allotted) if allotted.isdigit() else None


def time_limit(environment: Mapping[str, str] = os.environ) -> Limit:
    """Return Slurm's limit: from the environment where it stands there, else asked for once."""
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
            [*_ASK, "--jobs", job],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PATIENCE,
            check=True,
        )
        # The first job of an array lists all of its tasks.
        rows = (line.split() for line in done.stdout.splitlines())
        left, granted = next((row[1], row[2]) for row in rows if len(row) == 3 and row[0] == job)
        return Limit.after(parse(left), parse(granted))
    except (OSError, subprocess.SubprocessError, StopIteration, ValueError):
        return NO_LIMIT
