"""The command `export`: trajectories for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from janus_md.cli.options import Directory
from janus_md.common.errors import JanusError


def export(
    job: Annotated[str, typer.Argument(help="Id of a job, a prefix of it, or a GSD file.")],
    out: Annotated[Path, typer.Option("--out", help="File to write, with the suffix .gsd.")],
    directory: Directory = Path(),
    ovito: Annotated[
        bool, typer.Option("--ovito", help="Write all sites, with properties to colour by.")
    ] = False,
) -> None:
    """Write a trajectory with all sites for OVITO.

    Each site has the properties wire, wire_length, hand and half.
    """
    from janus_md.analysis.pictures.sites import export_ovito
    from janus_md.cli.job_selection import trajectory_of

    if not ovito:
        raise JanusError("--ovito: is missing; it is the only format of export")
    if out.suffix != ".gsd":
        raise JanusError(f"--out: {str(out)!r} must have the suffix .gsd")
    source = trajectory_of(job, directory)
    if out.resolve() == source.resolve():
        raise JanusError(f"--out: {str(out)!r} is the trajectory itself; choose another file")
    typer.echo(f"{out}: {export_ovito(source, out)} frames")
