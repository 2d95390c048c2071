"""The interface of a scheduler: all that the package asks of one."""

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

    A subclass sets :attr:`name`, :attr:`title`, :attr:`commands` and :attr:`identify`, and has
    :meth:`submit`, :meth:`queue` and :meth:`cancel`. Everything else has a default that suits a
    scheduler which can do no more.
    """

    name: ClassVar[str]
    """Name in ``--scheduler``, and of the folder in ``.janus_md`` with scripts and output."""

    title: ClassVar[str]
    """Name in messages."""

    commands: ClassVar[tuple[str, ...]]
    """Programs that must be on the machine."""

    precedence: ClassVar[int] = 0
    """Where several schedulers are on a machine, the one with the largest number is taken."""

    settings: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Keys of a cluster that are about this scheduler, with their values, the default first."""

    smallest_array: ClassVar[int] = 1
    """Number of tasks that an array must have; fewer are sent as single jobs."""

    # The job script.

    directive: ClassVar[str] = "#"
    """Beginning of a line of the script with an option."""

    begin: ClassVar[str] = ""
    """Shell lines at the beginning, such as a ``cd`` to the workspace."""

    identify: ClassVar[str]
    """Shell lines that set ``me`` to the job's id, ``task`` to its number in an array, from 0, and
    ``restarts`` to the number of times that it was put back in the queue."""

    requeue: ClassVar[str] = ""
    """Shell command that puts the running job back in the queue under its id; empty: there is none,
    and what the walltime cuts off goes on with the next ``janus-md submit``."""

    signals: ClassVar[bool] = False
    """Whether the scheduler sends the script USR1 `lead` seconds before the end of the walltime.
    Where it does not, the script tells the run how much time it has."""

    writes_output: ClassVar[bool] = False
    """Whether the scheduler writes the output to the file of :meth:`output`. Where it does not, the
    script does so itself."""

    holds: ClassVar[bool] = False
    """Whether jobs can be sent on hold; a large submission waits so until it is noted whole."""

    own_lines: ClassVar[tuple[str, ...]] = ()
    """Beginnings of lines that the scheduler itself adds at the end of an output."""

    # Variables of a job's processes.

    rank_variable: ClassVar[str] = ""
    """Variable with the number of an MPI rank, where the launcher is the scheduler's own."""

    @property
    def folder(self) -> Path:
        """Where scripts, lists of jobs, output and exit codes lie, in the workspace."""
        return Path(".janus_md") / self.name

    def here(self) -> bool:
        """Whether its programs are on this machine."""
        return all(shutil.which(command) for command in self.commands)

    def missing(self, command: str = "") -> JanusError:
        """Return the error that one of its programs is not on this machine."""
        absent = (one for one in self.commands if not shutil.which(one))
        return JanusError(
            f"{command or next(absent, self.commands[0])}: not found; submission needs "
            f"{self.title}, on this machine use janus-md run"
        )

    # Files of a job, relative to the workspace.

    def tasks_file(self, name: str) -> Path:
        """Return the path of the list of jobs of a submission, a line for each task."""
        return self.folder / f"{name}.tasks"

    def script_file(self, name: str) -> Path:
        """Return the path of the script of a submission."""
        return self.folder / f"{name}.sh"

    def output(self, array: bool) -> Path:
        """Return the path of the output as the scheduler reads it, with its marks for the ids."""
        return Path(os.devnull)

    def output_of(self, job: str) -> Path:
        """Return the path of the output of a job, or of a task of an array."""
        return self.folder / f"{job}.out"

    def exit_file(self, job: str) -> Path:
        """Return the path of the file in which the script leaves its exit code."""
        return self.folder / f"{job}.exit"

    def task_id(self, array: str, number: int) -> str:
        """Return the id of a task of an array, as :attr:`identify` and :meth:`queue` give it."""
        return f"{array}_{number}"

    # What a script asks for.

    def options(self, request: JobRequest) -> list[str]:
        """Return the options of a job script, without :attr:`directive`."""
        return []

    def objection(self, option: str) -> str:
        """Say why a user's own option is not allowed; empty where it is."""
        return f"{option!r} is not allowed; {self.title} takes no further options"

    def takes_whole_nodes(self, options: Sequence[str]) -> bool:
        """Return whether options that a user adds ask for whole nodes, which are charged whole."""
        return False

    def launch(self, ranks: int, threads: int, mpi: str | None) -> str:
        """Return the shell words before a program that start it on so many MPI ranks.

        `mpi` is the value of the cluster's key of this name.
        """
        return f"mpiexec -n {ranks}" + (f" {mpi}" if mpi else "")

    launch_environment: ClassVar[str] = ""
    """Shell lines before the first program that is started on several ranks."""

    # What is sent, and what becomes of it.

    @abstractmethod
    def submit(
        self, script: Path, folder: Path, after: Dependency | None = None, hold: bool = False
    ) -> str:
        """Send a script.

        Parameters
        ----------
        script : Path
            The script; it begins with the lines of :meth:`options`.
        folder : Path
            Workspace, where the job is to work.
        after : Dependency, optional
            What the job waits for.
        hold : bool
            Whether the job waits for :meth:`release`.

        Returns
        -------
        str
            The id of the job or array.

        Raises
        ------
        Rejected
            Where the scheduler refuses the job.
        JanusError
            Where the scheduler does not answer; the job may have been sent nevertheless.
        """

    def is_full(self, refusal: str) -> bool:
        """Return whether a job was refused since the user has too many in the queue."""
        return False

    @abstractmethod
    def queue(self, prefix: str) -> list[QueuedJob]:
        """Return the user's jobs that wait or run and whose names begin with `prefix`.

        Raises
        ------
        JanusError
            Where the scheduler does not answer.
        """

    @abstractmethod
    def cancel(self, jobs: Sequence[str]) -> None:
        """Cancel jobs, tasks of arrays, or whole arrays."""

    def release(self, job: str) -> None:
        """Let a job start that was sent on hold."""
        raise NotImplementedError

    def move(self, job: str, folder: Path, array: bool) -> bool:
        """Tell a waiting job that its workspace is now `folder`; return False where that cannot be.

        It is cancelled and sent again then.
        """
        return False

    def ended(self, jobs: Sequence[str]) -> dict[str, EndedJob]:
        """Say how jobs ended that are no longer in the queue, where the scheduler still knows.

        What a script left in :meth:`exit_file` is known without.
        """
        return {}

    # What there is.

    def partitions(self) -> list[Partition]:
        """Return the partitions that jobs may be sent to; none where the scheduler does not say."""
        return []

    def largest_array(self) -> int:
        """Return the number of tasks that an array may have; 0: there are no arrays."""
        return 0

    def cluster_name(self) -> str | None:
        """Return the name that the scheduler gives this cluster."""
        return None

    def default(self, key: str) -> str | None:
        """Return the account or partition that the user's environment names."""
        return None

    # This process, where it is part of a job.

    def cores(self, environment: Mapping[str, str] = os.environ) -> int | None:
        """Return the cores that this process was given; None where it is not part of a job."""
        return None

    def time_limit(self, environment: Mapping[str, str] = os.environ) -> Limit:
        """Return the end of this process's job; no limit where it is not part of one."""
        return NO_LIMIT
