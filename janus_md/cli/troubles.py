"""Messages on standard error about jobs that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import typer

from janus_md.cli.options import LISTED
from janus_md.common.messages import count

if TYPE_CHECKING:
    from signac import Project

    from janus_md.workspace.records import Record


DOUBTS = {
    "heat": "did not keep the temperature of the bath (see heat.why)",
    "state": "changed since they were made (see changed)",
}
"""Values of `--allow`, and the doubt about the jobs."""


def tell(troubles: Mapping[str, str], project: Project | None = None) -> None:
    """Print the jobs that cannot be used, and why; of many, the first ones.

    With a `project`, also print the folders among its jobs that are no jobs.
    """
    for job, why in islice(sorted(troubles.items()), LISTED):
        _say(f"job {job}: {why}")
    if len(troubles) > LISTED:
        _say(f"{len(troubles) - LISTED} more such jobs; janus-md query status=damaged shows all")
    if project is None:
        return
    from janus_md.workspace.query import strays

    names = strays(project)
    if names:
        more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
        _say(
            f"{count(len(names), 'folder')} in {project.workspace!r} left out, since the name is "
            f"no job's id: {', '.join(names[:LISTED])}{more}"
        )


def tell_changed(records: Iterable[Record]) -> None:
    """Print the finished jobs that were changed since their data were made; of many, the first."""
    changed = [one for one in records if one.changed and one.state == "done"]
    for one in changed[:LISTED]:
        _say(
            f"job {one.id}: {one.changed}; its data are those of before (remove trajectory.gsd to "
            "make them anew)"
        )
    if len(changed) > LISTED:
        _say(f"{len(changed) - LISTED} more such jobs; janus-md query changed!=null shows all")


def tell_withheld(numbers: Mapping[str, int], allow: Sequence[str]) -> None:
    """Print how many doubtful results are left out or included."""
    for reason, number in numbers.items():
        if not number:
            continue
        left = f"left out; --allow {reason} includes them"
        if reason in allow:
            left = "included"
        typer.echo(f"{count(number, 'job')} {DOUBTS[reason]}: results {left}", err=True)


def of(records: Iterable[Record]) -> dict[str, str]:
    """Return what is wrong with the damaged jobs, by id."""
    return {one.id: one.trouble for one in records if one.trouble}


def _say(text: str) -> None:
    typer.echo(f"janus-md: {text}", err=True)
