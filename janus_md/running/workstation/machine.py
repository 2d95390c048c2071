"""Resources of this machine that a run may use."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from janus_md.running.cluster import allocation
from janus_md.simulation.run_options import RunOptions


@dataclass(frozen=True)
class Machine:
    """Resources that a run may use, and their distribution among jobs.

    Attributes
    ----------
    options : RunOptions
        Options of each job; the threads and the GPU are set when the job starts.
    cores : int
        Number of cores, shared by all jobs.
    gpus : int
        Number of GPUs, shared by all simulations; 0 for simulations on CPUs.
    slots : int, optional
        Maximum number of simultaneous jobs; None: limited by the cores or GPUs.
    threads : int, optional
        Threads of each simulation on CPUs; None: the cores are divided equally.
    """

    options: RunOptions = field(default_factory=RunOptions)
    cores: int = 1
    gpus: int = 0
    slots: int | None = None
    threads: int | None = None


def cores_here() -> int:
    """Return the number of cores that this process may use, on the machine or in its batch job."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, allocation.cores() or cores or 1)
