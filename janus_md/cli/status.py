"""The command `status`: jobs by state, and details of those that run, failed or need attention."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from janus_md.cli.options import LISTED, Directory
from janus_md.common.errors import JanusError
from janus_md.common.messages import count

if TYPE_CHECKING:
    from janus_md.running.status import JobStatus


def status(
    filters: Annotated[
        list[str] | None,
        typer.Argument(help="Only jobs that match, such as 'relative_permittivity<2'."),
    ] = None,
    directory: Directory = Path(),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, with all jobs that need attention.")
    ] = False,
) -> None:
    """Show the number of jobs in each state, and list those that run or failed.

    Damaged jobs are listed on standard error.
    """
    from janus_md.cli import troubles
    from janus_md.running import cluster as scheduler
    from janus_md.running import status as job_status
    from janus_md.workspace import query
    from janus_md.workspace.continuation import CONTINUED
    from janus_md.workspace.records import DAMAGED

    project = query.open_project(directory)
    wanted = {"failure", "passed", "why", scheduler.KEY} | query.document_keys(filters or [])
    records = query.records(project, keys=wanted)
    troubles.tell(troubles.of(records), project)
    finished = ("done", DAMAGED, CONTINUED)
    unfinished = {one.id: one.document for one in records if one.state not in finished}
    try:
        queue = scheduler.states(project, unfinished)
    except JanusError as error:
        queue = {}
        typer.echo(f"{error}; the states shown are those on disk", err=True)
    found = job_status.job_statuses(records, queue)
    every = [one.statepoint for one in records]
    if filters:
        rows = query.Columns([one.record for one in found], [one.state for one in found])
        fitting = set(query.select(rows, filters)["job"])
        found = [one for one in found if one.record.id in fitting]
    counted = [one for one in found if one.state != CONTINUED]
    continued, found = len(found) - len(counted), counted
    numbers, notable = job_status.counts(found), job_status.notable(found)
    reasons = Counter(
        job_status.parts(queue.get(one.record.id, ""))[1] for one in found if one.state == "queued"
    )
    reasons.pop("", None)
    keys = query.varying_keys(every) if notable else []
    labels = [query.label(one.record.statepoint, keys) for one in notable]
    if as_json:
        jobs = [
            job_status.as_json(one, label) | {"batch_job": _batch_job(one)}
            for one, label in zip(notable, labels, strict=True)
        ]
        told = {
            "jobs": len(found),
            "states": numbers,
            "continued": continued,
            "queued": reasons,
            "warned": sum(map(job_status.warned, found)),
            "notable": jobs,
        }
        typer.echo(json.dumps(told, indent=2))
        return
    left = sum(
        one.state in job_status.RESUBMITTED and bool(scheduler.batch_job(one.record.document))
        for one in found
    )
    ids = [_batch_job(one) for one in notable]
    untold = [one.state != DAMAGED for one in notable]
    notable, labels = list(compress(notable, untold)), list(compress(labels, untold))
    ids = list(compress(ids, untold))
    _print(numbers, reasons, notable, labels, ids, (len(found), continued))
    if left:
        typer.echo(f"{count(left, 'submitted job')} not finished; submit again to continue")


def _batch_job(one: JobStatus) -> str:
    """Return the batch job of a running or failed job, if it is that of its last submission."""
    from janus_md.running import cluster as scheduler

    document = one.record.document
    if one.state == "running" and not scheduler.in_queue(document):
        return ""  # it runs on this machine
    return "" if one.state == "done" else scheduler.batch_job(document)


def _print(
    numbers: Mapping[str, int],
    reasons: Counter[str],
    notable: list[JobStatus],
    labels: list[str],
    batch_jobs: list[str],
    totals: tuple[int, int],
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from janus_md.running.status import progress, warned

    console = Console(highlight=False)
    page = console if console.is_terminal else Console(width=160, highlight=False)
    parts = ", ".join(
        f"{number} {state}" + (_why(reasons, number) if state == "queued" else "")
        for state, number in numbers.items()
    )
    total, continued = totals
    page.print(f"{count(total, 'job')}: {parts}" if parts else count(total, "job"))
    if continued:
        page.print(
            f"{count(continued, 'shorter job')} not counted, since a longer one continues it"
            if continued == 1
            else f"{continued} shorter jobs not counted, since longer ones continue them"
        )
    if number := sum(map(warned, notable)):
        page.print(
            f"{count(number, 'job')} done with a warning, and left out of averages: not at the "
            "temperature of the bath, or changed since (janus-md query heat.passed=false or "
            "changed!=null)"
        )
    if not notable:
        return
    table = Table("job", "state", "which", "what", box=None)
    for one, label, batch_job in zip(notable[:LISTED], labels, batch_jobs, strict=False):
        told = (batch_job, one.detail, progress(one.record) if one.state == "running" else "")
        table.add_row(
            one.record.id[:8], one.state, label, Text("; ".join(part for part in told if part))
        )
    page.print(table)
    if len(notable) > LISTED:
        page.print(f"... and {len(notable) - LISTED} more (--json shows all)")


def _why(reasons: Counter[str], queued: int) -> str:
    """Return the scheduler's reasons why jobs wait."""
    if list(reasons.values()) == [queued]:
        return f" ({next(iter(reasons))})"
    told = ", ".join(f"{number} {reason}" for reason, number in reasons.most_common())
    return f" ({told})" if told else ""
