"""Records of submissions: in each job document, and in the names of batch jobs.

The names begin with a prefix that is unique to the workspace.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common import locks
from janus_md.common.errors import JanusError
from janus_md.workspace import failures

if TYPE_CHECKING:
    from signac import Project

    from janus_md.running.cluster.schedulers.base import Scheduler
    from janus_md.running.cluster.schedulers.records import QueuedJob

FOLDER = ".janus_md"
"""Folder of a workspace with the files of submissions."""

KEY = "scheduler"
"""Key in a job document for its last submission, and in the project document for the prefix."""

LOCK_TIMEOUT = 120.0
"""Time to wait for another `submit` in the same workspace, s."""


def prefix(project: Project, make: bool = True) -> str:
    """Return the prefix of the names of the project's batch jobs.

    It does not change when the project is moved. It is empty if nothing was ever submitted and
    `make` is False.

    Raises
    ------
    JanusError
        If the project document cannot be read.
    """
    try:
        about = project.document.get(KEY)
        if about is None:
            if not make:
                return ""
            project.document[KEY] = about = {"name": uuid.uuid4().hex[:8]}
        return f"janus-{about['name']}-"
    except (LookupError, RecursionError, TypeError, ValueError, AttributeError) as error:
        raise JanusError(
            f"{project.fn(project.FN_DOCUMENT)} is damaged; repair it, or remove it (submit then "
            "no longer recognizes this workspace's jobs in the queue)"
        ) from error


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Lock the workspace for a submission; wait if another one holds the lock.

    Raises
    ------
    JanusError
        If the other one does not end within :data:`LOCK_TIMEOUT`, or the folder cannot be written.
    """
    path, stack = root / FOLDER / "submit.lock", ExitStack()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = stack.enter_context(locks.exclusive(path, LOCK_TIMEOUT, 0.1))
    except OSError as error:
        raise JanusError(f"{path}: {error.strerror}; fix this and run submit again") from error
    with stack:
        if not held:
            marker = locks.marker_of(path)
            left = f"; if it was killed, remove {marker}" if marker.exists() else ""
            raise JanusError(
                f"directory: {str(root)!r}: another submit has been running for more than "
                f"{LOCK_TIMEOUT:.0f} s; wait for it, or stop it{left}"
            )
        yield


def record(
    document: MutableMapping[str, Any],
    scheduler: Scheduler,
    job: str,
    name: str,
    operation: str,
    root: Path,
) -> None:
    """Record in a job document that the job was submitted as batch job `job` from `root`."""
    document[KEY] = {
        "scheduler": scheduler.name,
        "id": job,
        "name": name,
        "operation": operation,
        "folder": str(root),
        "failures": failures.times(document),
    }


def jobs_in_queue(scheduler: Scheduler, root: Path, queued: Iterable[QueuedJob]) -> set[str]:
    """Return the ids of the workspace's jobs that are in the queue.

    They are found by the names of the batch jobs, not by the job documents. Thus a submission that
    was interrupted before it wrote the documents is not submitted twice.
    """
    lists: dict[str, list[list[str]]] = {}
    return {job for one in queued for job in jobs_of(scheduler, root, one, lists)}


def jobs_of(
    scheduler: Scheduler,
    root: Path,
    one: QueuedJob,
    lists: dict[str, list[list[str]]] | None = None,
) -> list[str]:
    """Return the ids of the workspace's jobs that a batch job or array task runs.

    They are read from the task file of its submission. The result contains all jobs of an array
    that the scheduler shows as a whole, and is empty if the task file is missing. `lists` caches
    the contents of task files by name.
    """
    lists = {} if lists is None else lists
    if one.name not in lists:
        try:
            path = root / scheduler.tasks_file(one.name)
            text = path.read_text(encoding="utf-8", errors="replace")
        except (OSError, ValueError):
            text = ""
        lists[one.name] = [line.split() for line in text.splitlines()]
    rows = lists[one.name]
    chosen = rows if one.task is None else rows[one.task : one.task + 1]
    return [job for row in chosen for job in row]


def queue(scheduler: Scheduler, root: Path, begin: str) -> list[QueuedJob]:
    """Return the pending and running batch jobs of this workspace, without those of its copies.

    Raises
    ------
    JanusError
        If the scheduler does not answer.
    """
    queued = scheduler.queue(begin)
    foreign = other_workspaces(root, (one.folder for one in queued))
    return [one for one in queued if one.folder not in foreign]


def other_workspaces(root: Path, folders: Iterable[str]) -> set[str]:
    """Return those working directories of batch jobs that are workspaces other than `root`."""
    given = set(folders) - {""}
    return {one for one in given - missing_workspaces(given) if not root.samefile(one)}


def missing_workspaces(folders: Iterable[str]) -> set[str]:
    """Return those working directories of batch jobs that are no longer workspaces."""
    return {one for one in set(folders) if one and not (Path(one) / FOLDER).is_dir()}
