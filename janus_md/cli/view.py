"""The command `view`: a picture of a frame."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from janus_md.cli.options import Directory
from janus_md.common.errors import JanusError


def view(
    job: Annotated[str, typer.Argument(help="Id of a job, a prefix of it, or a GSD file.")],
    out: Annotated[Path, typer.Option("--out", help="Picture to write: .png or .svg.")],
    frame: Annotated[int, typer.Option("--frame", help="Frame; -1 is the last.")] = -1,
    directory: Directory = Path(),
    wires: Annotated[bool, typer.Option("--wires", help="Give each wire its own colour.")] = False,
) -> None:
    """Draw the bodies of a frame, in the colours of their halves or of the wires.

    This needs PyVista: pip install 'janus-md[view]'.
    """
    from janus_md.analysis.pictures.render import render
    from janus_md.analysis.pictures.sites import read_context
    from janus_md.cli.job_selection import trajectory_of

    if out.suffix not in (".png", ".svg"):
        raise JanusError(f"--out: {str(out)!r} must have the suffix .png or .svg")
    render(read_context(trajectory_of(job, directory), frame), out, by_wire=wires)
    typer.echo(str(out))
