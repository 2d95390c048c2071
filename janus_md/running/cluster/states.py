"""What schedulers say about the jobs of a workspace."""

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
    """Say how the submissions of a workspace's jobs stand.

    Each scheduler that the workspace was submitted to is asked once for its queue, and once for
    jobs that have left it and whose end is not known. None is asked where nothing was submitted.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    documents : mapping
        Documents of the jobs, by id.

    Returns
    -------
    dict
        ``queued (Priority)``, ``running``, ``failed (exit code N)``, ``timed out``, ``out of
        memory``, ``cancelled``, ... by job; without jobs of which a scheduler knows no more than
        what is on disk.

    Raises
    ------
    JanusError
        Where a scheduler does not answer.
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
        meant = recovery.unentered(scheduler, root, queued)
        own = entries.get(scheduler.name, {})
        own |= {job: meant[job] for job in meant.keys() & documents.keys()}
        found |= _states(scheduler, root, own, outcomes.outcomes(scheduler, root, own, queued))
    return found


def _states(
    scheduler: Scheduler,
    root: Path,
    entries: Mapping[str, Mapping[str, Any]],
    found: Mapping[str, outcomes.Outcome],
) -> dict[str, str]:
    """Say how the submissions to one scheduler stand."""
    shared = Counter(str(entry["id"]) for entry in entries.values())
    words = {}
    for job, outcome in found.items():
        alone = shared[str(entries[job]["id"])] == 1
        if outcome.word == "running" and not (alone or (root / "workspace" / job / LOCK).exists()):
            words[job] = "queued"  # its submission runs, but has not come to this job yet
        elif outcome.tells:
            words[job] = outcome.word
    return words
