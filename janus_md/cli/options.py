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
        help="Such as particle=R-Au-Cu,Au3Cd or 'relative_permittivity<2' or mean_n!=null."
    ),
]

UntilStationary = Annotated[
    bool,
    typer.Option(
        "--until-stationary", help="End a simulation early when its wires no longer grow."
    ),
]

Allow = Annotated[
    list[str] | None,
    typer.Option(
        help="Include results of jobs that did not keep the temperature of their bath (heat), or "
        "were changed since (state).",
        show_default=False,
    ),
]

LISTED = 20
"""Largest number of state points that a dry run prints, and of jobs that a summary lists."""

FOLDED = 500
"""Largest number of jobs for a table that is folded to the width of the terminal."""
