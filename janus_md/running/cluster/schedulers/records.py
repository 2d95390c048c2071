"""Data types of the scheduler interface: requests, queued jobs, ended jobs, partitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from janus_md.common.errors import JanusError


class Rejected(JanusError):
    """The scheduler rejected a request. The message is the one of the scheduler."""


@dataclass(frozen=True)
class JobRequest:
    """Resources requested for a batch job; :meth:`Scheduler.options` converts them to options.

    Attributes
    ----------
    name : str
        Name of the job in the queue.
    output : str
        Path of the output, relative to the workspace (:meth:`Scheduler.output`).
    seconds, lead : float
        Walltime, and the time before its end at which the run is signaled to stop, s.
    ranks, cores, gpus : int
        Number of MPI ranks, CPU cores of each rank, and GPUs of the job. All are on one node.
    memory_mb : int
        Memory of the job, MB.
    requeue : bool
        Whether the job may be requeued.
    tasks : int, optional
        Number of tasks of an array; None for a single job.
    at_once : int, optional
        Maximum number of array tasks that run at the same time.
    partition, account, gpu_type : str, optional
        Partition, account and type of GPU; None for the default.
    settings : mapping
        Values of the cluster's keys in :attr:`Scheduler.settings`.
    further : tuple of str
        Additional options of the user.
    """

    name: str
    output: str
    seconds: float
    lead: float
    ranks: int
    cores: int
    gpus: int
    memory_mb: int
    requeue: bool = False
    tasks: int | None = None
    at_once: int | None = None
    partition: str | None = None
    account: str | None = None
    gpu_type: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    further: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dependency:
    """Dependency on another job.

    Attributes
    ----------
    id : str
        Id of the job or array that must end first.
    kind : str
        ``success``: it must end with exit code 0. ``end``: it must end. ``task``: each task of the
        dependent array requires the success of the task with the same index.
    """

    id: str
    kind: Literal["success", "end", "task"]


@dataclass(frozen=True)
class QueuedJob:
    """A pending or running job or array task.

    Attributes
    ----------
    id, name : str
        Id, and the name with which it was submitted.
    state : str
        ``queued``, ``running``, ``held``, ``suspended``, ...
    detail : str
        Information from the scheduler, such as the reason why the job is pending.
    pending : bool
        Whether it has not started.
    folder : str
        Working directory; empty if the scheduler does not report it.
    array : str
        Id of the array if it is an array task; otherwise empty.
    task : int, optional
        Index in the array; None for an array as a whole.
    on_hold : bool
        Whether it is, or may be, held until :meth:`Scheduler.release` is called.
    unsatisfiable : bool
        Whether its dependency has failed, so that it will never start.
    """

    id: str
    name: str
    state: str
    detail: str = ""
    pending: bool = False
    folder: str = ""
    array: str = ""
    task: int | None = None
    on_hold: bool = False
    unsatisfiable: bool = False

    @property
    def head(self) -> str:
        """Id of the array if it is an array task, otherwise its own id."""
        return self.array or self.id


class Cause(StrEnum):
    """Reason why a job ended, as it is printed."""

    DONE = "ended"
    FAILED = "failed"
    NODE_FAILED = "failed (its node failed)"
    OUT_OF_MEMORY = "out of memory"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"
    PREEMPTED = "preempted"
    KILLED = "killed"


@dataclass(frozen=True)
class EndedJob:
    """Report of the scheduler about a job that ended.

    Attributes
    ----------
    cause : Cause
        Reason of its end.
    code : int
        Exit code as in a shell: 128 plus the number of the signal if a signal killed it.
    no_output : bool
        Whether the job could not start because its output file could not be opened.
    """

    cause: Cause
    code: int = 0
    no_output: bool = False


@dataclass(frozen=True)
class Partition:
    """A partition or queue. None: not reported by the scheduler.

    Attributes
    ----------
    name : str
        Name of the partition.
    default : bool
        Whether it is the default partition.
    cores, gpus : int, optional
        Number of CPU cores and GPUs of its smallest node.
    memory_gb : float, optional
        Memory of its smallest node, GB.
    walltime : str, optional
        Limit of the walltime, in a format of :func:`janus_md.simulation.walltime.parse`.
    exclusive : bool
        Whether whole nodes are allocated to jobs.
    """

    name: str
    default: bool
    cores: int | None = None
    gpus: int | None = None
    memory_gb: float | None = None
    walltime: str | None = None
    exclusive: bool = False
