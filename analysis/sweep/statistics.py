"""Averages and other statistics of groups of jobs, for queries."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from janus_md.analysis.series.averages import combine_replicas
from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.workspace.columns import Columns
from janus_md.workspace.ordering import SortKey, sorted_places

MEAN, ERROR, PERIOD = ".mean", ".error", ".period"

STATISTICS = ("mean", "sem", "n", "std", "min", "max")
"""Statistics of a group: mean, its standard error, number of values, standard deviation (divisor
n - 1), smallest and largest value."""

Grid = dict[str, list[Any]]
"""Columns of a table by name, all of the same length."""


def chosen(text: str, grouped: bool = True) -> list[str]:
    """Return the statistics that the option ``--stat`` selects; mean, sem and n by default.

    Raises
    ------
    JanusError
        If one is unknown, or the rows are not `grouped`.
    """
    names = list(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))
    if names and not grouped:
        raise JanusError("--stat: needs --group-by with the columns that define the groups")
    for name in names:
        if name not in STATISTICS:
            raise JanusError(unknown("--stat", name, STATISTICS))
    return names or list(STATISTICS[:3])


def short_name(column: str) -> str:
    """Return the name of a column of jobs without its part of the document, as for results.csv."""
    return column.removesuffix(MEAN).rsplit(".", 1)[-1]


def group_columns(
    rows: Columns, keys: Sequence[str], columns: Sequence[str], statistics: Sequence[str]
) -> Grid:
    """Return statistics of columns over the jobs of each group, ordered by the keys.

    Parameters
    ----------
    rows : Columns
        The jobs.
    keys : sequence of str
        Columns with equal values within a group.
    columns : sequence of str
        Columns with numbers. Of an average, the standard error is that of
        :func:`janus_md.analysis.series.averages.combine_replicas`, as in the report; of other
        numbers, it is ``s / sqrt(n)``. It is None for a single number without an error. Angles
        have circular means.
    statistics : sequence of str
        Names of :data:`STATISTICS`.

    Returns
    -------
    dict of str to list
        The keys, and for each column and statistic ``NAME.STATISTIC``. Missing values do not count.

    Raises
    ------
    JanusError
        If a column contains other values than numbers.
    """
    held = [rows.values(key) for key in keys]
    groups: dict[tuple[str, ...], list[int]] = {}
    for row, values in enumerate(zip(*held, strict=True)):
        groups.setdefault(tuple(map(repr, values)), []).append(row)
    places = list(groups.values())
    firsts = [[column[one[0]] for one in places] for column in held]
    order = sorted_places(firsts, [SortKey(key) for key in keys])
    places = [places[k] for k in order]
    found: Grid = {
        key: [column[one[0]] for one in places] for key, column in zip(keys, held, strict=True)
    }
    names = [short_name(column) for column in columns]
    for column, name in zip(columns, names, strict=True):
        numbers = rows[column]
        if bad := [one for one in numbers if not _is_number_or_none(one)]:
            raise JanusError(f"column: {column!r} has {bad[0]!r}; statistics need numbers")
        errors = (
            rows[_of_average(column, ERROR)] if _of_average(column, ERROR) in rows.names else None
        )
        periods = (
            rows[_of_average(column, PERIOD)] if _of_average(column, PERIOD) in rows.names else []
        )
        period = next((one for one in periods if one), 0.0)
        label = name if names.count(name) == 1 else column
        samples = []
        for one in places:
            known = [k for k in one if numbers[k] is not None]
            of_known = None if errors is None else [errors[k] for k in known]
            samples.append(Sample([numbers[k] for k in known], of_known, period))
        for statistic in statistics:
            found[f"{label}.{statistic}"] = [_STATISTIC[statistic](one) for one in samples]
    return found


def _of_average(column: str, part: str) -> str:
    """Return the column with the error or the period of an average; empty for other columns."""
    return f"{column.removesuffix(MEAN)}{part}" if column.endswith(MEAN) else ""


def _is_number_or_none(value: Any) -> bool:
    return value is None or isinstance(value, int | float)


@dataclass(frozen=True)
class Sample:
    """Values of a group, their standard errors if they are averages, and the period of an angle."""

    values: list[float]
    errors: list[float | None] | None
    period: float


def _mean(sample: Sample) -> float | None:
    if not sample.values:
        return None
    nothing: list[float | None] = [None] * len(sample.values)
    return combine_replicas(sample.values, nothing, sample.period)[0]


def _sem(sample: Sample) -> float | None:
    if not sample.values:
        return None
    errors = sample.errors or [None] * len(sample.values)
    return combine_replicas(sample.values, errors, sample.period)[1]


def _std(sample: Sample) -> float | None:
    sem = (
        combine_replicas(sample.values, [None] * len(sample.values), sample.period)[1]
        if len(sample.values) > 1
        else None
    )
    return None if sem is None else sem * math.sqrt(len(sample.values))


_STATISTIC: dict[str, Callable[[Sample], float | int | None]] = {
    "mean": _mean,
    "sem": _sem,
    "n": lambda sample: len(sample.values),
    "std": _std,
    "min": lambda sample: min(sample.values, default=None),
    "max": lambda sample: max(sample.values, default=None),
}
