"""Commands on a workspace: init, query, report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.common.errors import JanusError
from janus_md.common.messages import count

if TYPE_CHECKING:
    from janus_md.workspace.columns import Columns

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


def init(
    template: Annotated[
        str, typer.Argument(help="A YAML file, or the name of a template of the package.")
    ],
    directory: Annotated[
        Path | None,
        typer.Option(
            "--directory",
            "-d",
            help="The workspace's folder; the current one by default, if nothing else is in it.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many state points and which; make nothing.")
    ] = False,
) -> None:
    """Make a workspace from a TEMPLATE, or add its state points to one."""
    from rich.console import Console

    from janus_md.common.folders import check_folder
    from janus_md.simulation.start.packing import check_packing
    from janus_md.study.sweeps.templates import load_template
    from janus_md.workspace.jobs import create
    from janus_md.workspace.query import labels

    sweep = load_template(template)
    check_packing(sweep.points)
    statepoints = (point.stored() for point in sweep.points)
    number = len(sweep.points)
    console = Console(highlight=False, soft_wrap=True)
    if dry_run:
        console.print(f"{sweep.name}: {count(number, 'state point')}", markup=False)
        names = labels(list(statepoints))
        for name in names if len(names) <= LISTED else [*names[:LISTED], "..."]:
            console.print(f"  {name}", markup=False)
        return
    if directory is None:
        directory = _empty_folder(besides=template)
    check_folder(directory, "--directory")
    new = create(directory, statepoints, lambda note: typer.echo(note, err=True))
    known = f" ({number - new} were there already)" if new < number else ""
    console.print(
        f"{directory.resolve()}: {count(new, 'new job')} from {sweep.name}{known}; "
        f"go on with: janus-md run --directory {directory}",
        markup=False,
    )


def _empty_folder(besides: str) -> Path:
    """Return the current folder, if it is a workspace or holds nothing but the template."""
    here = Path.cwd()
    others = [path for path in here.iterdir() if path.name[0] != "." and path != here / besides]
    if others and not (here / ".signac").is_dir():
        raise JanusError(
            f"directory: none is given, and the current folder {str(here)!r} is not empty; give "
            "--directory and a name for a new folder, or --directory . to take this one"
        )
    return Path()


def query(
    filters: Filters = None,
    directory: Directory = Path(),
    columns: Annotated[
        str, typer.Option("--columns", "-c", help="Columns, with commas; `all` for every one.")
    ] = "",
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, a list of rows.")] = False,
    allow: Allow = None,
) -> None:
    """Show the jobs that fit all FILTERS, with their state points and results."""
    from janus_md.cli import troubles
    from janus_md.workspace import query as questions

    if csv and json:
        raise JanusError("--csv: is given beside --json; only one of them is allowed")
    asked = [name.strip() for name in columns.split(",")] if columns else []
    everything = asked == ["all"] or (not asked and (csv or json))
    keys = questions.document_keys(filters or [], asked or questions.TELLING)
    project = questions.open_project(directory)
    every = questions.columns(project, None if everything else keys, allow or ())
    troubles.tell(every.damaged, project)
    rows = questions.select(every, filters or [])
    doubtful = {reason: len(questions.withheld(rows, reason)) for reason in _DOUBTS}
    _tell_withheld(doubtful, allow or ())
    if everything:
        names = rows.names
    elif asked:
        names = [questions.column(rows, name) for name in asked]
    else:
        names = questions.telling_columns(rows)
    if not (csv or json):
        _print_table(rows, names, len(every))
        return
    (_print_csv if csv else _print_json)(names, rows.rows(names))


_DOUBTS = {
    "heat": "did not keep the temperature of the bath (heat.why says more)",
    "state": "changed since they were made (changed says more)",
}


def _tell_withheld(numbers: Mapping[str, int], allow: Sequence[str]) -> None:
    """Say on the error stream that results are missing on purpose, or are there all the same."""
    for reason, number in numbers.items():
        if not number:
            continue
        left = f"left out; --allow {reason} takes them in"
        if reason in allow:
            left = "taken in all the same"
        typer.echo(f"{count(number, 'job')} {_DOUBTS[reason]}: results {left}", err=True)


def _print_csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    import csv
    import sys

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)


def _print_json(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    import json
    import sys

    before = "["
    for row in rows:  # one at a time, as all of them need not fit into memory twice
        alone = json.dumps([dict(zip(names, row, strict=True))], indent=2)
        sys.stdout.write(before + alone[1:-2])
        before = ","
    sys.stdout.write("[]\n" if before == "[" else "\n]\n")


def _print_table(rows: Columns, names: Sequence[str], total: int) -> None:
    """Print a table: folded to the terminal's width where it is short, else a line per job."""
    from rich.console import Console
    from rich.table import Table

    headings = [name.removesuffix(".mean").rsplit(".", 1)[-1] for name in names]
    cells = [_column(rows, name) for name in names]
    console = Console()
    if console.is_terminal and len(rows) <= FOLDED:
        table = Table(*headings, box=None)
        for column in table.columns:
            column.overflow = "fold"
        for row in zip(*cells, strict=True):
            table.add_row(*row)
        console.print(table)
    else:
        for k, heading in enumerate(headings):
            width = max(map(len, (heading, *cells[k])))
            headings[k] = heading.ljust(width)
            cells[k] = [cell.ljust(width) for cell in cells[k]]
        lines = ["  ".join(row).rstrip() for row in (headings, *zip(*cells, strict=True))]
        typer.echo("\n".join(lines))
    number = count(len(rows), "job") if len(rows) == total else f"{len(rows)} of {total} jobs"
    errors = any(
        cell.endswith(")")
        for name, told in zip(names, cells, strict=True)
        if name.endswith(".mean")
        for cell in told
    )
    note = "; in parentheses the standard error of the last digit" if errors else ""
    console.print(number + note, highlight=False)


