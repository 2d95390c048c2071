"""Submit the prepared submissions to the scheduler."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from janus_md.common.errors import JanusError
from janus_md.common.messages import count
from janus_md.running.cluster import recovery
from janus_md.running.cluster.preparation import Prepared
from janus_md.running.cluster.request.plan import Submission
from janus_md.running.cluster.schedulers.base import Scheduler
from janus_md.running.cluster.schedulers.records import Dependency, Rejected

if TYPE_CHECKING:
    from signac import Project

_WITHOUT_HOLD = 20  # number of documents that are written before a batch job can start

MAX_EQUAL_REJECTIONS = 10
"""Number of successive rejections with the same reason after which no more are submitted."""


@dataclass
class Sent:
    """Submissions that were accepted and rejected.

    Attributes
    ----------
    ids : dict of str to str
        Ids of the scheduler, by the name of the submission.
    rejected : dict of str to str
        Reason of each rejection, by the name of the submission.
    untried : int
        Number of submissions that were not tried, after :data:`MAX_EQUAL_REJECTIONS` rejections.
    full : bool
        Whether one was rejected because the user has too many jobs in the queue.
    """

    ids: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    untried: int = 0
    full: bool = False


def send(
    project: Project,
    scheduler: Scheduler,
    prepared: Prepared,
    progress: Callable[[Submission], None] = lambda one: None,
) -> Sent:
    """Submit the prepared submissions. If one is rejected, the others are still submitted.

    After :data:`MAX_EQUAL_REJECTIONS` successive rejections with the same reason, such as a limit
    on the number of jobs or an invalid account, the rest is not tried.

    Parameters
    ----------
    project : signac.Project
        The workspace. The caller holds its lock (:func:`ledger.lock`).
    scheduler : Scheduler
        The scheduler to submit to.
    prepared : Prepared
        Result of :func:`prepare`.
    progress : callable
        Called with each submission after it was accepted or rejected.

    Raises
    ------
    JanusError
        If the scheduler does not answer, the workspace cannot be written, or Ctrl-C was pressed.
    """
    root = Path(project.path)
    sent = Sent()
    try:
        (root / scheduler.folder).mkdir(parents=True, exist_ok=True)
        rejections: list[str] = []  # since the last submission that was accepted
        for number, one in enumerate(prepared.submissions):
            if (
                len(rejections) >= MAX_EQUAL_REJECTIONS
                and len(set(rejections[-MAX_EQUAL_REJECTIONS:])) == 1
            ):
                sent.untried = len(prepared.submissions) - number
                break
            _write(root / scheduler.tasks_file(one.name), _lines(one.rows))
            path = root / scheduler.script_file(one.name)
            _write(path, prepared.scripts[one.name])
            _send_one(project, scheduler, one, path, sent)
            if one.name in sent.ids:
                rejections.clear()
            elif one.after is None:
                rejections.append(sent.rejected[one.name])
            progress(one)
    except OSError as error:
        raise JanusError(
            f"{error.filename or root}: {error.strerror}; {count(len(sent.ids), 'submission')} "
            "submitted so far; fix this and run submit again for the rest"
        ) from error
    except (JanusError, KeyboardInterrupt) as error:
        why = str(error) or "interrupted"
        raise JanusError(
            f"{why}; {count(len(sent.ids), 'submission')} submitted so far; the next submit checks "
            "whether this one was accepted and submits the rest"
        ) from error
    return sent


def _send_one(
    project: Project, scheduler: Scheduler, one: Submission, path: Path, sent: Sent
) -> None:
    after = None
    if one.after is not None:
        if one.after not in sent.ids:
            sent.rejected[one.name] = "not submitted, because their dependency was rejected"
            return
        # If jobs share a submission, a failure of one must not prevent the analysis of the others.
        single = all(len(row) == 1 for row in one.rows)
        after = Dependency(
            sent.ids[one.after], "task" if one.array else "success" if single else "end"
        )
    # A running job must not write its document at the same time as this function. Therefore large
    # submissions are held until all of their documents are written.
    many = sum(map(len, one.rows)) > _WITHOUT_HOLD
    hold = scheduler.holds and after is None and many
    mark = path.with_suffix(recovery.UNRECORDED)
    if after is None:  # otherwise the job document refers to the simulation
        _write(mark, one.operation)
    try:
        job = scheduler.submit(path, Path(project.path), after, hold)
    except Rejected as error:
        mark.unlink(missing_ok=True)
        sent.rejected[one.name] = str(error)
        sent.full |= scheduler.is_full(str(error))
        return
    sent.ids[one.name] = job
    if after is not None:
        return
    ids = [scheduler.task_id(job, k) for k in range(len(one.rows))] if one.array else [job]
    recovery.record(
        project, scheduler, one.name, one.operation, dict(zip(ids, one.rows, strict=True))
    )
    if hold:
        scheduler.release(job)
    mark.unlink()


def _lines(rows: Sequence[Sequence[str]]) -> str:
    return "".join(" ".join(row) + "\n" for row in rows)


def _write(path: Path, text: str) -> None:
    """Write a file atomically."""
    partial = path.with_name(f"{path.name}.partial")
    # Paths may contain bytes that are not UTF-8.
    partial.write_text(text, encoding="utf-8", errors="surrogateescape")
    partial.replace(path)
