"""Time and cores that a scheduler has allocated to this process, if it is part of a batch job."""

from __future__ import annotations

from dataclasses import replace

from janus_md.common.errors import JanusError
from janus_md.running.cluster import schedulers
from janus_md.running.cluster.schedulers.base import Scheduler
from janus_md.simulation.walltime import NO_LIMIT, Limit


def _known() -> list[Scheduler]:
    """Return the schedulers; none if a plugin cannot be loaded, which is reported elsewhere."""
    try:
        return schedulers.known()
    except JanusError:
        return []


def time_limit() -> Limit:
    """Return the time limit of this process's batch job; no limit outside of one."""
    limits = (replace(one.time_limit(), of=one.title) for one in _known())
    return min(limits, key=lambda one: one.end, default=NO_LIMIT)


def cores() -> int | None:
    """Return the number of cores allocated to this process; None outside of a batch job."""
    given = (one.cores() for one in _known())
    return min((one for one in given if one is not None), default=None)


def rank_variables() -> list[str]:
    """Return the environment variables that contain the MPI rank, one for each launcher."""
    return [one.rank_variable for one in _known() if one.rank_variable]
