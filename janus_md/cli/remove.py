"""The command `remove`: remove jobs from a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from janus_md.cli.options import LISTED, Directory
from janus_md.common.errors import JanusError
from janus_md.common.messages import count

if TYPE_CHECKING:
    from janus_md.workspace.records import Record


def remove(
    filters: Annotated[
        list[str],
        typer.Argument(help="Filters such as status=continued or 'relative_permittivity<2'."),
    ],
    directory: Directory = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove the jobs that match all FILTERS, with their trajectories and results.

    The jobs are listed, and a question must be answered first. Jobs that run or are queued at a
    scheduler are not removed. A removed job cannot be restored; `janus-md init` with its template
    creates it anew, without data.
    """
    from rich.console import Console

    from janus_md.cli import troubles
    from janus_md.cli.job_selection import at_scheduler
    from janus_md.running.jobs import removal
    from janus_md.workspace import query

    project = query.open_project(directory)
    chosen = query.matching_records(project, filters)
    queued = at_scheduler(project, chosen, "jobs that are queued there may be removed")
    refused = dict.fromkeys(queued, "it is queued or running at the scheduler; cancel it first")
    chosen = [one for one in chosen if one.id not in queued]
    console = Console(highlight=False, soft_wrap=True)
    if chosen:
        keys = query.study_keys(project)
        for one in chosen[:LISTED]:
            label = query.label(one.statepoint, keys) if one.statepoint else ""
            console.print(f"  {one.id[:8]} {one.state:<9} {label}".rstrip(), markup=False)
        if len(chosen) > LISTED:
            console.print(f"  ... and {len(chosen) - LISTED} more")
        if not yes and not _agreed(chosen, sum(removal.size_of(one.directory) for one in chosen)):
            console.print("nothing was removed")
            raise typer.Exit(1)
        refused |= removal.remove(project, chosen)
        gone = len(chosen) - sum(one.id in refused for one in chosen)
        console.print(f"{count(gone, 'job')} removed", markup=False)
    troubles.tell({job: f"not removed: {why}" for job, why in refused.items()})
    if refused:
        raise typer.Exit(1)


def _agreed(jobs: Sequence[Record], size: int) -> bool:
    """Ask whether to remove the jobs.

    Raises
    ------
    JanusError
        If there is no answer, as without a terminal.
    """
    unit, scale = ("GB", 1e9) if size >= 1e9 else ("MB", 1e6)
    question = f"Remove {count(len(jobs), 'job')} with {size / scale:.3g} {unit} of data?"
    try:
        return typer.confirm(question)
    except typer.Abort as error:
        raise JanusError(
            "--yes: is missing; it must be given where the question cannot be answered"
        ) from error
