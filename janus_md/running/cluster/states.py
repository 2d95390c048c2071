"""States of a workspace's submissions, as the schedulers report them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.locks import LOCK
from janus_md.running.cluster import ledger, outcomes, recovery, schedulers

if TYPE_CHECKING:
    from signac import Project

    from janus_md.running.cluster.schedulers.base import Scheduler


def states(project: Project, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the state of each job's submission.

    Each scheduler to which jobs of the workspace were submitted is queried once for its queue, and
    once for batch jobs that have left the queue without a known exit code. If nothing was ever
    submitted, no scheduler is queried.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    documents : mapping
        Job documents, by job id.

    Returns
    -------
    dict
        ``queued (Priority)``, ``running``, ``failed (exit code N)``, ``timed out``, ``out of
        memory``, ``cancelled``, ... by job id. Jobs whose files say as much as the scheduler are
        left out.

    Raises
    ------
    JanusError
        If a scheduler does not answer.
    """
    begin = ledger.prefix(project, make=False)
    if not begin:
        return {}
    root = Path(project.path)
    entries: dict[str, dict[str, Any]] = {}
    for job, document in documents.items():
        if ledger.KEY in document:
            scheduler = schedulers.of_entry(document[ledger.KEY].get("scheduler"), root)
            if scheduler is not None:
                entries.setdefault(scheduler.name, {})[job] = document[ledger.KEY]
    found: dict[str, str] = {}
    for scheduler in schedulers.used(root):
        queued = ledger.queue(scheduler, root, begin)
        meant = recovery.unrecorded(scheduler, root, queued)
        own = entries.get(scheduler.name, {})
        own |= {job: meant[job] for job in meant.keys() & documents.keys()}
        found |= _states(scheduler, root, own, outcomes.outcomes(scheduler, root, own, queued))
    return found


def batch_job(document: Mapping[str, Any]) -> str:
    """Return the scheduler and the id of the last submission; empty without one."""
    entry = document.get(ledger.KEY)
    if entry is None:
        return ""
    scheduler = schedulers.SCHEDULERS.find(str(entry.get("scheduler", "")))
    return f"{scheduler.title if scheduler else 'batch'} job {entry['id']}"


def in_queue(document: Mapping[str, Any]) -> bool:
    """Return whether the last submission is not known to have ended."""
    return ledger.KEY in document and "ended" not in document[ledger.KEY]


def _states(
    scheduler: Scheduler,
    root: Path,
    entries: Mapping[str, Mapping[str, Any]],
    found: Mapping[str, outcomes.Outcome],
) -> dict[str, str]:
    """Return the states of submissions to one scheduler."""
    shared = Counter(str(entry["id"]) for entry in entries.values())
    words = {}
    for job, outcome in found.items():
        alone = shared[str(entries[job]["id"])] == 1
        if outcome.word == "running" and not (alone or (root / "workspace" / job / LOCK).exists()):
            words[job] = "queued"  # its submission is running, but this job has not started
        elif outcome.is_informative:
            words[job] = outcome.word
    return words
