"""Selection of jobs of a workspace by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from janus_md.common.errors import JanusError
from janus_md.common.prefixes import only

if TYPE_CHECKING:
    from signac import Project

    from janus_md.workspace.records import Record

QUEUED = ("queued", "running", "suspended", "held")
"""States of a scheduler of jobs that have not ended."""


def at_scheduler(project: Project, jobs: Sequence[Record], doubt: str) -> set[str]:
    """Return the ids of the jobs that wait or run at a scheduler; none if it does not answer.

    In this case, the reason and `doubt` are printed on standard error.
    """
    from janus_md.running import cluster as scheduler
    from janus_md.running import status as job_status

    try:
        told = scheduler.states(project, {one.id: one.document for one in jobs if one.left})
    except JanusError as error:
        typer.echo(f"{error}; {doubt}", err=True)
        return set()
    return {one for one, word in told.items() if job_status.parts(word)[0] in QUEUED}


def chosen_jobs(
    project: Project, ids: Sequence[str], file: Path | None
) -> tuple[list[Record], dict[str, str]]:
    """Return the jobs named by `ids` (or id prefixes) and by the lines of `file`; else all jobs.

    Complete ids without a job are returned with a message, since jobs may have been removed after
    a batch job was submitted.

    Raises
    ------
    JanusError
        If an id matches no job, or several, or the file cannot be read.
    """
    from janus_md.running import cluster as scheduler
    from janus_md.workspace import failures, query
    from janus_md.workspace.records import is_id

    names, keys = list(ids), {failures.KEY, scheduler.KEY, "threads"}
    if file is not None:
        try:
            names += file.read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not a text file"
            raise JanusError(f"--jobs-file: {str(file)!r} cannot be read: {why}") from error
        if not names:
            raise JanusError(f"--jobs-file: {str(file)!r} is empty; it must hold ids of jobs")
    elif not names:
        return query.records(project, keys=keys, thorough=True), {}
    known, lost = dict.fromkeys(query.folders(project)), {}
    found = []
    for name in names:
        if name not in known and is_id(name):
            lost[name] = "it no longer exists"
            continue
        found.append(only("--job", name, known, project.path))
    return query.records(project, list(dict.fromkeys(found)), keys, thorough=True), lost


def trajectory_of(name: str, directory: Path) -> Path:
    """Return the trajectory of the job with this id (or id prefix), or the GSD file `name`.

    Raises
    ------
    JanusError
        If there is no such file, the id matches no job, or several, or the job has no trajectory.
    """
    from janus_md.workspace import query
    from janus_md.workspace.products import TRAJECTORY

    if name.endswith(".gsd"):
        if not Path(name).is_file():
            raise JanusError(f"job: the file {name!r} does not exist")
        return Path(name)
    folders = query.folders(query.open_project(directory))
    path = folders[only("job", name, folders, str(directory), "a GSD file")] / TRAJECTORY
    if not path.is_file():
        raise JanusError(f"job: {name!r} has no {TRAJECTORY} yet")
    return path
