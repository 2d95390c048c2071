"""What schedulers have given this process, where it is part of a job: time and cores."""

from __future__ import annotations

from janus_md.common.errors import JanusError
from janus_md.running.cluster import schedulers
from janus_md.running.cluster.schedulers.base import Scheduler
from janus_md.simulation.walltime import NO_LIMIT, Limit


def _known() -> list[Scheduler]:
    """Return the schedulers; none where a plugin cannot be loaded, which is reported elsewhere."""
    try:
        return schedulers.known()
    except JanusError:
        return []


def time_limit() -> Limit:
    """Return the end of this process's job; no limit outside of one."""
    limits = (one.time_limit() for one in _known())
    return min(limits, key=lambda one: one.end, default=NO_LIMIT)


def cores() -> int | None:
    """Return the number of cores that this process was given; None outside of a job."""
    given = (one.cores() for one in _known())
    return min((one for one in given if one is not None), default=None)


def rank_variables() -> list[str]:
    """Return the variables in which schedulers' own launchers number MPI ranks."""
    return [one.rank_variable for one in _known() if one.rank_variable]
