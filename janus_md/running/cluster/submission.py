"""Sending of a prepared submission."""

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

_WITHOUT_HOLD = 20  # documents that are written before a job can have started

MAX_EQUAL_REFUSALS = 10
"""Refusals in a row, for the same reason, after which the rest is not tried."""


@dataclass
class Sent:
    """What became of the submissions.

    Attributes
    ----------
    ids : dict of str to str
        The scheduler's ids, by name.
    rejected : dict of str to str
        Why the others were refused, by name.
    untried : int
        Number of those that were not tried, after :data:`MAX_EQUAL_REFUSALS` refusals.
    full : bool
        Whether one was refused since the user has too many jobs in the queue.
    """

    ids: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    untried: int = 0
    full: bool = False


def send(
    project: Project,
    scheduler: Scheduler,
    prepared: Prepared,
    told: Callable[[Submission], None] = lambda one: None,
) -> Sent:
    """Send what was prepared. A refusal does not stop the rest.

    After :data:`MAX_EQUAL_REFUSALS` refusals in a row for the same reason, such as a limit of
    submissions or a wrong account, the rest is not tried.

    Parameters
    ----------
    project : signac.Project
        The workspace, whose lock is held.
    scheduler : Scheduler
        Where it is sent.
    prepared : Prepared
        Of :func:`prepare`.
    told : callable
        Called with each submission when it was sent or refused.

    Raises
    ------
    JanusError
        Where the scheduler does not answer, the workspace cannot be written, or Ctrl-C was pressed.
    """
    root = Path(project.path)
    sent = Sent()
    try:
        (root / scheduler.folder).mkdir(parents=True, exist_ok=True)
        refusals: list[str] = []  # since something was sent
        for number, one in enumerate(prepared.submissions):
            if (
                len(refusals) >= MAX_EQUAL_REFUSALS
                and len(set(refusals[-MAX_EQUAL_REFUSALS:])) == 1
            ):
                sent.untried = len(prepared.submissions) - number
                break
            _write(root / scheduler.tasks_file(one.name), _lines(one.rows))
            path = root / scheduler.script_file(one.name)
            _write(path, prepared.scripts[one.name])
            _send_one(project, scheduler, one, path, sent)
            if one.name in sent.ids:
                refusals.clear()
            elif one.after is None:
                refusals.append(sent.rejected[one.name])
            told(one)
    except OSError as error:
        raise JanusError(
            f"{error.filename or root}: {error.strerror}; {count(len(sent.ids), 'submission')} "
            "sent so far, correct that and submit again for the rest"
        ) from error
    except (JanusError, KeyboardInterrupt) as error:
        why = str(error) or "stopped"
        raise JanusError(
            f"{why}; {count(len(sent.ids), 'submission')} sent so far, the next submit finds out "
            "about this one and sends the rest"
        ) from error
    return sent


def _send_one(
    project: Project, scheduler: Scheduler, one: Submission, path: Path, sent: Sent
) -> None:
    after = None
    if one.after is not None:
        if one.after not in sent.ids:
            sent.rejected[one.name] = "not sent, since what they wait for was refused"
            return
        # Of jobs that share a simulation, one that fails must not keep the others from analysis.
        single = all(len(row) == 1 for row in one.rows)
        after = Dependency(
            sent.ids[one.after], "task" if one.array else "success" if single else "end"
        )
    # A job must not write its document while this does: large submissions wait on hold until all
    # their documents are written.
    many = sum(map(len, one.rows)) > _WITHOUT_HOLD
    hold = scheduler.holds and after is None and many
    mark = path.with_suffix(recovery.UNENTERED)
    if after is None:  # else the job's document names the simulation
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
    recovery.enter(
        project, scheduler, one.name, one.operation, dict(zip(ids, one.rows, strict=True))
    )
    if hold:
        scheduler.release(job)
    mark.unlink()


def _lines(rows: Sequence[Sequence[str]]) -> str:
    return "".join(" ".join(row) + "\n" for row in rows)


def _write(path: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8", errors="surrogateescape")  # paths as they are
    partial.replace(path)
