"""Removal of jobs from a workspace."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.errors import JanusError
from janus_md.common.locks import Held, Unclear, hold
from janus_md.workspace import continuation, documents, jobs

if TYPE_CHECKING:
    from signac import Project

    from janus_md.workspace.records import Record

REMOVED = ".removed-"
"""Beginning of the name of a folder that is being removed. Its rest is the id."""


def remove(project: Project, records: Sequence[Record]) -> dict[str, str]:
    """Remove jobs with all their files.

    The folder of a job is renamed first, so that an interruption leaves no incomplete job; the next
    call removes the rest. If a removed job continues a shorter one, that one counts again.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    records : sequence of Record
        The jobs.

    Returns
    -------
    dict of str to str
        Reasons why jobs were not removed, by id.
    """
    workspace, refused = Path(project.workspace), dict[str, str]()
    for left in workspace.glob(f"{REMOVED}*"):
        shutil.rmtree(left, ignore_errors=True)
    for one in records:
        folder, aside = Path(one.directory), workspace / f"{REMOVED}{one.id}"
        try:
            if not folder.is_dir() or folder.is_symlink():
                folder.unlink(missing_ok=True)  # a file or a link in the place of a job
                continue
            with hold(folder):
                _unmark(workspace, one.id)
                folder.rename(aside)
            shutil.rmtree(aside)
        except (Held, Unclear) as error:
            refused[one.id] = str(error).removeprefix(f"job {one.id}: ")
        except OSError as error:
            refused[one.id] = f"{error.filename or folder} cannot be removed: {error.strerror}"
    with suppress(OSError):
        jobs.update_cache(project)
    return refused


def _unmark(workspace: Path, longer: str) -> None:
    """Remove the mark of the job that this one continues, or let it name the next longer job."""
    document = _document(workspace / longer)
    shorter = document.get(continuation.CONTINUES)
    if not isinstance(shorter, str) or not (workspace / shorter).is_dir():
        return
    marked = _document(workspace / shorter)
    if continuation.successor(marked) != longer:
        return
    with suppress(JanusError, KeyError):
        of_shorter = jobs.open_job(workspace / shorter).document
        following = continuation.successor(document)
        if following and (workspace / following).is_dir():
            of_shorter[continuation.CONTINUED_BY] = following
        else:
            del of_shorter[continuation.CONTINUED_BY]


def _document(folder: Path) -> Mapping[str, Any]:
    return documents.read(str(folder))[0]


def size_of(directory: str) -> int:
    """Return the size of all files of a job, bytes."""
    total = 0
    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            with suppress(OSError):
                nested = entry.is_dir(follow_symlinks=False)
                size = size_of(entry.path) if nested else entry.stat(follow_symlinks=False).st_size
                total += size
    return total
