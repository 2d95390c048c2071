"""Statistics of rows over all jobs, from one pass over the files."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.sweep.rows import JOB_INDEX, RowTable, job_values, open_rows
from janus_md.analysis.sweep.statistics import STATISTICS, Grid
from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.workspace.ordering import SortKey, sorted_places

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from signac import Project

ANGLES = frozenset({"screw_deg", "dihedral_deg", "turn_deg"})
"""Columns that are angles, which have no arithmetic mean."""

MERGED = 200_000
"""Number of partial sums above which they are merged."""


def statistics_of(
    table: RowTable, keys: Sequence[str], columns: Sequence[str], statistics: Sequence[str]
) -> Grid:
    """Return statistics of columns over the rows of each group, ordered by the keys.

    Rows of one job are correlated: wires live for many frames. The standard error is thus that of a
    mean over jobs, ``sem^2 = J / (J - 1) sum_j (n_j / N)^2 (m_j - m)^2`` with the mean m_j of the
    n_j rows of each of J jobs (the ratio-to-size estimator of cluster sampling, Cochran,
    Sampling Techniques, 1977, chapter 9A). It is None for a single job.

    Parameters
    ----------
    table : RowTable
        The rows.
    keys : sequence of str
        Columns of rows or jobs with equal values within a group.
    columns : sequence of str
        Columns of rows with numbers. Missing and infinite values do not count.
    statistics : sequence of str
        Names of :data:`janus_md.analysis.sweep.statistics.STATISTICS`.

    Returns
    -------
    dict of str to list
        The keys, ``rows`` and ``jobs`` of each group, and for each column and statistic
        ``NAME.STATISTIC``.

    Raises
    ------
    JanusError
        If a column is unknown, contains other values than numbers, or is an angle.
    """
    _check(table, columns, statistics)
    sources = [table.source(key) for key in keys]
    of_rows = [name for is_row, name in sources if is_row]
    sums = _sums(table, of_rows, list(dict.fromkeys(columns)))
    jobs = np.asarray(sums[JOB_INDEX])
    held = [
        sums[name].to_pylist()
        if is_row
        else job_values(table, name).take(sums[JOB_INDEX]).to_pylist()
        for is_row, name in sources
    ]
    groups: dict[tuple[str, ...], list[int]] = {}
    for row in range(len(jobs)):
        groups.setdefault(tuple(repr(column[row]) for column in held), []).append(row)
    places = list(groups.values())
    firsts = [[column[one[0]] for one in places] for column in held]
    places = (
        [places[k] for k in sorted_places(firsts, [SortKey(key) for key in keys])]
        if keys
        else places
    )
    found: Grid = {
        key: [column[one[0]] for one in places] for key, column in zip(keys, held, strict=True)
    }
    number = np.asarray(sums["rows"])
    found["rows"] = [int(number[one].sum()) for one in places]
    found["jobs"] = [len(set(jobs[one].tolist())) for one in places]
    for name in columns:
        parts = {part: np.asarray(sums[f"{part} {name}"], float) for part in _PARTS}
        shift = sums.shift[name]
        of_groups = [
            _of_group({k: v[one] for k, v in parts.items()}, jobs[one], shift) for one in places
        ]
        for statistic in statistics:
            found[f"{name}.{statistic}"] = [one[statistic] for one in of_groups]
    return found


def row_statistics(
    project: Project,
    name: str,
    group_by: Sequence[str],
    columns: Sequence[str],
    filters: Iterable[str] = (),
    statistics: Sequence[str] = STATISTICS[:3],
    allow: Collection[str] = (),
) -> pd.DataFrame:
    """Return statistics of the rows of a table over all finished jobs.

    Parameters
    ----------
    project, name, filters, allow
        As in :func:`janus_md.analysis.sweep.rows.rows`.
    group_by, columns, statistics
        As in :func:`statistics_of`.

    Raises
    ------
    JanusError
        As these functions.
    """
    import pandas as pd

    table = open_rows(project, name, filters, [*group_by, *columns], allow)
    return pd.DataFrame(statistics_of(table, group_by, columns, statistics))


def _check(table: RowTable, columns: Sequence[str], statistics: Sequence[str]) -> None:
    import pyarrow as pa

    for statistic in statistics:
        if statistic not in STATISTICS:
            raise JanusError(unknown("--stat", statistic, STATISTICS))
    for name in columns:
        is_row, full = table.source(name)
        if not is_row:
            raise JanusError(
                f"column: {full!r} belongs to jobs; statistics of {table.name} need one of "
                f"{', '.join(table.schema.names)}"
            )
        kind = table.schema.field(name).type
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            raise JanusError(f"column: {name!r} has no numbers; statistics need numbers")
        if name in ANGLES and not {"mean", "sem", "std"}.isdisjoint(statistics):
            raise JanusError(
                f"column: {name!r} is an angle, which has no arithmetic mean; use handedness, or "
                "turn_deg of janus-md query, which is a circular mean"
            )


_PARTS = ("count", "sum", "square", "min", "max")


class _Sums(dict[str, Any]):
    """Columns of partial sums, and the value subtracted from each column before summing."""

    shift: dict[str, float]


def _sums(table: RowTable, keys: Sequence[str], columns: Sequence[str]) -> _Sums:
    """Return number, sum, sum of squares, minimum and maximum per job and value of the keys."""
    import pyarrow as pa

    shift: dict[str, float] = {}
    names = [JOB_INDEX, *dict.fromkeys(keys)]
    parts: list[pa.Table] = []
    for batch in table.batches(list(dict.fromkeys([*keys, *columns]))):
        parts.append(_partial(batch, names, columns, shift))
        if sum(map(len, parts)) > MERGED:
            parts = [_merged(parts, names, columns)]
    found = _Sums()
    found.shift = {name: shift.get(name, 0.0) for name in columns}
    if parts:
        merged = _merged(parts, names, columns)
        found.update(zip(merged.column_names, merged.columns, strict=True))
    else:
        empty = [*names, "rows", *(f"{part} {name}" for name in columns for part in _PARTS)]
        found.update({name: pa.chunked_array([pa.array([], pa.int32())]) for name in empty})
    return found


def _partial(
    batch: pa.RecordBatch, names: Sequence[str], columns: Sequence[str], shift: dict[str, float]
) -> pa.Table:
    """Return the sums of a batch. Squares of values far from 0 would lose digits: see `shift`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    held = {name: batch.column(name) for name in names}
    held["rows"] = pa.array(np.ones(len(batch), np.int64))
    wanted = [("rows", "sum")]
    for name in columns:
        values = batch.column(name).cast(pa.float64())
        values = pc.if_else(pc.is_finite(values), values, None)
        if name not in shift and values.null_count < len(values):
            shift[name] = pc.mean(values).as_py()
        away = pc.subtract(values, shift.get(name, 0.0))
        held |= {
            f"count {name}": pc.cast(pc.is_valid(values), pa.int64()),
            f"sum {name}": away,
            f"square {name}": pc.multiply(away, away),
            f"min {name}": values,
            f"max {name}": values,
        }
        wanted += _aggregates(name)
    return _aggregated(pa.table(held), names, wanted)


