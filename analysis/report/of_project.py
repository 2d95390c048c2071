"""The report of a workspace."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from janus_md.analysis.pictures.figures.axes import DPI
from janus_md.analysis.report.drawing import FORMATS, Files
from janus_md.analysis.report.page import write_figures, write_report
from janus_md.workspace import descriptions, query

if TYPE_CHECKING:
    from signac import Project

OnUnusable = Callable[[str, str], None]
"""Called with a job that cannot be used, and the reason."""


def report(
    project: Project,
    out: str | Path,
    told: OnUnusable = lambda job, why: None,
    allow: Collection[str] = (),
    *,
    figures: Sequence[str] = (),
    formats: Sequence[str] = FORMATS[:1],
    dpi: float = DPI,
) -> list[Path]:
    """Write the report of a workspace, or some of its figures.

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
    figures : sequence of str
        Names of figures that are written without the page
        (:data:`janus_md.analysis.report.gallery.FIGURES`); by default, the page and all figures.
    formats : sequence of str
        Formats of the figures: ``png``, ``svg``, ``pdf``.
    dpi : float
        Resolution, pixels per inch.

    Returns
    -------
    list of Path
        Its files, report.html first.

    Raises
    ------
    JanusError
        If the workspace has no jobs, a name, format or resolution is not allowed, or one of
        `figures` would be flat or empty.
    """
    files = Files(tuple(figures), tuple(formats), dpi)
    rows = query.columns(project, allow=allow, thorough=True)
    for job, why in rows.damaged.items():
        told(job, why)
    found = query.frame(rows.counted().sound())
    folders = query.folders(project)
    if figures:
        return write_figures(found, folders, Path(out), files, told)
    return write_report(
        found,
        folders,
        Path(out),
        damaged=rows.damaged,
        told=told,
        descriptions=descriptions.read(Path(project.path)),
        files=files,
    )
