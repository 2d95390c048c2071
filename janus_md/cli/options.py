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
        help="Filters such as particle=R-Au-Cu,Au3Cd, 'relative_permittivity<2' or mean_n!=null."
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

LISTED = 20
"""Largest number of state points in a dry run, and of jobs in a summary."""

FOLDED = 500
"""Largest number of jobs in a table that is folded to the width of the terminal."""
