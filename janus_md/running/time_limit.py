"""Time limit of this process: the earlier one of the scheduler's and the user's."""

from __future__ import annotations

from janus_md.running.cluster import allocation
from janus_md.simulation import walltime
from janus_md.simulation.walltime import Limit


def limit(asked: str = "") -> Limit:
    """Return the limit of this process.

    A process that was started with :meth:`Limit.environment` has that limit.

    Parameters
    ----------
    asked : str
        A time such as ``01:30:00``; ``JANUS_MD_WALLTIME`` of the environment if it is empty.

    Raises
    ------
    JanusError
        If `asked` is not a time.
    """
    return walltime.limit(asked, allocation.time_limit)
