"""The jobs of a workspace for signac-flow.

A job that is damaged, or whose operation fails, is reported and does not affect the others.
"""

from __future__ import annotations

import multiprocessing
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common import crash
from janus_md.common.errors import JanusError, ToBeContinued
from janus_md.common.locks import Held, Unclear
from janus_md.workspace import failures, records
from janus_md.workspace.jobs import check_cache

if TYPE_CHECKING:
    from signac.job import Job

    from janus_md.workspace.records import Record


class SoundJobs:
    """Base of a FlowProject that leaves out damaged jobs.

    Attributes
    ----------
    damaged : dict of str to str
        Faults of the damaged jobs, by id.
    """

    damaged: dict[str, str]
    workspace: str

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._sound: list[str] | None = None
        self.damaged = {}
        super().__init__(*arguments, **options)

    def _job_dirs(self) -> Iterator[str]:
        """Yield the ids of the jobs that signac and flow use."""
        if self._sound is None:
            check_cache(self)
            self._sound = []
            for name in records.job_ids(self):
                record = records.read_job(Path(self.workspace, name), thorough=True)
                if record is not None and record.trouble:
                    self.damaged[name] = record.trouble
                elif record is not None:
                    self._sound.append(name)
        yield from self._sound


def sound_record(job: Job) -> Record:
    """Read a job for an operation.

    Raises
    ------
    JanusError
        If it is damaged or no longer exists.
    """
    record = records.read_job(Path(job.path), thorough=True)
    if record is None or record.trouble:
        raise JanusError(f"job {job.id}: {record.trouble if record else 'it no longer exists'}")
    return record


@contextmanager
def failing_alone(job: Job, operation: str) -> Iterator[None]:
    """Let `run` continue with the other jobs if the operation of this one fails.

    The reason is written to its document, as by `janus-md run`. A stop request ends all jobs.
    """
    try:
        yield
    except ToBeContinued:
        raise
    except Exception as error:
        in_pool = multiprocessing.parent_process() is not None
        if not runs() or (isinstance(error, Held) and in_pool):
            raise
        if not isinstance(error, JanusError | OSError):
            traceback.print_exc()
        message, _ = crash.of_job(error, operation, Path(job.path))
        tell(job.id, message)
        if isinstance(error, Held):
            held.append(job.id)
            return
        if isinstance(error, Unclear):  # the document may belong to another process
            return
        # The folder or the document may be damaged.
        with suppress(OSError, LookupError, TypeError, ValueError):
            failures.note(job.document, operation, message)
    else:
        failures.forget(job.document)


def runs() -> bool:
    """Whether this process is a flow `run` rather than a single operation."""
    return "run" in sys.argv


held: list[str] = []
"""Jobs in use by other processes."""


_told: set[str] = set()


def tell(job: str, why: str) -> None:
    """Print the fault of a job on standard error, once for each job."""
    if job in _told:
        return
    _told.add(job)
    about = why.removeprefix(f"job {job}: ")
    print(f"project.py: job {job}: {about}", file=sys.stderr, flush=True)


def counted(project: Any) -> dict[str, int]:
    """Return the number of failures of each job."""
    return {
        name: failures.times(records.read_document(f"{project.workspace}/{name}"))
        for name in records.job_ids(project)
    }
