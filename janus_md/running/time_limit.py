"""The time limit of this process: the scheduler's, or the user's, whichever ends earlier."""

from __future__ import annotations

from janus_md.running.cluster import allotment
from janus_md.simulation import walltime
from janus_md.simulation.walltime import Limit


def limit(asked: str = "") -> Limit:
    """Return the limit of this process.

    A process that was started with :meth:`Limit.environment` has that limit.

    Parameters
    ----------
    asked : str
        A time such as ``01:30:00``; the environment's ``JANUS_MD_WALLTIME`` where it is empty.

    Raises
    ------
    JanusError
        Where it is not a time.
    """
    return walltime.limit(asked, allotment.time_limit)
