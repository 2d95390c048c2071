"""Order of rows by columns that a user names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.workspace.columns import Columns
from janus_md.workspace.filters import column


@dataclass(frozen=True)
class SortKey:
    """A column to sort by, in ascending or descending order."""

    key: str
    descending: bool = False


def parse(text: str) -> list[SortKey]:
    """Return the keys of ``--sort``, such as ``particle,-mean_n``; a minus means descending order.

    Raises
    ------
    JanusError
        If a name is missing.
    """
    found = []
    for part in filter(None, map(str.strip, text.split(","))):
        name = part.removeprefix("-")
        if not name:
            raise JanusError(f"--sort: {text!r} has a minus without a column")
        found.append(SortKey(name, part.startswith("-")))
    return found


def rank(value: Any) -> tuple[int, Any]:
    """Return the sort key of a value: numbers come first."""
    return (0, value) if isinstance(value, int | float) else (1, str(value))


def sorted_places(values: Sequence[Sequence[Any]], keys: Sequence[SortKey]) -> list[int]:
    """Return the indices that sort rows by columns of values; missing values are last."""
    places = list(range(len(values[0]) if values else 0))
    for held, key in reversed(list(zip(values, keys, strict=True))):
        known = [(rank(held[k]), k) for k in places if not _missing(held[k])]
        lost = [k for k in places if _missing(held[k])]
        known.sort(key=itemgetter(0), reverse=key.descending)
        places = [k for _, k in known] + lost
    return places


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def sort_columns(rows: Columns, keys: Sequence[SortKey]) -> Columns:
    """Return the jobs in this order; jobs with equal values keep theirs.

    Raises
    ------
    JanusError
        If a column is unknown.
    """
    if not keys:
        return rows
    return rows.take(sorted_places([rows.values(column(rows, one.key)) for one in keys], keys))


def sort_grid(grid: dict[str, list[Any]], keys: Sequence[SortKey]) -> dict[str, list[Any]]:
    """Return the rows of a table in this order; ``mean_n`` stands for ``mean_n.mean``.

    Raises
    ------
    JanusError
        If a column is unknown.
    """
    if not keys:
        return grid
    found = []
    for one in keys:
        name = next((name for name in (one.key, f"{one.key}.mean") if name in grid), None)
        if name is None:
            raise JanusError(unknown("--sort", one.key, grid))
        found.append(grid[name])
    places = sorted_places(found, keys)
    return {name: [values[k] for k in places] for name, values in grid.items()}
