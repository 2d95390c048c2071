"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Directory = Annotated[
    Path, typer.Option("--directory", "-d", help="Folder of the workspace.", show_default=False)
]

Filters = Annotated[
    list[str] | None,
    typer.Argument(
        help="Filters such as particle=R*,Au3Cd, 'relative_permittivity<2' or mixture!=null."
    ),
]

UntilStationary = Annotated[
    bool,
    typer.Option(
        "--until-stationary", help="End a simulation early once its wires no longer grow."
    ),
]

Allow = Annotated[
    list[str] | None,
    typer.Option(
        help="Include results of jobs that did not keep the temperature of their bath (heat) or "
        "were changed after they ran (state).",
        show_default=False,
    ),
]

GroupBy = Annotated[
    str,
    typer.Option(
        "--group-by",
        help="Columns, separated by commas: statistics of the rows with equal values in them.",
    ),
]

Stat = Annotated[
    str,
    typer.Option(
        "--stat",
        help="Statistics for --group-by: mean, sem (its standard error), n, std, min, max; "
        "mean,sem,n by default.",
    ),
]

Sort = Annotated[
    str,
    typer.Option(
        "--sort", help="Columns to sort by, separated by commas; -NAME in descending order."
    ),
]


def listed(text: str) -> list[str]:
    """Return the parts of a text between commas."""
    return [part for part in map(str.strip, text.split(",")) if part]


LISTED = 20
"""Largest number of state points in a dry run, and of jobs in a summary."""
