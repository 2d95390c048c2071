"""What PBS has allotted to this process: time and cores."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress

from janus_md.running.cluster.schedulers.pbs import commands, parsing
from janus_md.running.cluster.schedulers.pbs.parsing import Attributes
from janus_md.simulation.walltime import NO_LIMIT, Limit

JOB = "PBS_JOBID"
"""Variable that tells a process that it is part of a job."""


def cores(environment: Mapping[str, str]) -> int | None:
    """Return the cores of this job: NCPUS of OpenPBS, PBS_NUM_PPN of Torque."""
    told = environment.get("NCPUS") or environment.get("PBS_NUM_PPN") or ""
    return int(told) if environment.get(JOB) and told.isdigit() else None


def time_limit(environment: Mapping[str, str]) -> Limit:
    """Return the limit of this job, as qstat tells it."""
    if not (job := environment.get(JOB)):
        return NO_LIMIT
    about = commands.known([job]).get(job, {})
    asked = parsing.walltime(about, "Resource_List")
    return NO_LIMIT if asked is None else Limit.after(asked - _elapsed(about, asked), asked)


def _elapsed(about: Attributes, asked: float) -> float:
    """Return how long a job has run.

    The time of its start is exact, but in the time zone of the server; the time used is measured
    every few minutes.
    """
    used = parsing.walltime(about, "resources_used") or 0.0
    told = about.get("stime") or about.get("start_time") or ""
    with suppress(ValueError):
        start = float(told) if told.isdigit() else time.mktime(time.strptime(told))
        if used <= (elapsed := time.time() - start) <= asked:
            return elapsed
    return used
