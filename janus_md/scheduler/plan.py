"""What is asked of the scheduler: which jobs share a submission, and what it may use."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from janus_md.errors import JanusError
from janus_md.products import OPERATIONS
from janus_md.scheduler.clusters import Cluster
from janus_md.statepoint import StatePoint
from janus_md.walltime import parse, seconds_needed

ALL = "all"
"""Both operations in one submission, analysis after simulation."""

MEMORY_MB = {"cpu": 400, "gpu": 2000}
"""Memory of a simulation or analysis without its bodies: interpreter, libraries, GPU driver."""

MB_PER_BODY = 0.02

START_SECONDS = 180.0
"""Start of the programs, choice of the mesh, and the analysis of a job."""

GRAIN_SECONDS = 600.0
"""Walltimes are whole multiples of this."""


@dataclass(frozen=True)
class Todo:
    """A job of which something is left.

    Attributes
    ----------
    id : str
        signac's id.
    point : StatePoint
        What it simulates.
    left : tuple of str
        Operations that are left, in order.
    execution : mapping, optional
        Its record of what was done already, and how fast.
    """

    id: str
    point: StatePoint
    left: tuple[str, ...]
    execution: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Wish:
    """What the user asks for; None leaves it to the cluster and to the jobs.

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
        As Slurm writes it.
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
    """What one submission, or each task of an array, may use."""

    ranks: int
    cores: int
    gpus: int
    memory_mb: int
    seconds: float

    @property
    def cpu_hours(self) -> float:
        """Cores times walltime, hours."""
        return self.ranks * self.cores * self.seconds / 3600

    @property
    def gpu_hours(self) -> float:
        """GPUs times walltime, hours."""
        return self.gpus * self.seconds / 3600

    def or_more(self, other: Resources) -> Resources:
        """Return what suffices for both."""
        names = ("ranks", "cores", "gpus", "memory_mb", "seconds")
        return Resources(*(max(getattr(self, n), getattr(other, n)) for n in names))


@dataclass(frozen=True)
class Submission:
    """One call of sbatch.

    Attributes
    ----------
    name : str
        Name of the job in the queue; it follows from the rows and the operation.
    operation : str
        ``simulate``, ``analyze`` or :data:`ALL`.
    rows : tuple of tuples of str
        Ids of the jobs of each task; one row where it is no array.
    resources : Resources
        Of a task.
    device : str
        ``cpu``, ``gpu`` or ``auto``.
    array : bool
        Whether it is an array.
    after : str, optional
        Name of the submission it waits for.
    """

    name: str
    operation: str
    rows: tuple[tuple[str, ...], ...]
    resources: Resources
    device: str
    array: bool = False
    after: str | None = None


def plan(
    todo: Sequence[Todo], wish: Wish, cluster: Cluster, prefix: str, largest_array: int
) -> list[Submission]:
    """Share the jobs out among submissions.

    Parameters
    ----------
    todo : sequence of Todo
        In their order.
    wish : Wish
        What the user asks for.
    cluster : Cluster
        What there is.
    prefix : str
        Beginning of the names.
    largest_array : int
        Tasks that an array may have.

    Returns
    -------
    list of Submission
        Each stands behind the one it waits for.

    Raises
    ------
    JanusError
        Where a wish cannot be met.
    """
    _check(wish)
    if wish.separate and wish.operation == ALL:
        parts = [
            ("simulate", [one for one in todo if one.left[0] == OPERATIONS[0]]),
            ("analyze", [one for one in todo if one.left == OPERATIONS[1:]]),
        ]
    else:
        parts = [(wish.operation, [one for one in todo if wish.operation in (ALL, one.left[0])])]
    found = []
    for operation, jobs in parts:
        groups = [_Group(operation, some, wish, cluster) for some in _bundles(jobs, wish.bundle)]
        for one in _submissions(groups, wish, prefix, largest_array):
            found.append(one)
            if wish.separate and operation == "simulate":
                found.append(_analysis_after(one, wish, cluster, prefix))
    return found


def _check(wish: Wish) -> None:
    for key in ("bundle", "ranks", "threads", "at_once"):
        value = getattr(wish, key)
        if value is not None and value < 1:
            name = key.replace("_", "-")
            raise JanusError(f"--{name}: {value} is not allowed; it must be at least 1")
    if wish.ranks > 1 and wish.bundle > 1:
        raise JanusError(
            f"--bundle: {wish.bundle} is not allowed with --ranks {wish.ranks}; jobs that share a "
            "submission have one rank each"
        )
    if wish.at_once is not None and not wish.array:
        raise JanusError(f"--at-once: {wish.at_once} has no effect without --array")


