"""What `submit` prints: the plan and its cost, the scripts, and what was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from janus_md.cli.options import LISTED
from janus_md.common.messages import count
from janus_md.running.cluster.preparation import Prepared
from janus_md.running.cluster.request.clusters import Cluster
from janus_md.running.cluster.submission import Sent
from janus_md.simulation.walltime import duration

MANY = 100
"""Number of single submissions above which ``--array`` and ``--bundle`` are recommended."""


MAX_LEAD_SHARE = 0.5
"""Share of the walltime that the lead may take without a warning."""


def plan(prepared: Prepared, cluster: Cluster, console: Console, lead: float = 0.0) -> None:
    """Print what would be sent, and the largest possible cost.

    `lead` is the time before the end of the walltime at which runs stop, s.
    """
    if prepared.moved:
        console.print(f"{count(prepared.moved, 'submission')} updated, as this folder was moved")
    if prepared.busy:
        console.print(f"{count(prepared.busy, 'job')} in the queue already")
    if prepared.given_up:
        console.print(
            f"{count(len(prepared.given_up), 'job')} failed twice, not submitted without --retry"
            + list_of([name[:8] for name in prepared.given_up])
        )
    if prepared.locked:
        console.print(
            f"{count(len(prepared.locked), 'job')} not submitted, the folder cannot be written"
            + list_of([name[:8] for name in prepared.locked])
        )
    if not prepared.submissions:
        console.print("nothing to submit")
        return
    table = Table(box=None)
    for title in ("operation", "submissions", "jobs", "cores", "GPUs", "memory / MB", "walltime"):
        table.add_column(title, justify="left" if title == "operation" else "right")
    kinds: dict[tuple[Any, ...], list[int]] = {}
    for one in prepared.submissions:
        r = one.resources
        walltime = (f"{r.rounds} x " if r.rounds > 1 else "") + duration(r.seconds)
        key = (one.operation, r.ranks * r.cores, r.gpus, r.memory_mb, walltime)
        sums = kinds.setdefault(key, [0, 0])
        sums[0] += len(one.rows)
        sums[1] += sum(map(len, one.rows))
    for (operation, *asked), (number, jobs) in kinds.items():
        table.add_row(operation, str(number), str(jobs), *map(str, asked))
    console.print(table)
    partitions = {cluster.nodes(one.device).partition or "the default partition"
                  for one in prepared.submissions}  # fmt: skip
    console.print(
        f"{count(prepared.jobs, 'job')} on {cluster.name} ({', '.join(sorted(partitions))}, "
        f"account {cluster.account or 'by default'}): at most {prepared.cpu_hours:.4g} CPU hours "
        f"and {prepared.gpu_hours:.4g} GPU hours"
    )
    if (single := sum(not one.array for one in prepared.submissions)) > MANY:
        console.print(f"{single} submissions; --array or --bundle reduces the number")
    asked = [one.resources for one in prepared.submissions]
    shortest = min(r.seconds for r in asked)
    if lead > MAX_LEAD_SHARE * shortest:
        console.print(
            f"warning: runs stop {duration(lead)} before the end of the walltime, so that "
            f"{lead / shortest:.0%} of {duration(shortest)} is lost; use a longer --walltime or a "
            "shorter --lead"
        )
    if whole := max((r.node_cores for r in asked if r.node_cores > r.ranks * r.cores), default=0):
        console.print(
            f"each submission gets a whole node, and is charged for its {whole} cores; a larger "
            "--bundle uses more of them"
        )


def scripts(prepared: Prepared, console: Console) -> None:
    """Print the scripts; of scripts that differ in their names alone, the first."""
    alike: dict[str, list[str]] = {}
    for one in prepared.submissions:
        text = prepared.scripts[one.name].replace(one.name, "")
        alike.setdefault(f"{text} {one.after is not None}", []).append(one.name)
    after = {one.name: f", after {one.after}" for one in prepared.submissions if one.after}
    for first, *others in alike.values():
        more = f"; {count(len(others), 'other script')} like it" if others else ""
        console.print(f"\n# {first}{after.get(first, '')}{more}", markup=False)
        console.print(prepared.scripts[first], markup=False, end="")


def sent(what: Sent, console: Console) -> None:
    """Print what was sent, and the reasons of refusals with their numbers."""
    console.print(f"{len(what.ids)} sent" + list_of(list(what.ids.values())))
    if not what.rejected:
        return
    reasons = Counter(what.rejected.values())
    for why, number in reasons.most_common(LISTED):
        console.print(f"  {number} refused: {why}", markup=False)
    if what.untried:
        console.print(f"  {what.untried} not tried after repeated refusals")
    if what.full:
        console.print(
            "  the queue accepts no more of your jobs: use a larger --bundle, or a filter that "
            "selects some of them"
        )
    left = len(what.rejected) + what.untried
    console.print(f"{count(left, 'submission')} not submitted; run submit again for these")


@contextmanager
def progress(console: Console, total: int) -> Iterator[Callable[[object], None]]:
    """Show a progress bar on a terminal."""
    columns = ("sending", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=total)
        yield lambda one: progress.advance(task)


def list_of(names: list[str]) -> str:
    """Return the first names, after a colon, and the number of the others."""
    if not names:
        return ""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f": {', '.join(names[:LISTED])}{more}"
