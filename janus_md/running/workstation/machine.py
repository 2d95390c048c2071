"""What of this machine a run may use."""

from __future__ import annotations

import os
from dataclasses import dataclass

from janus_md.running.cluster import allotment
from janus_md.simulation.walltime import NO_LIMIT, Limit


@dataclass(frozen=True)
class Machine:
    """What may be used.

    Attributes
    ----------
    engine, device : str
        As asked for.
    cores : int
        Cores that the jobs share.
    gpus : int
        GPUs that simulations share; 0 where none is to be used.
    slots : int, optional
        Jobs at a time at most; what helps where it is left out.
    until_stationary : bool
        Whether a simulation ends when its wires no longer grow.
    allow : tuple of str
        What may have changed since a checkpoint was written.
    limit : Limit
        When all must have ended.
    """

    engine: str = "auto"
    device: str = "auto"
    cores: int = 1
    gpus: int = 0
    slots: int | None = None
    until_stationary: bool = False
    allow: tuple[str, ...] = ()
    limit: Limit = NO_LIMIT


def cores_here() -> int:
    """Return the cores that this process may use: the machine's, or those of its job."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, allotment.cores() or cores or 1)
