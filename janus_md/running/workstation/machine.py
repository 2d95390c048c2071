"""The part of this machine that a run may use."""

from __future__ import annotations

import os
from dataclasses import dataclass

from janus_md.running.cluster.slurm import allotment
from janus_md.simulation.walltime import NO_LIMIT, Limit


@dataclass(frozen=True)
class Machine:
    """Cores, GPUs and time that a run may use, and how it uses them.

    Attributes
    ----------
    engine, device : str
        As given by the user.
    cores : int
        Cores that the jobs share.
    gpus : int
        GPUs that the simulations share; 0 for simulations on CPUs.
    slots : int, optional
        Largest number of jobs at a time; by default as many as there are cores or the GPUs take.
    threads : int, optional
        Threads of each simulation on CPUs; by default the cores are shared out equally.
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
    threads: int | None = None
    until_stationary: bool = False
    allow: tuple[str, ...] = ()
    limit: Limit = NO_LIMIT


def cores_here() -> int:
    """Cores that this process may use: of the machine, or of what Slurm has allotted."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, allotment.cores() or cores or 1)
