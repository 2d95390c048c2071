"""What commands say, on standard error, of jobs that cannot be used while the others go on."""

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
    "heat": "did not keep the temperature of the bath (heat.why says more)",
    "state": "changed since they were made (changed says more)",
}
"""What `--allow` takes, and what is in doubt without it."""


def tell(troubles: Mapping[str, str], project: Project | None = None) -> None:
    """Name jobs that cannot be used, and why, in a line each; of many, the first.

    Of a `project`, also folders among the jobs that are none.
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
    """Name finished jobs that were changed since their data were made; of many, the first."""
    changed = [one for one in records if one.changed and one.state == "done"]
    for one in changed[:LISTED]:
        _say(
            f"job {one.id}: {one.changed}; its data are those of before (remove trajectory.gsd to "
            "make them anew)"
        )
    if len(changed) > LISTED:
        _say(f"{len(changed) - LISTED} more such jobs; janus-md query changed!=null shows all")


def tell_withheld(numbers: Mapping[str, int], allow: Sequence[str]) -> None:
    """Say on the error stream that results are missing on purpose, or are there all the same."""
    for reason, number in numbers.items():
        if not number:
            continue
        left = f"left out; --allow {reason} takes them in"
        if reason in allow:
            left = "taken in all the same"
        typer.echo(f"{count(number, 'job')} {DOUBTS[reason]}: results {left}", err=True)


def of(records: Iterable[Record]) -> dict[str, str]:
    """Return what is wrong with the damaged ones of some jobs, by id."""
    return {one.id: one.trouble for one in records if one.trouble}


def _say(text: str) -> None:
    typer.echo(f"janus-md: {text}", err=True)