def _merged(parts: Sequence[pa.Table], names: Sequence[str], columns: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    wanted = [("rows", "sum"), *(one for name in columns for one in _aggregates(name))]
    return _aggregated(pa.concat_tables(parts), names, wanted)


def _aggregates(name: str) -> list[tuple[str, str]]:
    return [(f"{part} {name}", part if part in ("min", "max") else "sum") for part in _PARTS]


def _aggregated(table: pa.Table, names: Sequence[str], wanted: list[tuple[str, str]]) -> pa.Table:
    found = table.group_by(list(names), use_threads=False).aggregate(wanted)
    labels = {f"{column}_{function}": column for column, function in wanted}
    return found.rename_columns([labels.get(name, name) for name in found.column_names])


def _of_group(parts: dict[str, Any], jobs: Any, shift: float) -> dict[str, float | int | None]:
    """Return all statistics of a group from the sums of its jobs."""
    count = np.nan_to_num(parts["count"])
    total = float(count.sum())
    if total == 0.0:
        return dict.fromkeys(STATISTICS) | {"n": 0}
    sums, squares = np.nan_to_num(parts["sum"]), np.nan_to_num(parts["square"])
    mean = float(sums.sum()) / total
    spread = max(float(squares.sum()) - total * mean * mean, 0.0)
    _, place = np.unique(jobs, return_inverse=True)
    n_job = np.bincount(place, weights=count)
    of_job = np.bincount(place, weights=sums - count * mean)
    used = int(np.count_nonzero(n_job))
    error = math.sqrt(used / (used - 1) * float((of_job**2).sum())) / total if used > 1 else None
    return {
        "mean": shift + mean,
        "sem": error,
        "n": int(total),
        "std": math.sqrt(spread / (total - 1.0)) if total > 1 else None,
        "min": float(np.nanmin(parts["min"])),
        "max": float(np.nanmax(parts["max"])),
    }