def _bundles(jobs: Sequence[Todo], size: int) -> Iterator[Sequence[Todo]]:
    for first in range(0, len(jobs), size):
        yield jobs[first : first + size]


class _Group:
    """Jobs that share a submission or a task of an array."""

    def __init__(self, operation: str, jobs: Sequence[Todo], wish: Wish, cluster: Cluster) -> None:
        self.operation, self.row = operation, tuple(job.id for job in jobs)
        device = "cpu" if operation == "analyze" else wish.device
        nodes = cluster.nodes(device)
        ranks = 1 if operation == "analyze" else wish.ranks
        gpus = ranks if device == "gpu" else 0
        if gpus and nodes.gpus and nodes.cores:
            room = gpus * nodes.cores // nodes.gpus // ranks  # what is left for the other GPUs
        else:
            room = nodes.cores or len(jobs) * wish.threads
        cores = min(len(jobs) * wish.threads, max(room, wish.threads))
        at_a_time = max(1, cores // wish.threads)
        body_mb = MB_PER_BODY * max(job.point.n_bodies for job in jobs)
        memory = at_a_time * ranks * (MEMORY_MB["gpu" if gpus else "cpu"] + body_mb)
        if wish.memory_gb is not None:
            memory = 1024 * wish.memory_gb
        elif nodes.memory_gb is not None:
            memory = min(memory, 1024 * nodes.memory_gb)
        self.resources = Resources(
            ranks, cores, gpus, math.ceil(memory), _seconds(jobs, at_a_time, operation, wish, nodes)
        )


def _seconds(jobs: Sequence[Todo], at_a_time: int, operation: str, wish: Wish, nodes: Any) -> float:
    """Walltime of jobs that run so many at a time; what it cuts off goes on from checkpoints."""
    if wish.walltime is not None:
        try:
            return parse(wish.walltime)
        except ValueError:
            raise JanusError(
                f"--walltime: {wish.walltime!r} is not allowed; it must be a time such as "
                "01:30:00 (hours, minutes, seconds) or 2-12:00:00 (with days)"
            ) from None
    each = [
        START_SECONDS
        + (
            seconds_needed(job.point, job.execution)
            if operation != "analyze" and OPERATIONS[0] in job.left
            else 0.0
        )
        for job in jobs
    ]
    # Longest first on so many places ends by the mean load plus the longest job.
    needed = max(each) if len(each) <= at_a_time else sum(each) / at_a_time + max(each)
    longest = parse(nodes.walltime) if nodes.walltime else math.inf
    return min(GRAIN_SECONDS * math.ceil(needed / GRAIN_SECONDS), longest)


def _submissions(
    groups: Sequence[_Group], wish: Wish, prefix: str, largest_array: int
) -> Iterator[Submission]:
    size = largest_array if wish.array else 1
    for first in range(0, len(groups), size):
        some = groups[first : first + size]
        resources = some[0].resources
        for one in some[1:]:
            resources = resources.or_more(one.resources)
        rows, operation = tuple(one.row for one in some), some[0].operation
        device = "cpu" if operation == "analyze" else wish.device
        yield Submission(
            _name(prefix, operation, rows), operation, rows, resources, device, wish.array
        )


def _analysis_after(one: Submission, wish: Wish, cluster: Cluster, prefix: str) -> Submission:
    nodes = cluster.nodes("cpu")
    most = max(len(row) for row in one.rows)
    cores = min(most, nodes.cores or most)
    seconds = GRAIN_SECONDS * math.ceil(START_SECONDS * most / cores / GRAIN_SECONDS)
    if nodes.walltime:
        seconds = min(seconds, parse(nodes.walltime))
    resources = Resources(1, cores, 0, cores * MEMORY_MB["cpu"], seconds)
    return replace(
        one,
        name=_name(prefix, "analyze", one.rows),
        operation="analyze",
        resources=resources,
        device="cpu",
        after=one.name,
    )


def _name(prefix: str, operation: str, rows: Sequence[Sequence[str]]) -> str:
    digest = hashlib.sha256(repr((operation, rows)).encode()).hexdigest()
    return f"{prefix}{digest[:10]}"
