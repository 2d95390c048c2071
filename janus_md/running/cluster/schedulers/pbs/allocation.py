"""Time and cores that PBS has allocated to this process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress

from janus_md.running.cluster.schedulers.pbs import commands, parsing
from janus_md.running.cluster.schedulers.pbs.parsing import Attributes
from janus_md.simulation.walltime import NO_LIMIT, Limit

JOB = "PBS_JOBID"
"""Environment variable with the job id, set in all processes of a job."""


def cores(environment: Mapping[str, str]) -> int | None:
    """Return the cores of this job: NCPUS (OpenPBS) or PBS_NUM_PPN (Torque)."""
    number = environment.get("NCPUS") or environment.get("PBS_NUM_PPN") or ""
    return int(number) if environment.get(JOB) and number.isdigit() else None


def time_limit(environment: Mapping[str, str]) -> Limit:
    """Return the time limit of this job, from qstat."""
    if not (job := environment.get(JOB)):
        return NO_LIMIT
    about = commands.known([job]).get(job, {})
    requested = parsing.walltime(about, "Resource_List")
    if requested is None:
        return NO_LIMIT
    return Limit.after(requested - _elapsed(about, requested), requested)


def _elapsed(about: Attributes, requested: float) -> float:
    """Return the elapsed time of a job, s.

    The start time is exact, but in the time zone of the server. The used walltime is updated only
    every few minutes; it is returned if the start time is not consistent with it.
    """
    used = parsing.walltime(about, "resources_used") or 0.0
    text = about.get("stime") or about.get("start_time") or ""
    with suppress(ValueError):
        start = float(text) if text.isdigit() else time.mktime(time.strptime(text))
        if used <= (elapsed := time.time() - start) <= requested:
            return elapsed
    return used
