"""State of the jobs of a workspace: by their files, local processes and the scheduler."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.locks import LOCK, holder, locks_here
from janus_md.workspace import doubts
from janus_md.workspace.products import RESTART
from janus_md.workspace.records import DAMAGED

if TYPE_CHECKING:
    from janus_md.workspace.records import Record

ORDER = ("waiting", "queued", "begun", "running", "simulated", "done", "failed", DAMAGED)
"""States in the order of the output; those of a scheduler follow."""

RESUBMITTED = ("waiting", "begun", "simulated", "cancelled", "preempted", "not started", "killed")
"""States of submitted jobs that the next ``janus-md submit`` continues."""

UNLISTED = ("waiting", "queued", "begun", "simulated", "done")
"""States whose jobs are counted but not listed."""


@dataclass(frozen=True)
class JobStatus:
    """State of a job, with details.

    Attributes
    ----------
    record : Record
        The job.
    state : str
        One of :data:`ORDER`, or a state of the scheduler.
    detail : str
        Message of a failure, damage or warning, detail from the scheduler, or the process that runs
        the job.
    """

    record: Record
    state: str
    detail: str = ""


def job_statuses(records: Iterable[Record], scheduled: Mapping[str, str]) -> list[JobStatus]:
    """Return the state of each job.

    For an unfinished job, a process on this machine takes precedence over the scheduler, and the
    scheduler takes precedence over the files of the last run.

    Parameters
    ----------
    records : iterable of Record
        The jobs.
    scheduled : mapping of str to str
        States from a scheduler by job id, with details in parentheses, such as ``failed (exit code
        3)``.
    """
    held = locks_here()
    return [_status(record, scheduled.get(record.id, ""), held) for record in records]


def _status(record: Record, scheduled: str, held: set[tuple[int, int]]) -> JobStatus:
    state = record.state
    if state == DAMAGED:
        return JobStatus(record, state, record.trouble)
    if state == "done":
        warnings = (record.changed, doubts.warning(record.document))
        return JobStatus(record, state, "; ".join(filter(None, warnings)))
    word, more = parts(scheduled)
    stopped = word == "suspended"  # its process exists, but the scheduler has stopped it
    if LOCK in record.files and not stopped and (who := holder(Path(record.directory), held)):
        return JobStatus(record, "running", who)
    message = str(record.document.get("failure", {}).get("message", ""))
    if word and not (state == word == "failed"):
        return JobStatus(record, word, "; ".join(filter(None, (more, message))))
    return JobStatus(record, state, message if state == "failed" else "")


def parts(scheduled: str) -> tuple[str, str]:
    """Split a state from a scheduler into the state and the details in parentheses."""
    state, _, details = scheduled.partition(" (")
    return state, details.removesuffix(")")


def counts(found: Sequence[JobStatus]) -> dict[str, int]:
    """Return the number of jobs in each state, in the order of :data:`ORDER`."""
    number = Counter(one.state for one in found)
    others = sorted(set(number) - set(ORDER))
    return {state: number[state] for state in (*ORDER, *others) if number[state]}


def notable(found: Iterable[JobStatus]) -> list[JobStatus]:
    """Return the jobs to list: failed ones first, then those with a warning, then running ones."""
    listed = [one for one in found if one.state not in UNLISTED or warned(one)]
    return sorted(listed, key=lambda one: (one.state == "running", warned(one)))


def warned(one: JobStatus) -> bool:
    """Return whether a job is done, but its results are excluded from averages."""
    return one.state == "done" and bool(one.detail)


def progress(record: Record, now: float | None = None) -> str:
    """Return the progress of a simulation at its last checkpoint; empty if there is none."""
    path = Path(record.directory) / RESTART
    if RESTART not in record.files or record.state == "simulated":
        return ""
    from janus_md.common.errors import JanusError
    from janus_md.simulation.files.checkpoint import reached
    from janus_md.study.resolve import setup_of

    try:
        age = (time.time() if now is None else now) - path.stat().st_mtime
        stage, done = reached(path) or ("", 0)
        plan = setup_of(record.statepoint, path.parent.parent.parent).stages
    except (OSError, JanusError):
        return ""
    names = [one.name for one in plan]
    if stage not in names:
        return ""
    before = sum(one.steps for one in plan[: names.index(stage)])
    share = (before + done) / sum(one.steps for one in plan)
    return f"{stage}, {share:.0%} of all steps at the last checkpoint {_ago(age)}"


def _ago(seconds: float) -> str:
    for unit, length in (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0)):
        if (number := int(seconds // length)) >= 1:
            return f"{number} {unit}{'s' * (number > 1)} ago"
    return "within the last minute"


def as_json(one: JobStatus, label: str) -> dict[str, Any]:
    """Return the state of a job for JSON."""
    return {
        "job": one.record.id,
        "label": label,
        "state": one.state,
        "detail": one.detail,
        "progress": progress(one.record) if one.state == "running" else "",
    }
