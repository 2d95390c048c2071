"""The part of this machine that a run may use."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from janus_md.running.cluster import allocation
from janus_md.simulation.run_options import RunOptions


@dataclass(frozen=True)
class Machine:
    """Cores, GPUs and time that a run may use, and how it uses them.

    Attributes
    ----------
    options : RunOptions
        Options of each job; its threads and GPU are set when it begins.
    cores : int
        Cores that the jobs share.
    gpus : int
        GPUs that the simulations share; 0 for simulations on CPUs.
    slots : int, optional
        Largest number of jobs at a time; by default as many as there are cores or the GPUs take.
    threads : int, optional
        Threads of each simulation on CPUs; by default the cores are shared out equally.
    """

    options: RunOptions = field(default_factory=RunOptions)
    cores: int = 1
    gpus: int = 0
    slots: int | None = None
    threads: int | None = None


def cores_here() -> int:
    """Return the cores that this process may use: the machine's, or those of its job."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, allocation.cores() or cores or 1)
