"""The command `init`: create a workspace from a template."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from janus_md.cli.options import LISTED
from janus_md.common.errors import JanusError
from janus_md.common.messages import count

if TYPE_CHECKING:
    from janus_md.study.statepoint import StatePoint
    from janus_md.study.sweeps.templates import Sweep


def _list(asked: bool) -> None:
    """Print the templates of the package, and end the command."""
    if not asked:
        return
    from rich.console import Console
    from rich.table import Table

    from janus_md.study.sweeps.templates import template_summaries

    table = Table(box=None)
    for heading in ("template", "--small", "description"):
        table.add_column(heading, no_wrap=heading == "template")
    for one in template_summaries():
        table.add_row(one.name, "yes" if one.small else "", one.description)
    Console(highlight=False).print(table, markup=False)
    raise typer.Exit


def init(
    template: Annotated[
        str, typer.Argument(help="A YAML file, or the name of a template of the package.")
    ],
    directory: Annotated[
        Path | None,
        typer.Option(
            "--directory",
            "-d",
            help="Folder of the workspace; by default the current one, if it is empty.",
            show_default=False,
        ),
    ] = None,
    small: Annotated[
        bool,
        typer.Option("--small", help="Use the small variant of the template, which takes minutes."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the state points; create nothing.")
    ] = False,
    listed: Annotated[
        bool,
        typer.Option(
            "--list", callback=_list, is_eager=True, help="List the templates of the package."
        ),
    ] = False,
) -> None:
    """Create a workspace from a TEMPLATE, or add its state points to an existing one."""
    from rich.console import Console

    from janus_md.common import plugins
    from janus_md.common.folders import check_folder
    from janus_md.running.jobs.creation import create
    from janus_md.simulation.start.engines_able import check_engines
    from janus_md.simulation.start.packing import check_packing
    from janus_md.study.starts import first_frames
    from janus_md.study.sweeps.templates import load_template
    from janus_md.workspace.query import labels

    plugins.use(directory or Path.cwd())
    first_frames.use_workspace(directory or Path.cwd())
    del listed
    sweep = load_template(template)
    if small:
        sweep = sweep.variant()
    check_engines(sweep.points)
    check_packing(sweep.points)
    statepoints = (point.stored() for point in sweep.points)
    number = len(sweep.points)
    console = Console(highlight=False, soft_wrap=True)
    if dry_run:
        console.print(f"{sweep.name}: {count(number, 'state point')}", markup=False)
        names = labels(list(statepoints))
        for name in names if len(names) <= LISTED else [*names[:LISTED], "..."]:
            console.print(f"  {name}", markup=False)
        for line in _default_steps(sweep):
            console.print(line, markup=False)
        return
    if directory is None:
        directory = _empty_folder(besides=template)
    check_folder(directory, "--directory")
    new = create(directory, statepoints, lambda note: typer.echo(note, err=True), sweep.description)
    for line in _default_steps(sweep):
        console.print(line, markup=False)
    known = f" ({number - new} already existed)" if new < number else ""
    console.print(
        f"{directory.resolve()}: {count(new, 'new job')} from {sweep.name}{known}; "
        f"next: janus-md run --directory {shlex.quote(str(directory))}",
        markup=False,
    )


def _default_steps(sweep: Sweep) -> list[str]:
    """Lines with the default time steps of a sweep and the limits from which they follow."""
    from janus_md.study.resolve import default_step

    chosen = {id(point) for point in sweep.points}
    first: dict[tuple[str, str | None, float | None], StatePoint] = {}
    for point in sweep.default_steps:
        if id(point) in chosen:
            kinds = ", ".join(sorted(point.composition()))
            first.setdefault((kinds, point.model, point.protocol.time_step_ps), point)
    lines = []
    for (kinds, model, step), point in list(first.items())[:LISTED]:
        body = kinds if model is None else f"{kinds} ({model})"
        lines.append(f"time step of {body}: {step:.4g} ps, {default_step(point).reason}")
    return lines if len(first) <= LISTED else [*lines, "..."]


def _empty_folder(besides: str) -> Path:
    """Return the current folder, if it is a workspace or may become one.

    A new workspace may contain the template and the folders of plugins and particles.
    """
    from janus_md.common import plugins
    from janus_md.study.catalogue import copies

    here = Path.cwd()
    known = {here / name for name in (besides, plugins.FOLDER, copies.FOLDER)}
    others = [path for path in here.iterdir() if path.name[0] != "." and path not in known]
    if others and not (here / ".signac").is_dir():
        raise JanusError(
            f"directory: is missing, and the current folder {str(here)!r} is not empty; use "
            "--directory NAME for a new folder, or --directory . for this one"
        )
    return Path()
