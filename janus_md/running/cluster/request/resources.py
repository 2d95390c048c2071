"""Resources requested for a batch job: cores, GPUs, memory and walltime."""

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
"""Operation of a submission that simulates and then analyzes."""

START_SECONDS = 180.0
"""Time for the start of the programs, the choice of the mesh and the analysis of a job, s."""

GRAIN_SECONDS = 600.0
"""Walltimes are rounded up to a multiple of this, s."""


@dataclass(frozen=True)
class UnfinishedJob:
    """An unfinished job.

    Attributes
    ----------
    id : str
        Id of the job.
    setup : Setup
        The simulated system.
    left : tuple of str
        Remaining operations, in order.
    execution : mapping, optional
        Record of its execution so far, with the number of steps and the speed.
    known : sequence of Measurement
        Measured speed and memory of other jobs in the workspace.
    """

    id: str
    setup: Setup
    left: tuple[str, ...]
    execution: Mapping[str, Any] | None = None
    known: Sequence[Measurement] = ()


@dataclass(frozen=True)
class SubmitOptions:
    """Options of a submission. None: determined by the cluster and the jobs.

    Attributes
    ----------
    operation : str
        ``simulate``, ``analyze`` or :data:`ALL`.
    engine, device : str
        As in ``janus-md run``.
    separate : bool
        Whether the analyses are separate submissions that depend on the simulations.
    bundle : int
        Number of jobs in a submission or array task.
    array : bool
        Whether to submit job arrays.
    at_once : int, optional
        Maximum number of array tasks that run at the same time.
    ranks : int
        MPI ranks of a simulation.
    threads : int
        CPU cores of a simulation, or of each of its ranks.
    memory_gb : float, optional
        Memory of a submission, GB.
    walltime : str, optional
        Walltime, such as 02:00:00.
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
    """Resources of a submission, or of each array task.

    Attributes
    ----------
    ranks, cores, gpus : int
        MPI ranks, cores of each rank, GPUs.
    memory_mb : int
        Memory, MB.
    seconds : float
        Walltime, s.
    rounds : int
        Number of runs of this walltime that the jobs are expected to need.
    node_cores, node_gpus : int
        Cores and GPUs of the node if a whole node is allocated and charged; otherwise 0.
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
        """Cores times walltime, summed over all rounds, h."""
        cores = max(self.ranks * self.cores, self.node_cores)
        return cores * self.seconds * self.rounds / 3600

    @property
    def gpu_hours(self) -> float:
        """GPUs times walltime, summed over all rounds, h."""
        return max(self.gpus, self.node_gpus) * self.seconds * self.rounds / 3600

    def maximum(self, other: Resources) -> Resources:
        """Return the larger value of each attribute."""
        return Resources(*map(max, astuple(self), astuple(other)))


def of_jobs(
    operation: str, jobs: Sequence[UnfinishedJob], options: SubmitOptions, cluster: Cluster
) -> Resources:
    """Return the resources for jobs that share a submission or array task.

    Raises
    ------
    JanusError
        If the cluster has no such device, or the walltime is not valid.
    """
    device = "cpu" if operation == "analyze" else options.device
    nodes = cluster.nodes(device)
    ranks = 1 if operation == "analyze" else options.ranks
    gpus = ranks if device == "gpu" else 0
    _check_gpus(gpus, nodes)
    if gpus and nodes.gpus and nodes.cores:
        room = gpus * nodes.cores // nodes.gpus // ranks  # a proportional share
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
    """Return the resources for the analyses that follow the simulations of a submission.

    Each of the `rows` lists the jobs of one batch job or array task.
    """
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
    """Return the requested memory, else an estimate for this number of processes, MB."""
    memory = processes * max(memory_needed(job.setup, device, job.known) for job in jobs)
    if options.memory_gb is not None:
        memory = 1024 * options.memory_gb
    elif nodes.memory_gb is not None:
        memory = min(memory, 1024 * nodes.memory_gb)
    return math.ceil(memory)


def _check_gpus(gpus: int, nodes: Nodes) -> None:
    """Check that a node has enough GPUs: a submission runs on one node, and would never start."""
    where = f"the partition {nodes.partition}" if nodes.partition else "this cluster"
    if gpus and nodes.gpus == 0:
        raise JanusError(
            f"device: 'gpu' is not allowed; {where} has no GPUs, choose another partition with "
            "--partition"
        )
    if nodes.gpus is not None and gpus > nodes.gpus:
        raise JanusError(
            f"--ranks: {gpus} is not allowed; each rank needs one GPU, and a node in {where} has "
            f"{nodes.gpus}"
        )


def _whole(nodes: Nodes) -> tuple[int, int]:
    """Return the cores and GPUs of the node if nodes are exclusive, otherwise 0."""
    return (nodes.cores or 0, nodes.gpus or 0) if nodes.exclusive else (0, 0)


def _needed(jobs: Sequence[UnfinishedJob], at_a_time: int, operation: str) -> float:
    """Return the time needed for jobs of which `at_a_time` run at a time, s."""
    each = [
        START_SECONDS
        + (
            seconds_needed(job.setup, job.execution, job.known)
            if operation != "analyze" and OPERATIONS[0] in job.left
            else 0.0
        )
        for job in jobs
    ]
    # An upper limit for any order of the jobs: the mean load plus the longest job.
    return max(each) if len(each) <= at_a_time else sum(each) / at_a_time + max(each)


def _walltime(needed: float, options: SubmitOptions, nodes: Nodes) -> float:
    """Return the requested walltime, else an estimate that is cut at the partition's limit, s."""
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
    if seconds > longest:  # some schedulers accept it, but never start the job
        raise JanusError(
            f"--walltime: {options.walltime!r} is not allowed; the limit of "
            f"{f'the partition {nodes.partition}' if nodes.partition else 'this cluster'} is "
            f"{nodes.walltime}"
        )
    return seconds
