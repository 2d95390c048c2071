"""The command `query`: the selected jobs as a table, CSV or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from janus_md.cli.options import FOLDED, Allow, Directory, Filters
from janus_md.common.errors import JanusError
from janus_md.common.messages import count

if TYPE_CHECKING:
    from janus_md.workspace.columns import Columns


def query(
    filters: Filters = None,
    directory: Directory = Path(),
    columns: Annotated[
        str,
        typer.Option(
            "--columns", "-c", help="Columns, separated by commas; `all` for all of them."
        ),
    ] = "",
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, a list of rows.")] = False,
    allow: Allow = None,
) -> None:
    """Show the jobs that match all FILTERS, with their state points and results."""
    from janus_md.cli import troubles
    from janus_md.workspace import query as questions

    if csv and json:
        raise JanusError("--csv: cannot be combined with --json")
    asked = [name.strip() for name in columns.split(",")] if columns else []
    everything = asked == ["all"] or (not asked and (csv or json))
    keys = questions.document_keys(filters or [], asked or questions.telling_keys())
    project = questions.open_project(directory)
    every = questions.columns(project, None if everything else keys, allow or ())
    troubles.tell(every.damaged, project)
    rows = questions.select(every, filters or [])
    doubtful = {reason: len(questions.withheld(rows, reason)) for reason in troubles.DOUBTS}
    troubles.tell_withheld(doubtful, allow or ())
    if everything:
        names = questions.all_columns(rows)
    elif asked:
        names = [questions.column(rows, name) for name in asked]
    else:
        names = questions.telling_columns(rows)
    if not (csv or json):
        _print_table(rows, names, len(every))
        return
    (print_csv if csv else _print_json)(names, rows.rows(names))


def print_csv(
    names: Sequence[str], rows: Iterable[Sequence[Any]], out: TextIO | None = None
) -> None:
    """Print rows as CSV, or write them to `out`."""
    import csv
    import sys

    writer = csv.writer(out or sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)


def _print_json(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    import json
    import sys

    before = "["
    for row in rows:  # one at a time, to save memory
        alone = json.dumps([dict(zip(names, row, strict=True))], indent=2)
        sys.stdout.write(before + alone[1:-2])
        before = ","
    sys.stdout.write("[]\n" if before == "[" else "\n]\n")


def _print_table(rows: Columns, names: Sequence[str], total: int) -> None:
    """Print a table; one that is too long to fold has one line per job."""
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
    """Cells of a column; averages are shown with their errors."""
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
