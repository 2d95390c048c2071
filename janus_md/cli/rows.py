"""The commands `wires`, `frames` and `aggregates`: rows over all jobs, and their statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.cli import output
from janus_md.cli.options import Allow, Directory, GroupBy, Sort, Stat, listed
from janus_md.cli.output import Csv, Json, Out
from janus_md.common.errors import JanusError

if TYPE_CHECKING:
    import pyarrow as pa

    from janus_md.analysis.sweep.rows import RowTable
    from janus_md.workspace.ordering import SortKey

SHOWN = 30
"""Number of rows in a table by default."""

SORTED = 1_000_000
"""Maximum number of rows that are sorted, because they are kept in memory."""

DEFAULTS = {
    "wires": ("frame", "wire", "n", "kind", "contour_nm", "end_to_end_nm", "persistence_bond_nm"),
    "frames": ("frame", "time_ps", "mean_n", "mean_w", "longest", "n_bonds", "mean_bond_nm"),
    "aggregates": ("frame", "aggregate", "n", "kind", "anisotropy", "radius_of_gyration_nm"),
}
"""Columns of rows in a table by default."""

AVERAGED = {
    "wires": ("n", "contour_nm", "persistence_bond_nm"),
    "frames": ("mean_n", "mean_w", "longest", "mean_bond_nm"),
    "aggregates": ("n", "anisotropy", "radius_of_gyration_nm"),
}
"""Columns of which there are statistics by default."""

RowFilters = Annotated[
    list[str] | None,
    typer.Argument(
        help="Filters on the rows, such as 'n>20' or kind=linear, or on the jobs, such as "
        "particle=R* or 'relative_permittivity<2'."
    ),
]

Limit = Annotated[
    int | None,
    typer.Option(
        help="Number of rows, 0 for all; by default 30 in a table and all otherwise.",
        min=0,
        show_default=False,
    ),
]

Chosen = Annotated[
    str,
    typer.Option(
        "--columns", "-c", help="Columns of rows or jobs, separated by commas; `all` for all."
    ),
]


def _command(name: str, description: str) -> Callable[..., None]:
    """Return the command for a table."""

    def command(
        filters: RowFilters = None,
        directory: Directory = Path(),
        columns: Chosen = "",
        group_by: GroupBy = "",
        stat: Stat = "",
        sort: Sort = "",
        limit: Limit = None,
        csv: Csv = False,
        json: Json = False,
        out: Out = None,
        allow: Allow = None,
    ) -> None:
        _run(
            name,
            filters or [],
            directory,
            columns=listed(columns),
            keys=listed(group_by),
            stat=stat,
            sort=sort,
            limit=limit,
            kind=output.format_of(csv, json, out),
            out=out,
            allow=allow or [],
        )

    command.__name__ = name
    command.__doc__ = description
    return command


_ABOUT = """

    A filter compares a column of the rows or, if they have no such column, of the jobs (janus-md
    query). All rows are read from the files one part at a time, so there may be any number of them.

    --group-by relative_permittivity --stat mean,sem,n prints statistics of the rows with equal
    permittivity. sem is the standard error of the mean from the scatter of the jobs, because the
    rows of a job are correlated; there is none for a single job."""

wires = _command(
    "wires",
    "Show the wires of all finished jobs that match all FILTERS, one row per frame." + _ABOUT,
)
frames = _command("frames", "Show the frames of all finished jobs that match all FILTERS." + _ABOUT)
aggregates = _command(
    "aggregates",
    "Show the aggregates of all finished jobs that match all FILTERS, one row per frame." + _ABOUT,
)


def _run(
    name: str,
    filters: Sequence[str],
    directory: Path,
    *,
    columns: list[str],
    keys: list[str],
    stat: str,
    sort: str,
    limit: int | None,
    kind: str,
    out: Path | None,
    allow: Sequence[str],
) -> None:
    from janus_md.analysis.sweep import row_statistics, rows, statistics
    from janus_md.cli import cells, troubles
    from janus_md.common.messages import count
    from janus_md.workspace import ordering, query

    wanted, order = statistics.chosen(stat, bool(keys)), ordering.parse(sort)
    needed = [*columns, *keys, *(one.key for one in order), *query.telling_keys()]
    project = query.open_project(directory)
    table = rows.open_rows(project, name, filters, needed, allow)
    troubles.tell(table.troubles, project)
    if keys:
        if limit:
            raise JanusError("--limit: cannot be combined with --group-by")
        chosen = columns or [one for one in AVERAGED[name] if one in table.schema.names]
        groups = row_statistics.statistics_of(table, keys, chosen, wanted)
        groups = ordering.sort_grid(groups, order)
        if kind:
            output.write(kind, list(groups), list(zip(*groups.values(), strict=True)), out)
        else:
            number = count(len(groups["rows"]), "group")
            note = f"{number} of {sum(groups['rows'])} rows"
            cells.show_groups(groups, len(keys), note)
        return
    if columns == ["all"] or (kind and not columns):
        columns = [*_of_jobs(table), *table.schema.names]
    elif not columns:
        columns = [*_of_jobs(table), *(one for one in DEFAULTS[name] if one in table.schema.names)]
    most = (SHOWN if limit is None and not kind else limit) or None
    if order:
        schema, batches = _sorted(table, columns, order, most, kind)
    else:
        schema, batches = rows.stream(table, columns)
        batches = _first(batches, most)
    if kind:
        output.write_batches(kind, schema, batches, out)
    else:
        _print(table, schema, batches, most)


def _of_jobs(table: RowTable) -> list[str]:
    """Return the columns of jobs by default: id, particle and varying keys."""
    from janus_md.workspace import query

    told = query.telling_columns(table.jobs)
    results = ("analysis.", "failure.", "heat.")
    names = [
        one for one in told if one not in ("status", "changed") and not one.startswith(results)
    ]
    same = len(set(map(str, table.jobs["substance"]))) == 1
    return [one for one in names if not (same and one in ("particle", "substance"))]


def _first(batches: Iterator[pa.RecordBatch], most: int | None) -> Iterator[pa.RecordBatch]:
    """Yield the first `most` rows."""
    for batch in batches:
        if most is None:
            yield batch
            continue
        yield batch.slice(0, most)
        most -= min(most, len(batch))
        if not most:
            return


def _sorted(
    table: RowTable, columns: list[str], order: Sequence[SortKey], most: int | None, kind: str
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Return the first rows in this order, of which as many are kept as are wanted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from janus_md.analysis.sweep import rows

    if most is not None and most > SORTED:
        raise JanusError(f"--limit: {most} rows are too many to sort; at most {SORTED}")
    extra = [one.key for one in order if one.key not in columns]
    schema, batches = rows.stream(table, [*columns, *extra])
    keys = [(one.key, "descending" if one.descending else "ascending") for one in order]
    best = schema.empty_table()
    for batch in batches:
        best = pa.concat_tables([best, pa.Table.from_batches([batch])])
        if most is None and len(best) > SORTED:
            raise JanusError(
                f"--sort: there are more than {SORTED} rows, too many to sort; choose the first "
                "ones with --limit, or fewer with filters"
            )
        if most is not None and len(best) > 2 * most + 10_000:
            best = best.take(pc.sort_indices(best, sort_keys=keys)[:most]).combine_chunks()
    best = best.take(pc.sort_indices(best, sort_keys=keys)[:most]).select(columns)
    return best.schema, iter(best.to_batches())


def _print(
    table: RowTable, schema: pa.Schema, batches: Iterator[pa.RecordBatch], most: int | None
) -> None:
    """Print rows as a table, and how many there may be."""
    from janus_md.cli import text_table
    from janus_md.cli.cells import cell, headings_of, id_length
    from janus_md.common.messages import count

    held: dict[str, list[Any]] = {name: [] for name in schema.names}
    for batch in batches:
        for name in schema.names:
            held[name] += batch.column(name).to_pylist()
    number = len(next(iter(held.values())))
    length = id_length(table.jobs["job"])
    texts = {
        name: [one[:length] if name == "job" else cell(one, 5) for one in values]
        for name, values in held.items()
    }
    columns = [
        text_table.TextColumn(heading, texts[name], int(name != "job"))
        for name, heading in zip(texts, headings_of(list(texts)), strict=True)
    ]
    jobs = count(len(table.jobs), "job")
    note = f"{count(number, 'row')} of {jobs}"
    if most is not None and number == most:
        note = f"the first {note}; --limit 0 shows all"
    if table.n_jobs > len(table.jobs):
        note += f"; {count(table.n_jobs - len(table.jobs), 'job')} without {table.name}"
    text_table.show(
        columns, turn=False, notes=[note], hint="`--columns NAMES` or `--csv` shows them"
    )
