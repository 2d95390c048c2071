"""What jobs are to use on a cluster: cores, GPUs, memory and walltime."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.model.setup import Setup
from janus_md.running.cluster.request.clusters import Cluster, Nodes
from janus_md.simulation.estimates import Measurement, memory_needed, seconds_needed
from janus_md.simulation.walltime import parse
from janus_md.workspace.products import OPERATIONS

ALL = "all"
"""Both operations in one submission, analysis after simulation."""

START_SECONDS = 180.0
"""Start of the programs, choice of the mesh, and the analysis of a job."""

GRAIN_SECONDS = 600.0
"""Walltimes are whole multiples of this."""


@dataclass(frozen=True)
class UnfinishedJob:
    """A job of which something is left.

    Attributes
    ----------
    id : str
        signac's id.
    setup : Setup
        What it simulates.
    left : tuple of str
        Operations that are left, in order.
    execution : mapping, optional
        Its record of what was done already, and how fast.
    known : sequence of Measurement
        What other jobs of the workspace have taken.
    """

    id: str
    setup: Setup
    left: tuple[str, ...]
    execution: Mapping[str, Any] | None = None
    known: Sequence[Measurement] = ()


@dataclass(frozen=True)
class SubmitOptions:
    """What the user wants; None leaves it to the cluster and to the jobs.

    Attributes
    ----------
    operation : str
        ``simulate``, ``analyze`` or :data:`ALL`.
    engine, device : str
        As of ``janus-md run``.
    separate : bool
        Analysis in submissions of its own that wait for the simulations.
    bundle : int
        Jobs that share a submission.
    array : bool
        Submissions as tasks of an array.
    at_once : int, optional
        Tasks of an array that run at a time.
    ranks : int
        MPI ranks of a simulation.
    threads : int
        CPU cores of a simulation, or of each of its ranks.
    memory_gb : float, optional
        Memory of a submission.
    walltime : str, optional
        Such as 02:00:00.
    """

    operation: str = ALL
    engine: str = "auto"
    device: str = "cpu"
    separate: bool = False
    bundle: int = 1
    array: bool = False
    at_once: int | None = None
    ranks: int = 1
    threads: int = 1
    memory_gb: float | None = None
    walltime: str | None = None


@dataclass(frozen=True)
class Resources:
    """What one submission, or each task of an array, may use.

    Attributes
    ----------
    ranks, cores, gpus : int
        MPI ranks, cores of each, GPUs.
    memory_mb : int
        Memory, MB.
    seconds : float
        Walltime.
    rounds : int
        Times that it needs the walltime, where that is cut short.
    node_cores, node_gpus : int
        Those of the node where it is given, and charged, as a whole; else 0.
    """

    ranks: int
    cores: int
    gpus: int
    memory_mb: int
    seconds: float
    rounds: int = 1
    node_cores: int = 0
    node_gpus: int = 0

    @property
    def cpu_hours(self) -> float:
        """Cores times walltime, of all rounds, hours."""
        cores = max(self.ranks * self.cores, self.node_cores)
        return cores * self.seconds * self.rounds / 3600

    @property
    def gpu_hours(self) -> float:
        """GPUs times walltime, of all rounds, hours."""
        return max(self.gpus, self.node_gpus) * self.seconds * self.rounds / 3600

    def or_more(self, other: Resources) -> Resources:
        """Return what suffices for both."""
        return Resources(*map(max, astuple(self), astuple(other)))


def of_jobs(
    operation: str, jobs: Sequence[UnfinishedJob], options: SubmitOptions, cluster: Cluster
) -> Resources:
    """Return what jobs need that share a submission, or a task of an array.

    Raises
    ------
    JanusError
        Where the cluster has no such device, or the walltime is none.
    """
    device = "cpu" if operation == "analyze" else options.device
    nodes = cluster.nodes(device)
    ranks = 1 if operation == "analyze" else options.ranks
    gpus = ranks if device == "gpu" else 0
    _check_gpus(gpus, nodes)
    if gpus and nodes.gpus and nodes.cores:
        room = gpus * nodes.cores // nodes.gpus // ranks  # what is left for the other GPUs
    else:
        room = nodes.cores or len(jobs) * options.threads
    cores = min(len(jobs) * options.threads, max(room, options.threads))
    at_a_time = max(1, cores // options.threads)
    memory = _memory(at_a_time * ranks, "gpu" if gpus else "cpu", jobs, options, nodes)
    needed = _needed(jobs, at_a_time, operation)
    seconds = _walltime(needed, options, nodes)
    rounds = math.ceil(needed / seconds)
    return Resources(ranks, cores, gpus, memory, seconds, rounds, *_whole(nodes))


def of_analyses(
    rows: Sequence[Sequence[str]],
    jobs: Sequence[UnfinishedJob],
    options: SubmitOptions,
    cluster: Cluster,
) -> Resources:
    """Return what the analysis of simulations needs that share submissions as `rows` say."""
    nodes = cluster.nodes("cpu")
    most = max(map(len, rows))
    cores = min(most, nodes.cores or most)
    seconds = GRAIN_SECONDS * math.ceil(START_SECONDS * most / cores / GRAIN_SECONDS)
    if nodes.walltime:
        seconds = min(seconds, parse(nodes.walltime))
    memory = _memory(cores, "cpu", jobs, options, nodes)
    return Resources(1, cores, 0, memory, seconds, 1, *_whole(nodes))


def _memory(
    processes: int, device: str, jobs: Sequence[UnfinishedJob], options: SubmitOptions, nodes: Nodes
) -> int:
    """Memory of so many processes, MB: what is asked for, else what they are likely to need."""
    memory = processes * max(memory_needed(job.setup, device, job.known) for job in jobs)
    if options.memory_gb is not None:
        memory = 1024 * options.memory_gb
    elif nodes.memory_gb is not None:
        memory = min(memory, 1024 * nodes.memory_gb)
    return math.ceil(memory)


def _check_gpus(gpus: int, nodes: Nodes) -> None:
    """Refuse more GPUs than a node has: a submission runs on one node, and would never start."""
    where = f"the partition {nodes.partition}" if nodes.partition else "this cluster"
    if gpus and nodes.gpus == 0:
        raise JanusError(f"device: 'gpu' is not in {where}; choose another one with --partition")
    if nodes.gpus is not None and gpus > nodes.gpus:
        raise JanusError(
            f"--ranks: {gpus} is not allowed; each takes a GPU, and a node in {where} has "
            f"{nodes.gpus}"
        )


def _whole(nodes: Nodes) -> tuple[int, int]:
    """Cores and GPUs of a node that is given as a whole, else none."""
    return (nodes.cores or 0, nodes.gpus or 0) if nodes.exclusive else (0, 0)


def _needed(jobs: Sequence[UnfinishedJob], at_a_time: int, operation: str) -> float:
    """Time of jobs that run so many at a time, s."""
    each = [
        START_SECONDS
        + (
            seconds_needed(job.setup, job.execution, job.known)
            if operation != "analyze" and OPERATIONS[0] in job.left
            else 0.0
        )
        for job in jobs
    ]
    # Longest first on so many places ends by the mean load plus the longest job.
    return max(each) if len(each) <= at_a_time else sum(each) / at_a_time + max(each)


def _walltime(needed: float, options: SubmitOptions, nodes: Nodes) -> float:
    """Walltime that is asked for; what it cuts off goes on from checkpoints."""
    longest = parse(nodes.walltime) if nodes.walltime else math.inf
    if options.walltime is None:
        return min(GRAIN_SECONDS * math.ceil(needed / GRAIN_SECONDS), longest)
    try:
        seconds = parse(options.walltime)
    except ValueError:
        seconds = 0.0
    if seconds <= 0:
        raise JanusError(
            f"--walltime: {options.walltime!r} is not allowed; it must be a time such as 01:30:00 "
            "(hours, minutes, seconds) or 2-12:00:00 (with days)"
        )
    if seconds > longest:  # schedulers may accept it, and let it wait for ever
        raise JanusError(
            f"--walltime: {options.walltime!r} is not allowed; at most {nodes.walltime} in the "
            f"partition {nodes.partition or 'of this cluster'}"
        )
    return seconds
