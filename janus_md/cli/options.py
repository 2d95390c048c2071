"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Directory = Annotated[
    Path, typer.Option("--directory", "-d", help="The workspace's folder.", show_default=False)
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
        help="Take in results although: heat (the run did not keep the temperature of its bath), "
        "state (the job was changed since).",
        show_default=False,
    ),
]

LISTED = 20
"""State points that a dry run prints at most, and jobs that a summary names."""

FOLDED = 500
"""Jobs up to which a table is folded to the width of the terminal, which takes a while for more."""
