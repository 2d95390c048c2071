"""Where the jobs of a workspace stand: what is on disk, what runs here, what a scheduler says."""

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
"""States in the order in which they are told; those that only a scheduler knows come after."""

UNLISTED = ("waiting", "queued", "begun", "simulated", "done")
"""States of jobs that need not be named one by one."""


@dataclass(frozen=True)
class JobStatus:
    """State of a job, and what there is to say about it.

    Attributes
    ----------
    record : Record
        The job.
    state : str
        One of :data:`ORDER`, or what a scheduler calls it.
    detail : str
        Message of a failure or a warning, what is damaged, what a scheduler adds, or who works on
        it.
    """

    record: Record
    state: str
    detail: str = ""


def job_statuses(records: Iterable[Record], scheduled: Mapping[str, str]) -> list[JobStatus]:
    """Say where each job stands.

    What is done is done; else what runs on this machine counts before what a scheduler says, and
    that before what the last run left on disk.

    Parameters
    ----------
    records : iterable of Record
        The jobs.
    scheduled : mapping of str to str
        What a scheduler says, by id: a state, and what it adds in brackets, such as
        ``failed (exit code 3)``.
    """
    held = locks_here()
    return [_status(record, scheduled.get(record.id, ""), held) for record in records]


def _status(record: Record, scheduled: str, held: set[tuple[int, int]]) -> JobStatus:
    state = record.state
    if state == DAMAGED:
        return JobStatus(record, state, record.trouble)
    if state == "done":
        told = (record.changed, doubts.warning(record.document))
        return JobStatus(record, state, "; ".join(filter(None, told)))
    word, more = parts(scheduled)
    stopped = word == "suspended"  # its process is there, but does nothing
    if LOCK in record.files and not stopped and (who := holder(Path(record.directory), held)):
        return JobStatus(record, "running", who)
    message = str(record.document.get("failure", {}).get("message", ""))
    if word and not (state == word == "failed"):
        return JobStatus(record, word, "; ".join(filter(None, (more, message))))
    return JobStatus(record, state, message if state == "failed" else "")


def parts(scheduled: str) -> tuple[str, str]:
    """Take apart what a scheduler says: the state, and what it adds in brackets."""
    told, _, more = scheduled.partition(" (")
    return told, more.removesuffix(")")


def counts(found: Sequence[JobStatus]) -> dict[str, int]:
    """Jobs by state, in the order of :data:`ORDER`."""
    number = Counter(one.state for one in found)
    others = sorted(set(number) - set(ORDER))
    return {state: number[state] for state in (*ORDER, *others) if number[state]}


def notable(found: Iterable[JobStatus]) -> list[JobStatus]:
    """Jobs to be named one by one: first what went wrong, then what has a warning, what runs."""
    loud = [one for one in found if one.state not in UNLISTED or warned(one)]
    return sorted(loud, key=lambda one: (one.state == "running", warned(one)))


def warned(one: JobStatus) -> bool:
    """Whether a job is done, but its results stay out of averages."""
    return one.state == "done" and bool(one.detail)


def progress(record: Record, now: float | None = None) -> str:
    """Say how far the simulation was at its last checkpoint; empty where there is none."""
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
    """Lay out a job for JSON."""
    return {
        "job": one.record.id,
        "label": label,
        "state": one.state,
        "detail": one.detail,
        "progress": progress(one.record) if one.state == "running" else "",
    }