def _column(rows: Columns, name: str) -> list[str]:
    """Cells of a column; of an average with its error."""
    from janus_md.analysis.sweep.results import format_short

    values = rows[name]
    error = f"{name.removesuffix('.mean')}.error"
    if not name.endswith(".mean") or error not in rows.names:
        return [_cell(value) for value in values]
    pairs = zip(values, rows[error], strict=True)
    return ["" if mean is None or mean != mean else format_short(mean, e) for mean, e in pairs]


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value)
    return text[:8] if len(text) == 32 and text.isalnum() else text


def report(
    filters: Filters = None,
    directory: Directory = Path(),
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the report; `report` in the workspace by default."),
    ] = None,
    allow: Allow = None,
) -> None:
    """Print the table of results; write report.html, its figures and results.csv.

    Of the jobs that fit all FILTERS, which then need a folder of their own (--out).
    """
    from rich.console import Console

    from janus_md.analysis.report.page import console_table, write_report
    from janus_md.analysis.sweep.unfinished import changed_since, not_at_temperature
    from janus_md.cli import troubles
    from janus_md.common.folders import check_folder
    from janus_md.workspace import query as questions

    if filters and out is None:
        raise JanusError("--out: is missing; a report of some of the jobs needs its own folder")
    project = questions.open_project(directory)
    check_folder(out or directory / "report", "--out")
    every = questions.columns(project, allow=allow or (), thorough=True)
    chosen = questions.select(every, filters or [])
    if not len(chosen):
        troubles.tell(every.damaged, project)
        raise JanusError(f"filter: no job fits {' and '.join(filters or [])}")
    rows, total = questions.frame(chosen.sound()), len(chosen)
    unusable = every.damaged
    damaged = {job: unusable[job] for job in chosen["job"] if job in unusable}
    del every, chosen  # of a hundred thousand jobs they are large
    folders = questions.folders(project)
    console = Console()
    page = console if console.is_terminal else Console(width=160)
    analyzed = any(rows["status"] == "done")
    files = []
    if analyzed:
        files = write_report(
            rows,
            folders,
            out or directory / "report",
            damaged=damaged,
            told=unusable.__setitem__,
        )
        usable = rows[[job not in unusable for job in rows["job"]]]
        page.print(console_table(usable[usable["status"] == "done"], folders, width=page.width))
    doubtful = {"heat": len(not_at_temperature(rows)), "state": len(changed_since(rows))}
    _tell_withheld(doubtful, allow or ())
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
            f"directory: {str(directory)!r} has no results to report yet ({told}); go on with: "
            f"janus-md run --directory {directory}"
        )
    console.print(f"\n{files[0].resolve()}", highlight=False, soft_wrap=True)
    for file in files[1:]:
        console.print(f"  {file.name}", highlight=False)
