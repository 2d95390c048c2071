"""What the scheduler makes of the jobs of a workspace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.locks import LOCK
from janus_md.running.cluster import ledger, outcomes, recovery
from janus_md.running.cluster.schedulers.slurm import commands as slurm

if TYPE_CHECKING:
    from signac import Project


def states(project: Project, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Say how the submissions of a workspace's jobs stand.

    One question to the queue, and one to the accounting where jobs have left the queue without a
    word; none where nothing was ever submitted.

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
        memory``, ``cancelled``, ... by job; of those alone of which the scheduler knows more than
        what is on disk.

    Raises
    ------
    JanusError
        Where the scheduler does not answer.
    """
    begin = ledger.prefix(project, make=False)
    if not begin or not slurm.here():
        return {}
    entries = {
        name: document[ledger.KEY] for name, document in documents.items() if ledger.KEY in document
    }
    root = Path(project.path)
    queued = ledger.queue(root, begin)
    meant = recovery.unentered(root, queued)
    entries |= {job: meant[job] for job in meant.keys() & documents.keys()}
    found = outcomes.outcomes(root, entries, queued)
    shared = Counter(str(entry["id"]) for entry in entries.values())
    words = {}
    for job, outcome in found.items():
        alone = shared[str(entries[job]["id"])] == 1
        if outcome.word == "running" and not (alone or (root / "workspace" / job / LOCK).exists()):
            words[job] = "queued"  # its submission runs, but nobody has worked on this job yet
        elif outcome.tells:
            words[job] = outcome.word
    return words
