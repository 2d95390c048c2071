"""What is exchanged with a scheduler: requests, jobs in the queue, jobs that ended, partitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from janus_md.common.errors import JanusError


class Rejected(JanusError):
    """The scheduler refused a request; the message is its own."""


@dataclass(frozen=True)
class JobRequest:
    """What a job script asks for; :meth:`Scheduler.options` writes it as the scheduler reads it.

    Attributes
    ----------
    name : str
        Name of the job in the queue.
    output : str
        Path of its output, relative to the workspace, as :meth:`Scheduler.output` gives it.
    seconds, lead : float
        Walltime, and seconds before its end at which the run is told to stop.
    ranks, cores, gpus : int
        MPI ranks, CPU cores of each, GPUs of all; everything on one node.
    memory_mb : int
        Memory of the job, MB.
    requeue : bool
        Whether the job may be put back in the queue.
    tasks : int, optional
        Number of tasks of an array; None: a single job.
    at_once : int, optional
        Tasks of the array that may run at a time.
    partition, account, gpu_type : str, optional
        Of the cluster; None: the default.
    settings : mapping
        Values of the cluster's keys that :attr:`Scheduler.settings` names.
    further : tuple of str
        Options that the user adds.
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
    """A job waits for another one.

    Attributes
    ----------
    id : str
        The job, or array, that is waited for.
    kind : str
        ``success``: it must end with exit code 0; ``end``: it must end; ``task``: each task of the
        waiting array needs the success of the task with its number.
    """

    id: str
    kind: Literal["success", "end", "task"]


@dataclass(frozen=True)
class QueuedJob:
    """A job, or a task of an array, that waits or runs.

    Attributes
    ----------
    id, name : str
        Its id, and the name that it was submitted with.
    state : str
        In plain words: ``queued``, ``running``, ``held``, ``suspended``, ...
    detail : str
        What the scheduler adds, such as the reason why the job waits.
    pending : bool
        Whether it has not started yet.
    folder : str
        Where it works, or will; empty where the scheduler does not say.
    array : str
        Id of the array that it is a task of; empty for a single job.
    task : int, optional
        Its number in the array; None stands for all tasks of the array.
    on_hold : bool
        Whether it waits, or may wait, for :meth:`Scheduler.release`.
    hopeless : bool
        Whether it waits for the success of a job that failed.
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
    hopeless: bool = False

    @property
    def head(self) -> str:
        """Its id, or that of its array."""
        return self.array or self.id


class Cause(StrEnum):
    """Why a job is no longer in the queue, as it is shown to users."""

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
    """How a job ended, as the scheduler tells it.

    Attributes
    ----------
    cause : Cause
        Why it ended.
    code : int
        Exit code as a shell counts it: 128 and the number of a signal that killed it.
    no_output : bool
        Whether the job could not start, since its output could not be opened.
    """

    cause: Cause
    code: int = 0
    no_output: bool = False


@dataclass(frozen=True)
class Partition:
    """A partition, or queue, that jobs may be sent to; None where the scheduler does not say.

    Attributes
    ----------
    name : str
        Its name.
    default : bool
        Whether jobs go there that name none.
    cores, gpus : int, optional
        Of its smallest node.
    memory_gb : float, optional
        Memory of its smallest node, GB.
    walltime : str, optional
        Longest walltime, as :func:`janus_md.simulation.walltime.parse` reads it.
    exclusive : bool
        Whether a job takes whole nodes.
    """

    name: str
    default: bool
    cores: int | None = None
    gpus: int | None = None
    memory_gb: float | None = None
    walltime: str | None = None
    exclusive: bool = False
