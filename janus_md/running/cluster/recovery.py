"""Recovery from interrupted submissions, and update of pending jobs after a move of the workspace.

A submission is interrupted if `submit` ends after the scheduler has accepted it and before all job
documents are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.running.cluster import ledger
from janus_md.workspace.jobs import job_of

if TYPE_CHECKING:
    from signac import Project

    from janus_md.running.cluster.schedulers.base import Scheduler
    from janus_md.running.cluster.schedulers.records import QueuedJob

UNRECORDED = ".unentered"
"""Suffix of a file beside the script. It exists until a submission is recorded in all job
documents, and contains the operation."""


def record(
    project: Project,
    scheduler: Scheduler,
    name: str,
    operation: str,
    jobs: Mapping[str, Sequence[str]],
) -> None:
    """Record a submission in job documents; `jobs` lists the jobs of each id of the scheduler."""
    root = Path(project.path)
    for sent, some in jobs.items():
        # Ids start again at 1 if a server has lost its state.
        (root / scheduler.exit_file(sent)).unlink(missing_ok=True)
        for job in some:
            # If the job was removed or damaged since, this is reported where jobs are read.
            with suppress(LookupError, TypeError, ValueError):
                document = job_of(project, job).document
                ledger.record(document, scheduler, sent, name, operation, root)


def finish(project: Project, scheduler: Scheduler, queued: Iterable[QueuedJob]) -> None:
    """Record interrupted submissions in the job documents, and release their batch jobs.

    The documents of jobs that are running are not changed, because the run writes them.
    """
    root = Path(project.path)
    for mark, found in _unrecorded(scheduler, root, queued).items():
        waiting = {one.id: ledger.jobs_of(scheduler, root, one) for one in found if one.pending}
        record(project, scheduler, mark.stem, mark.read_text(encoding="utf-8"), waiting)
        if any(one.on_hold for one in found):
            scheduler.release(found[0].head)
        mark.unlink()


def unrecorded(
    scheduler: Scheduler, root: Path, queued: Iterable[QueuedJob]
) -> dict[str, dict[str, Any]]:
    """Return the missing entries of job documents after an interrupted submission, by job id."""
    return {
        job: {"scheduler": scheduler.name, "id": one.id}
        for found in _unrecorded(scheduler, root, queued).values()
        for one in found
        for job in ledger.jobs_of(scheduler, root, one)
    }


def _unrecorded(
    scheduler: Scheduler, root: Path, queued: Iterable[QueuedJob]
) -> dict[Path, list[QueuedJob]]:
    marks = {mark.stem: mark for mark in (root / scheduler.folder).glob(f"*{UNRECORDED}")}
    found: dict[Path, list[QueuedJob]] = {mark: [] for mark in marks.values()}
    for one in queued:
        if one.name in marks:
            found[marks[one.name]].append(one)
    return found


def cancel_unsatisfiable(scheduler: Scheduler, queued: Sequence[QueuedJob]) -> list[QueuedJob]:
    """Cancel batch jobs whose dependency has failed; return the other ones.

    They are submitted with the option that makes the scheduler cancel them, if it has one, but not
    all clusters honor it.
    """
    unsatisfiable = [one.id for one in queued if one.unsatisfiable]
    if unsatisfiable:
        scheduler.cancel(unsatisfiable)
    return [one for one in queued if not one.unsatisfiable]


def move_here(
    scheduler: Scheduler, root: Path, queued: Sequence[QueuedJob]
) -> tuple[int, list[QueuedJob]]:
    """Set the working directory of pending jobs to `root` if their workspace was moved.

    Jobs whose working directory the scheduler cannot change are cancelled.

    Returns
    -------
    int
        Number of jobs whose working directory was changed.
    list of QueuedJob
        The queue, without the jobs that were cancelled.

    Raises
    ------
    JanusError
        If the scheduler rejects the change.
    """
    gone = ledger.missing_workspaces(one.folder for one in queued)
    waiting = [one for one in queued if one.pending and one.folder in gone]
    heads = {one.head: bool(one.array) for one in waiting}
    lost = [head for head, array in heads.items() if not scheduler.move(head, root, array)]
    if lost:
        scheduler.cancel(lost)
    changed = sum(one.head not in lost for one in waiting)
    return changed, [one for one in queued if one not in waiting or one.head not in lost]
