"""The command `extend`: longer runs that continue finished jobs."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from janus_md.cli.options import Directory, Filters
from janus_md.common.messages import count


def extend(
    by: Annotated[float, typer.Option("--by", help="Time to add to the production, ns.")],
    filters: Filters = None,
    directory: Directory = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the jobs to extend; create nothing.")
    ] = False,
) -> None:
    """Create longer jobs that continue the finished jobs that match all FILTERS.

    A longer job begins where the finished one ended, so that 5 ns more take the time of 5 ns. The
    result is equal to the bit to that of one long run on the same engine and device. The finished
    job is marked as continued. It is left out of averages and the report as soon as the longer one
    has results, and can be removed with `janus-md remove status=continued`.
    """
    from rich.console import Console

    from janus_md.running.jobs.creation import Continuations, told
    from janus_md.running.jobs.extension import plan
    from janus_md.workspace import jobs, query

    project = query.open_project(directory)
    found = plan(query.matching_records(project, filters or []), by)
    console = Console(highlight=False, soft_wrap=True)
    if found.left_out:
        console.print(f"left out: {found.left_out}", markup=False)
    if dry_run:
        console.print(f"{count(len(found.jobs), 'job')} to extend by {by:g} ns:", markup=False)
        keys = [*query.study_keys(project), "protocol.produce_ns"]
        for one, statepoint in zip(found.jobs, found.longer, strict=True):
            label = query.label(one.statepoint, list(dict.fromkeys(keys)))
            end = f"{statepoint['protocol']['produce_ns']:g}"
            console.print(f"  {one.id[:8]} {label} -> {end} ns", markup=False)
        return
    ready = Continuations(directory, required=True)
    new = jobs.create(directory, found.longer, lambda note: typer.echo(note, err=True), ready)
    for job, why in ready.refused.items():
        typer.echo(f"job {job} cannot be extended: {why}", err=True)
    known = len(found.jobs) - new - len(ready.refused)
    more = f"; {known} already existed" if known > 0 else ""
    begun = f", which {told(ready.links)}" if ready.links else ""
    console.print(
        f"{directory.resolve()}: {count(new, 'new job')}{begun}{more}; "
        f"next: janus-md run --directory {shlex.quote(str(directory))}",
        markup=False,
    )
    if ready.refused:
        raise typer.Exit(1)
