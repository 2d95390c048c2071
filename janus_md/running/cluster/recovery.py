"""What an earlier submission left unfinished, and jobs that wait for a folder that is no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.running.cluster import ledger
from janus_md.running.cluster.request.script import FOLDER, UNENTERED, exit_file, output_file
from janus_md.running.cluster.schedulers.slurm import commands as slurm
from janus_md.workspace.jobs import job_of

if TYPE_CHECKING:
    from signac import Project

    from janus_md.running.cluster.schedulers.slurm.answers import Queued


def enter(project: Project, name: str, operation: str, jobs: Mapping[str, Sequence[str]]) -> None:
    """Keep in documents that their jobs were sent; `jobs` are those of each of Slurm's ids."""
    root = Path(project.path)
    for slurm_id, some in jobs.items():
        # Ids begin anew where a controller has lost its state.
        (root / exit_file(slurm_id)).unlink(missing_ok=True)
        for job in some:
            # What was removed or damaged since it was sent is told where jobs are read.
            with suppress(LookupError, TypeError, ValueError):
                document = job_of(project, job).document
                ledger.enter(document, slurm_id, name, operation, root)


def finish(project: Project, queued: Iterable[Queued]) -> None:
    """Enter what a submission sent that came to no end, and let it begin.

    What runs already is left alone: two must not write a document at a time.
    """
    root = Path(project.path)
    for mark, found in _unentered(root, queued).items():
        waiting = {one.id: ledger.jobs_of(root, one) for one in found if one.state == "PENDING"}
        enter(project, mark.stem, mark.read_text(encoding="utf-8"), waiting)
        if any(one.reason == slurm.HELD for one in found):
            slurm.release(found[0].head)
        mark.unlink()


def unentered(root: Path, queued: Iterable[Queued]) -> dict[str, dict[str, Any]]:
    """What documents would say, by job, had that submission come to its end."""
    return {
        job: {"id": one.id}
        for found in _unentered(root, queued).values()
        for one in found
        for job in ledger.jobs_of(root, one)
    }


def _unentered(root: Path, queued: Iterable[Queued]) -> dict[Path, list[Queued]]:
    marks: dict[str, Path] = {mark.stem: mark for mark in (root / FOLDER).glob(f"*{UNENTERED}")}
    found: dict[Path, list[Queued]] = {mark: [] for mark in marks.values()}
    for one in queued:
        if one.name in marks:
            found[marks[one.name]].append(one)
    return found


def without_hopeless(queued: Sequence[Queued]) -> list[Queued]:
    """Cancel what waits for the success of a job that failed; return the others.

    Slurm is told to do so itself, but not all clusters let it.
    """
    slurm.cancel([one.id for one in queued if one.reason == slurm.HOPELESS])
    return [one for one in queued if one.reason != slurm.HOPELESS]


def move_here(root: Path, queued: Iterable[Queued]) -> int:
    """Tell jobs that wait for a folder that was moved that it is `root` now; return how many.

    Raises
    ------
    JanusError
        Where Slurm does not let them be told.
    """
    gone = ledger.gone(one.folder for one in queued)
    waiting = [one for one in queued if one.state == "PENDING" and one.folder in gone]
    for head, array in {one.head: one.id != one.head for one in waiting}.items():
        slurm.move(head, root, output_file(array))
    return len(waiting)
