"""Interface of a scheduler."""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from janus_md.common.errors import JanusError
from janus_md.running.cluster.schedulers.records import (
    Dependency,
    EndedJob,
    JobRequest,
    Partition,
    QueuedJob,
)
from janus_md.simulation.walltime import NO_LIMIT, Limit


class Scheduler(ABC):
    """A scheduler.

    A subclass defines :attr:`name`, :attr:`title`, :attr:`commands`, :attr:`identify`,
    :meth:`submit`, :meth:`queue` and :meth:`cancel`. All other attributes and methods have defaults
    for a scheduler without the corresponding feature.

    In this class, a job is a batch job of the scheduler.
    """

    name: ClassVar[str]
    """Name in ``--scheduler``, and of the folder in ``.janus_md`` with scripts and outputs."""

    title: ClassVar[str]
    """Name in messages."""

    commands: ClassVar[tuple[str, ...]]
    """Required programs. If all are installed, the scheduler counts as installed."""

    precedence: ClassVar[int] = 0
    """If several schedulers are installed, the one with the highest precedence is used."""

    settings: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Keys of a cluster that this scheduler uses, with the allowed values, the default first."""

    smallest_array: ClassVar[int] = 1
    """Minimum number of tasks in an array. Fewer are submitted as single jobs."""

    # The job script.

    directive: ClassVar[str] = "#"
    """Prefix of the lines of the script that contain options."""

    begin: ClassVar[str] = ""
    """Shell lines at the beginning of the script, such as a ``cd`` to the workspace."""

    identify: ClassVar[str]
    """Shell lines that set ``me`` to the id of the job, ``task`` to its index in an array, from 0,
    and ``restarts`` to the number of times that the job was requeued."""

    requeue: ClassVar[str] = ""
    """Shell command that requeues the running job under the same id. If it is empty, the next
    ``janus-md submit`` continues a run that has reached the walltime."""

    signals: ClassVar[bool] = False
    """Whether the scheduler sends USR1 to the script `lead` seconds before the end of the walltime.
    If it does not, the script passes the remaining time to the run."""

    writes_output: ClassVar[bool] = False
    """Whether the scheduler writes the output to the file of :meth:`output`. If it does not, the
    script redirects its output."""

    holds: ClassVar[bool] = False
    """Whether jobs can be submitted on hold. A large submission is held until it is recorded in all
    job documents."""

    own_lines: ClassVar[tuple[str, ...]] = ()
    """Prefixes of lines that the scheduler itself appends to an output."""

    # Environment of a job's processes.

    rank_variable: ClassVar[str] = ""
    """Environment variable with the MPI rank, if the scheduler has its own launcher."""

    @property
    def folder(self) -> Path:
        """Folder in the workspace with scripts, task files, outputs and exit files."""
        return Path(".janus_md") / self.name

    def here(self) -> bool:
        """Whether the scheduler is installed on this machine."""
        return all(shutil.which(command) for command in self.commands)

    def missing(self, command: str = "") -> JanusError:
        """Return the error for a program that is not installed."""
        absent = (one for one in self.commands if not shutil.which(one))
        return JanusError(
            f"{command or next(absent, self.commands[0])}: not found; submission requires "
            f"{self.title}, use janus-md run on this machine"
        )

    # Files of a job, relative to the workspace.

    def tasks_file(self, name: str) -> Path:
        """Return the path of a submission's task file, which lists the jobs of a task per line."""
        return self.folder / f"{name}.tasks"

    def script_file(self, name: str) -> Path:
        """Return the path of a submission's script."""
        return self.folder / f"{name}.sh"

    def output(self, array: bool) -> Path:
        """Return the path of the output with the scheduler's placeholders for ids."""
        return Path(os.devnull)

    def output_of(self, job: str) -> Path:
        """Return the path of the output of a job or array task."""
        return self.folder / f"{job}.out"

    def exit_file(self, job: str) -> Path:
        """Return the path of the file to which the script writes its exit code."""
        return self.folder / f"{job}.exit"

    def task_id(self, array: str, number: int) -> str:
        """Return the id of an array task in the format of :attr:`identify` and :meth:`queue`."""
        return f"{array}_{number}"

    # Requested resources.

    def options(self, request: JobRequest) -> list[str]:
        """Return the options of a job script, without the prefix :attr:`directive`."""
        return []

    def objection(self, option: str) -> str:
        """Return the reason why a user's option is not allowed; empty if it is allowed."""
        return f"{option!r} is not allowed; {self.title} accepts no additional options"

    def takes_whole_nodes(self, options: Sequence[str]) -> bool:
        """Return whether the user's options request whole nodes, which are charged as a whole."""
        return False

    def launch(self, ranks: int, threads: int, mpi: str | None) -> str:
        """Return the launch command for this number of MPI ranks, to which the program is appended.

        `mpi` is the value of the cluster's key with this name.
        """
        return f"mpiexec -n {ranks}" + (f" {mpi}" if mpi else "")

    launch_environment: ClassVar[str] = ""
    """Shell lines before the first program that runs on several ranks."""

    # Submission and monitoring.

    @abstractmethod
    def submit(
        self, script: Path, folder: Path, after: Dependency | None = None, hold: bool = False
    ) -> str:
        """Submit a script.

        Parameters
        ----------
        script : Path
            The script, which contains the :meth:`options`.
        folder : Path
            The workspace, which is the working directory of the job.
        after : Dependency, optional
            Job on which this one depends.
        hold : bool
            Whether the job is held until :meth:`release` is called.

        Returns
        -------
        str
            Id of the job or array.

        Raises
        ------
        Rejected
            If the scheduler rejects the job.
        JanusError
            If the scheduler does not answer. It may have accepted the job nevertheless.
        """

    def is_full(self, refusal: str) -> bool:
        """Return whether a job was rejected because the user has too many in the queue."""
        return False

    @abstractmethod
    def queue(self, prefix: str) -> list[QueuedJob]:
        """Return the user's pending and running jobs whose names begin with `prefix`.

        Raises
        ------
        JanusError
            If the scheduler does not answer.
        """

    @abstractmethod
    def cancel(self, jobs: Sequence[str]) -> None:
        """Cancel jobs, array tasks or whole arrays."""

    def release(self, job: str) -> None:
        """Release a job that was submitted on hold."""
        raise NotImplementedError

    def move(self, job: str, folder: Path, array: bool) -> bool:
        """Set the working directory of a pending job to `folder`, after the workspace was moved.

        Return False if the scheduler does not support this. The job is then cancelled and
        resubmitted.
        """
        return False

    def ended(self, jobs: Sequence[str]) -> dict[str, EndedJob]:
        """Return how jobs ended, for those that the scheduler still knows.

        It is called for jobs whose :meth:`exit_file` does not suffice.
        """
        return {}

    # Configuration of the cluster.

    def partitions(self) -> list[Partition]:
        """Return the available partitions; none if the scheduler does not report them."""
        return []

    def largest_array(self) -> int:
        """Return the maximum number of tasks in an array; 0 if arrays are not supported."""
        return 0

    def cluster_name(self) -> str | None:
        """Return the name of this cluster in the scheduler's configuration."""
        return None

    def default(self, key: str) -> str | None:
        """Return the account or partition in the user's environment variables."""
        return None

    # The job of which this process is part.

    def cores(self, environment: Mapping[str, str] = os.environ) -> int | None:
        """Return the cores allocated to this process; None if it is not part of a job."""
        return None

    def time_limit(self, environment: Mapping[str, str] = os.environ) -> Limit:
        """Return the time limit of this process's job; no limit if it is not part of one."""
        return NO_LIMIT
