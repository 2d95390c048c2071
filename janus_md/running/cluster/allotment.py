"""What schedulers have given this process, where it is part of a job: time and cores."""

from __future__ import annotations

from janus_md.running.cluster import schedulers
from janus_md.simulation.walltime import Limit


def time_limit() -> Limit:
    """Return the end of this process's job; no limit outside of one."""
    return min((one.time_limit() for one in schedulers.known()), key=lambda one: one.end)


def cores() -> int | None:
    """Return the number of cores that this process was given; None outside of a job."""
    given = (one.cores() for one in schedulers.known())
    return min((one for one in given if one is not None), default=None)


def rank_variables() -> list[str]:
    """Return the variables in which schedulers' own launchers number MPI ranks."""
    return [one.rank_variable for one in schedulers.known() if one.rank_variable]
