"""The command `extend`: longer runs that continue finished jobs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.cli.options import Directory, Filters
from janus_md.common.errors import JanusError
from janus_md.common.messages import count

if TYPE_CHECKING:
    from janus_md.workspace.records import Record


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

    from janus_md.cli.job_selection import matching_jobs
    from janus_md.running.jobs.creation import Continuations, produced_ns, told
    from janus_md.workspace import jobs, query

    if not (math.isfinite(by) and by > 0):
        raise JanusError(f"--by: {by:g} is not allowed; it must be greater than 0")
    project = query.open_project(directory)
    chosen = matching_jobs(project, filters or [])
    finished = {one.id: produced_ns(Path(one.directory)) for one in chosen if _usable(one)}
    left = [one for one in chosen if finished.get(one.id) is None]
    chosen = [one for one in chosen if finished.get(one.id) is not None]
    if not chosen:
        raise JanusError(f"filter: no job can be extended ({_reasons(left)})")
    longer = [_longer(one.statepoint, (finished[one.id] or 0.0) + by, by) for one in chosen]
    console = Console(highlight=False, soft_wrap=True)
    if left:
        console.print(f"left out: {_reasons(left)}", markup=False)
    if dry_run:
        console.print(f"{count(len(chosen), 'job')} to extend by {by:g} ns:", markup=False)
        keys = [*query.varying_keys([one.statepoint for one in chosen]), "protocol.produce_ns"]
        for one, statepoint in zip(chosen, longer, strict=True):
            label = query.label(one.statepoint, list(dict.fromkeys(keys)))
            end = f"{statepoint['protocol']['produce_ns']:g}"
            console.print(f"  {one.id[:8]} {label} -> {end} ns", markup=False)
        return
    ready = Continuations(directory, required=True)
    new = jobs.create(directory, longer, lambda note: typer.echo(note, err=True), ready)
    for job, why in ready.refused.items():
        typer.echo(f"job {job} cannot be extended: {why}", err=True)
    known = len(chosen) - new - len(ready.refused)
    more = f"; {known} already existed" if known > 0 else ""
    begun = f", which {told(ready.links)}" if ready.links else ""
    console.print(
        f"{directory.resolve()}: {count(new, 'new job')}{begun}{more}; "
        f"next: janus-md run --directory {directory}",
        markup=False,
    )
    if ready.refused:
        raise typer.Exit(1)


def _usable(job: Record) -> bool:
    """Return whether a job may be extended, if its simulation is complete."""
    return not (job.trouble or job.changed or _is_continued(job))


def _is_continued(job: Record) -> bool:
    return bool(job.continued_by) and (Path(job.directory).parent / job.continued_by).is_dir()


def _reasons(jobs: Sequence[Record]) -> str:
    """Return how many jobs cannot be extended, by the reason."""
    why: dict[str, int] = {}
    for one in jobs:
        reason = "not finished"
        if one.trouble:
            reason = "damaged"
        elif one.changed:
            reason = "changed since they were made"
        elif _is_continued(one):
            reason = "continued by a longer one already"
        why[reason] = why.get(reason, 0) + 1
    return ", ".join(f"{count(number, 'job')} {reason}" for reason, number in why.items())


def _longer(statepoint: Any, produce_ns: float, by: float) -> dict[str, Any]:
    """Return the state point of a longer run.

    Raises
    ------
    JanusError
        If the length is not a whole number of frame intervals.
    """
    from janus_md.study.statepoint import StatePoint

    length = round(produce_ns, 9)
    protocol = {**statepoint["protocol"], "produce_ns": length}
    try:
        return StatePoint.of({**statepoint, "protocol": protocol}).stored()
    except JanusError as error:
        raise JanusError(
            f"--by: {by:g} is not allowed; it must be a whole number of frame intervals "
            f"(protocol.frame_interval_ps is {protocol['frame_interval_ps']:g})"
        ) from error
