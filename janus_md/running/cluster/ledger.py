"""What was submitted: in each job's document, and by names that say which project's a job is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common import locks
from janus_md.common.errors import JanusError
from janus_md.running.cluster.request.script import FOLDER, tasks_file
from janus_md.running.cluster.schedulers.slurm import commands as slurm
from janus_md.running.cluster.schedulers.slurm.answers import Queued
from janus_md.workspace import failures

if TYPE_CHECKING:
    from signac import Project

KEY = "scheduler"
"""Key of the document: of a job, what was submitted; of the project, its name in the queue."""

PATIENCE = 120.0
"""Seconds that a submission waits for another one of the same workspace to end."""


def prefix(project: Project, make: bool = True) -> str:
    """Beginning of the names of the project's jobs in the queue; it moves with the project.

    Empty where nothing was ever submitted and `make` is False.

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
            f"{project.fn(project.FN_DOCUMENT)} is damaged; mend it, or remove it (what is in the "
            "queue is not known to be this workspace's then)"
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
        raise JanusError(f"{path}: {error.strerror}; mend that and submit again") from error
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
    document: MutableMapping[str, Any], slurm_id: str, name: str, operation: str, root: Path
) -> None:
    """Keep in a job's document that it was submitted, to work in `root`."""
    document[KEY] = {
        "id": slurm_id,
        "name": name,
        "operation": operation,
        "folder": str(root),
        "failures": failures.times(document),
    }


def busy(root: Path, queued: Iterable[Queued]) -> set[str]:
    """Ids of the jobs that the queue works on, by the lists that the submissions left.

    The names in the queue count, not the documents: a submission that was cut off before it could
    write those is not sent twice.
    """
    lists: dict[str, list[list[str]]] = {}
    return {job for one in queued for job in jobs_of(root, one, lists)}


def jobs_of(root: Path, one: Queued, lists: dict[str, list[list[str]]] | None = None) -> list[str]:
    """Ids of the jobs that a queued job or task works on, by the list that its submission left.

    All of an array that Slurm has not split up; none where the list is lost. What was read is kept
    in `lists`.
    """
    lists = {} if lists is None else lists
    if one.name not in lists:
        try:
            text = (root / tasks_file(one.name)).read_text(encoding="utf-8", errors="replace")
        except (OSError, ValueError):
            text = ""
        lists[one.name] = [line.split() for line in text.splitlines()]
    rows = lists[one.name]
    _, _, task = one.id.partition("_")
    chosen = rows[int(task) : int(task) + 1] if task.isdigit() else rows
    return [job for row in chosen for job in row]


def queue(root: Path, begin: str) -> list[Queued]:
    """Jobs of this workspace that wait or run; those of one that it is a copy of are not its own.

    Raises
    ------
    JanusError
        Where Slurm does not answer.
    """
    queued = slurm.queue(begin)
    foreign = others(root, (one.folder for one in queued))
    return [one for one in queued if one.folder not in foreign]


def others(root: Path, folders: Iterable[str]) -> set[str]:
    """Which of these folders, that jobs work in, are other workspaces than `root`."""
    there = set(folders) - {""}
    return {one for one in there - gone(there) if not root.samefile(one)}


def gone(folders: Iterable[str]) -> set[str]:
    """Which of these folders, that jobs were to work in, no longer are workspaces."""
    return {one for one in set(folders) if one and not (Path(one) / FOLDER).is_dir()}
