"""Recovery from submissions that were cut off, and of jobs whose workspace was moved."""

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

UNENTERED = ".unentered"
"""Ending of the file, beside the script, that says that a submission was sent but is not in all
documents yet; it holds the operation."""


def enter(
    project: Project,
    scheduler: Scheduler,
    name: str,
    operation: str,
    jobs: Mapping[str, Sequence[str]],
) -> None:
    """Note in documents that their jobs were sent; `jobs` are those of each id of the scheduler."""
    root = Path(project.path)
    for sent, some in jobs.items():
        # Ids begin anew where a server has lost its state.
        (root / scheduler.exit_file(sent)).unlink(missing_ok=True)
        for job in some:
            # A job that was removed or damaged since it was sent is reported where jobs are read.
            with suppress(LookupError, TypeError, ValueError):
                document = job_of(project, job).document
                ledger.enter(document, scheduler, sent, name, operation, root)


def finish(project: Project, scheduler: Scheduler, queued: Iterable[QueuedJob]) -> None:
    """Complete the documents after a submission that was cut off, and let its jobs start.

    The documents of jobs that run already are left alone: the run writes them.
    """
    root = Path(project.path)
    for mark, found in _unentered(scheduler, root, queued).items():
        waiting = {one.id: ledger.jobs_of(scheduler, root, one) for one in found if one.pending}
        enter(project, scheduler, mark.stem, mark.read_text(encoding="utf-8"), waiting)
        if any(one.on_hold for one in found):
            scheduler.release(found[0].head)
        mark.unlink()


def unentered(
    scheduler: Scheduler, root: Path, queued: Iterable[QueuedJob]
) -> dict[str, dict[str, Any]]:
    """Return, by job, what documents lack of a submission that was cut off."""
    return {
        job: {"scheduler": scheduler.name, "id": one.id}
        for found in _unentered(scheduler, root, queued).values()
        for one in found
        for job in ledger.jobs_of(scheduler, root, one)
    }


def _unentered(
    scheduler: Scheduler, root: Path, queued: Iterable[QueuedJob]
) -> dict[Path, list[QueuedJob]]:
    marks = {mark.stem: mark for mark in (root / scheduler.folder).glob(f"*{UNENTERED}")}
    found: dict[Path, list[QueuedJob]] = {mark: [] for mark in marks.values()}
    for one in queued:
        if one.name in marks:
            found[marks[one.name]].append(one)
    return found


def cancel_hopeless(scheduler: Scheduler, queued: Sequence[QueuedJob]) -> list[QueuedJob]:
    """Cancel what waits for the success of a job that failed; return the others.

    A scheduler is asked to do so itself, but not all clusters let it.
    """
    hopeless = [one.id for one in queued if one.hopeless]
    if hopeless:
        scheduler.cancel(hopeless)
    return [one for one in queued if not one.hopeless]


def move_here(
    scheduler: Scheduler, root: Path, queued: Sequence[QueuedJob]
) -> tuple[int, list[QueuedJob]]:
    """Tell waiting jobs whose folder was moved that it is `root` now.

    Those that cannot be told are cancelled.

    Returns
    -------
    int
        Number of jobs that were told.
    list of QueuedJob
        The queue, without the jobs that were cancelled.

    Raises
    ------
    JanusError
        Where the scheduler refuses it.
    """
    gone = ledger.gone(one.folder for one in queued)
    waiting = [one for one in queued if one.pending and one.folder in gone]
    heads = {one.head: bool(one.array) for one in waiting}
    lost = [head for head, array in heads.items() if not scheduler.move(head, root, array)]
    if lost:
        scheduler.cancel(lost)
    told = sum(one.head not in lost for one in waiting)
    return told, [one for one in queued if one not in waiting or one.head not in lost]
