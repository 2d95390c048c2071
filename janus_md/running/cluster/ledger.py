"""What was submitted: in each job's document, and by names that belong to one workspace."""

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
"""Folder of a workspace that holds what is kept of submissions."""

KEY = "scheduler"
"""Key of the document: of a job, what was submitted; of the project, its name in the queue."""

PATIENCE = 120.0
"""Seconds that a submission waits for another one of the same workspace to end."""


def prefix(project: Project, make: bool = True) -> str:
    """Return the beginning of the names of the project's jobs in the queue.

    It stays when the project is moved. It is empty where nothing was ever submitted and `make` is
    False.

    Raises
    ------
    JanusError
        Where the project's document cannot be read.
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
            f"{project.fn(project.FN_DOCUMENT)} is damaged; repair it, or remove it (jobs in the "
            "queue are then no longer known to belong to this workspace)"
        ) from error


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Hold the workspace for a submission; wait for another one to end.

    Raises
    ------
    JanusError
        Where that takes too long, or the folder cannot be written.
    """
    path, stack = root / FOLDER / "submit.lock", ExitStack()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = stack.enter_context(locks.exclusive(path, PATIENCE, 0.1))
    except OSError as error:
        raise JanusError(f"{path}: {error.strerror}; correct that and submit again") from error
    with stack:
        if not held:
            marker = locks.marker_of(path)
            left = f"; where it was killed, remove {marker}" if marker.exists() else ""
            raise JanusError(
                f"directory: {str(root)!r}: another submission has been going on for "
                f"{PATIENCE:.0f} s; wait for it, or end it{left}"
            )
        yield


def enter(
    document: MutableMapping[str, Any],
    scheduler: Scheduler,
    job: str,
    name: str,
    operation: str,
    root: Path,
) -> None:
    """Note in a signac job's document that it was submitted as `job`, to work in `root`."""
    document[KEY] = {
        "scheduler": scheduler.name,
        "id": job,
        "name": name,
        "operation": operation,
        "folder": str(root),
        "failures": failures.times(document),
    }


def busy(scheduler: Scheduler, root: Path, queued: Iterable[QueuedJob]) -> set[str]:
    """Return the ids of signac jobs that the queue works on, by the lists of the submissions.

    The names in the queue count, not the documents: a submission that was cut off before it could
    write those is not sent twice.
    """
    lists: dict[str, list[list[str]]] = {}
    return {job for one in queued for job in jobs_of(scheduler, root, one, lists)}


def jobs_of(
    scheduler: Scheduler,
    root: Path,
    one: QueuedJob,
    lists: dict[str, list[list[str]]] | None = None,
) -> list[str]:
    """Return the ids of the signac jobs that a queued job or task works on.

    They stand in the list that its submission left: all jobs of an array that is not split up into
    tasks yet, none where the list is lost. Lists that were read are kept in `lists`.
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
    """Return the jobs of this workspace that wait or run, without those of a copy of it.

    Raises
    ------
    JanusError
        Where the scheduler does not answer.
    """
    queued = scheduler.queue(begin)
    foreign = others(root, (one.folder for one in queued))
    return [one for one in queued if one.folder not in foreign]


def others(root: Path, folders: Iterable[str]) -> set[str]:
    """Return which of these folders, that jobs work in, are other workspaces than `root`."""
    there = set(folders) - {""}
    return {one for one in there - gone(there) if not root.samefile(one)}


def gone(folders: Iterable[str]) -> set[str]:
    """Return which of these folders, that jobs were to work in, no longer are workspaces."""
    return {one for one in set(folders) if one and not (Path(one) / FOLDER).is_dir()}
