"""The command `query`: the selected jobs as a table, CSV, JSON or Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.cli import output
from janus_md.cli.options import Allow, Directory, Filters, GroupBy, Sort, Stat
from janus_md.cli.output import Csv, Json, Out

if TYPE_CHECKING:
    from janus_md.workspace.columns import Columns

KEPT = ("job", "status", "substance", "particle", "changed", "heat.passed")
"""Columns that are left out last."""

FAILURE = "failure.message"

MAIN = 2
"""Number of averages that are left out after all others and the settings."""

HINT = "`--columns NAMES` or `--csv` shows them"


def query(
    filters: Filters = None,
    directory: Directory = Path(),
    columns: Annotated[
        str,
        typer.Option(
            "--columns", "-c", help="Columns, separated by commas; `all` for all of them."
        ),
    ] = "",
    group_by: GroupBy = "",
    stat: Stat = "",
    sort: Sort = "",
    csv: Csv = False,
    json: Json = False,
    out: Out = None,
    allow: Allow = None,
) -> None:
    """Show the jobs that match all FILTERS, with their state points and results.

    A filter compares a column with a value: relative_permittivity<2, particle=R*, job=aefd20ef.
    Numbers that you have put into the job document are columns too. The table fits into the width
    of the terminal: columns without room are named below it. With --columns, a table that is too
    wide is turned.

    --group-by relative_permittivity --stat mean,sem,n prints the statistics of the jobs with equal
    permittivity.
    """
    from janus_md.cli import troubles
    from janus_md.cli.options import listed
    from janus_md.workspace import ordering
    from janus_md.workspace import query as questions

    kind = output.format_of(csv, json, out)
    asked, keys, order = listed(columns), listed(group_by), ordering.parse(sort)
    if keys or stat:
        from janus_md.analysis.sweep import statistics  # which imports NumPy

        wanted = statistics.chosen(stat, bool(keys))
    everything = asked == ["all"] or (not asked and bool(kind) and not keys)
    read = [*(asked or questions.telling_keys()), *keys, *(one.key for one in order)]
    project = questions.open_project(directory)
    needed = None if everything else questions.document_keys(filters or [], read)
    every = questions.columns(project, needed, allow or ())
    troubles.tell(every.damaged, project)
    rows = questions.select(every, filters or [])
    doubtful = {reason: len(questions.withheld(rows, reason)) for reason in troubles.DOUBTS}
    troubles.tell_withheld(doubtful, allow or ())
    if keys:
        named = [questions.column(rows, name) for name in asked if name != "all"]
        shown = named or questions.averaged_columns(rows)
        groups = statistics.group_columns(
            rows, [questions.column(rows, name) for name in keys], shown, wanted
        )
        _write_groups(ordering.sort_grid(groups, order), kind, out, len(keys), len(rows))
        return
    if everything:
        names = questions.all_columns(rows)
    elif asked:
        names = [questions.column(rows, name) for name in asked]
    else:
        names = questions.telling_columns(rows)
    rows = ordering.sort_columns(rows, order)
    if asked and not everything:
        rows = rows.with_maps(names)
    if kind:
        output.write(kind, names, rows.rows(names), out)
    else:
        _print_jobs(rows, names, every, chosen=bool(asked))


def _print_jobs(rows: Columns, names: Sequence[str], every: Columns, *, chosen: bool) -> None:
    """Print a line per job; chosen columns are all shown, else failures are below the table."""
    from janus_md.cli import text_table
    from janus_md.cli.cells import cells_of, headings_of
    from janus_md.common.messages import count
    from janus_md.common.uncertainty import MEANING

    failures = not chosen and FAILURE in names
    names = [name for name in names if name != FAILURE or not failures]
    cells = [cells_of(rows, name, every) for name in names]
    table = [
        text_table.TextColumn(heading, column, _rank(names, k))
        for k, (heading, column) in enumerate(zip(headings_of(names), cells, strict=True))
    ]
    errors = any(
        cell.endswith(")")
        for name, told in zip(names, cells, strict=True)
        if name.endswith(".mean")
        for cell in told
    )
    total = len(every)
    number = count(len(rows), "job") if len(rows) == total else f"{len(rows)} of {total} jobs"
    if errors:
        number += f"; {MEANING}"
    notes = [number]
    if failures:
        pairs = zip(cells_of(rows, "job", every), rows[FAILURE], strict=True)
        notes += [f"{job}: {message}" for job, message in pairs if message]
    text_table.show(table, turn=chosen, notes=notes, hint=HINT)


def _rank(names: Sequence[str], place: int) -> int:
    """Return which columns are left out first: averages from the third one on, then settings."""
    name = names[place]
    if name in KEPT:
        return 0
    if not name.startswith("analysis."):
        return 2
    before = sum(one.startswith("analysis.") for one in names[:place])
    return 1 if before < MAIN else 3


def _write_groups(
    groups: dict[str, list[Any]], kind: str, out: Path | None, keys: int, jobs: int
) -> None:
    """Write statistics of groups."""
    from janus_md.cli import cells
    from janus_md.common.messages import count

    names = list(groups)
    if kind:
        output.write(kind, names, list(zip(*groups.values(), strict=True)), out)
        return
    number = len(groups[names[0]])
    cells.show_groups(groups, keys, f"{count(number, 'group')} of {count(jobs, 'job')}")
