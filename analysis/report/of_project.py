"""The report of a workspace."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from janus_md.analysis.report.page import write_report
from janus_md.workspace import query

if TYPE_CHECKING:
    from signac import Project

OnUnusable = Callable[[str, str], None]
"""Called with a job that cannot be used, and the reason."""


def report(
    project: Project,
    out: str | Path,
    told: OnUnusable = lambda job, why: None,
    allow: Collection[str] = (),
) -> list[Path]:
    """Write the report of a workspace.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    out : path
        Folder of the report.
    told : callable
        Called with each job that is left out because something is damaged, and why.
    allow : collection of str
        As of :func:`janus_md.workspace.query.columns`.

    Returns
    -------
    list of Path
        Its files, report.html first.

    Raises
    ------
    JanusError
        Where the workspace holds no jobs.
    """
    rows = query.columns(project, allow=allow, thorough=True)
    for job, why in rows.damaged.items():
        told(job, why)
    found = query.frame(rows.counted().sound())
    return write_report(found, query.folders(project), Path(out), damaged=rows.damaged, told=told)
