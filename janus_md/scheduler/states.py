"""What the scheduler makes of the jobs of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.scheduler import ledger, recovery, slurm

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
        ``queued``, ``running``, ``failed (exit code N)``, ``timed out``, ``out of memory``,
        ``cancelled``, ... by job; of those alone of which the scheduler knows more than what is on
        disk.

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
    queued, root = slurm.queue(begin), Path(project.path)
    found = ledger.outcomes(root, entries | recovery.unentered(root, queued), queued)
    return {
        job: outcome.word for job, outcome in found.items() if outcome.tells and job in documents
    }
