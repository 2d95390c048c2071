"""The command `report`: the table of results, the HTML page and its figures."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from janus_md.cli.options import LISTED, Allow, Directory, Filters
from janus_md.cli.text_table import terminal_width
from janus_md.common.errors import JanusError


def _list_figures(names: list[str] | None) -> list[str] | None:
    """Print the names of all figures if `list` is among `names`, and end the command."""
    if names and "list" in names:
        from janus_md.analysis.report.gallery import FIGURES

        for name, kind in FIGURES.items():
            typer.echo(f"{name:18} {kind.shows}")
        raise typer.Exit
    return names


def report(
    filters: Filters = None,
    directory: Directory = Path(),
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the report; `report` in the workspace by default."),
    ] = None,
    allow: Allow = None,
    figure: Annotated[
        list[str] | None,
        typer.Option(
            "--figure",
            metavar="NAME",
            callback=_list_figures,
            help="Write this figure without the report; can be repeated. `--figure list` prints "
            "the names.",
        ),
    ] = None,
    formats: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMATS", help="Formats of the figures: png, svg, pdf, or several."
        ),
    ] = "png",
    dpi: Annotated[
        float, typer.Option("--dpi", help="Resolution of the figures, pixels per inch.")
    ] = 150,
) -> None:
    """Print the table of results; write report.html, its figures and results.csv.

    With FILTERS, the report covers the jobs that match all of them; --out must then be given.

    Example: janus-md report --figure growth --figure snapshots --format png,svg,pdf --dpi 300
    """
    from rich.console import Console

    from janus_md.analysis.report.drawing import Files
    from janus_md.analysis.report.page import console_table, write_figures, write_report
    from janus_md.analysis.sweep.unfinished import changed_since, not_at_temperature
    from janus_md.cli import troubles
    from janus_md.common.folders import check_folder
    from janus_md.workspace import descriptions
    from janus_md.workspace import query as questions

    wanted = Files(figure or (), [one for one in map(str.strip, formats.split(",")) if one], dpi)
    if filters and out is None:
        raise JanusError("--out: is missing; a report with filters needs its own folder")
    project = questions.open_project(directory)
    check_folder(out or directory / "report", "--out")
    every = questions.columns(project, allow=allow or (), thorough=True)
    chosen = questions.select(every, filters or [])
    if not len(chosen):
        troubles.tell(every.damaged, project)
        raise JanusError(f"filter: no job matches {' and '.join(filters or [])}")
    chosen = chosen.counted()
    rows, total = questions.frame(chosen.sound()), len(chosen)
    unusable = every.damaged
    damaged = {job: unusable[job] for job in chosen["job"] if job in unusable}
    del every, chosen  # large for many jobs
    folders = questions.folders(project)
    console = Console()
    page = console if console.is_terminal else Console(width=terminal_width())
    analyzed = any(rows["status"] == "done")
    files = []
    if analyzed and figure:
        for path in write_figures(
            rows, folders, out or directory / "report", wanted, unusable.__setitem__
        ):
            console.print(str(path.resolve()), highlight=False, soft_wrap=True, markup=False)
        return
    if analyzed:
        about = descriptions.read(Path(project.path))
        files = write_report(
            rows,
            folders,
            out or directory / "report",
            damaged=damaged,
            told=unusable.__setitem__,
            descriptions=about,
            files=wanted,
        )
        for text in about[:1]:
            page.print(text, highlight=False, markup=False)
        usable = rows[[job not in unusable for job in rows["job"]]]
        page.print(console_table(usable[usable["status"] == "done"], folders, width=page.width))
    doubtful = {"heat": len(not_at_temperature(rows)), "state": len(changed_since(rows))}
    troubles.tell_withheld(doubtful, allow or ())
    troubles.tell(unusable, project)
    failed = rows[rows["status"] == "failed"]
    for _, row in failed[:LISTED].iterrows():
        message = row.get("failure.message", "")
        console.print(f"failed: {row['job'][:8]}: {message}", highlight=False, markup=False)
    if len(failed) > LISTED:
        console.print(f"failed: {len(failed) - LISTED} more", highlight=False)
    if not analyzed:
        states = Counter([*rows["status"], *["damaged"] * (total - len(rows))])
        told = ", ".join(f"{n} {name}" for name, n in states.most_common())
        raise JanusError(
            f"directory: {str(directory)!r} has no results to report yet ({told}); next: "
            f"janus-md run --directory {shlex.quote(str(directory))}"
        )
    console.print(f"\n{files[0].resolve()}", highlight=False, soft_wrap=True)
    for file in files[1:]:
        console.print(f"  {file.name}", highlight=False)
