"""Tables of the results: rows of several passes, in Markdown and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any


def merged(rows: Sequence[Mapping[str, Any]], labels: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Combine the passes: rows with the same labels, in the order of the first pass.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of all passes.
    labels : sequence of str
        Columns of numbers that label a row; text always does.

    Returns
    -------
    list of dict
        Labels, and a list of the numbers of all passes for each measured column.
    """
    found: dict[tuple[tuple[str, Any], ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(
            (name, value) for name, value in row.items() if isinstance(value, str) or name in labels
        )
        one = found.setdefault(key, dict.fromkeys(row))
        for name, value in row.items():
            if (name, value) in key:
                one[name] = value
            elif value is not None:
                one[name] = [*(one[name] or []), float(value)]
    return list(found.values())


def told(value: Any) -> str:
    """A cell: a label, or the median with the range over the passes."""
    if value is None:
        return "-"
    if not isinstance(value, list):
        return f"{value:,}" if isinstance(value, int) else str(value)
    middle, low, high = median(value), min(value), max(value)
    if _short(low) == _short(high):
        return _short(middle)
    return f"{_short(middle)} ({_short(low)} to {_short(high)})"


def _short(value: float) -> str:
    """Three significant digits."""
    if value == 0 or not 1e-3 <= abs(value) < 1e6:
        return f"{value:.3g}"
    digits = max(0, 2 - int(f"{value:e}".rpartition("e")[2]))
    return f"{float(f'{value:.3g}'):,.{digits}f}"


def table(rows: Sequence[Mapping[str, Any]], labels: Sequence[str] = ()) -> str:
    """Return the rows of all passes of an item as a table in Markdown (see :func:`merged`)."""
    found = merged(rows, labels)
    columns = list(dict.fromkeys(column for row in found for column in row))
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    lines += [f"| {' | '.join(told(row.get(c)) for c in columns)} |" for row in found]
    return "\n".join(lines)


def rows_of(text: str, labels: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Rows of the table of a section: the inverse of :func:`table`, to the digits there.

    Parameters
    ----------
    text : str
        Section in Markdown.
    labels : sequence of str
        Columns of numbers that label a row.

    Returns
    -------
    list of dict
        As those of :func:`merged`: a list has the median, or the smallest, median and largest.
    """
    lines = [line[2:-2].split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [
        {name: _read_cell(cell, name in labels) for name, cell in zip(lines[0], line, strict=True)}
        for line in lines[1:]
    ]


def _read_cell(cell: str, label: bool) -> Any:
    """Number or numbers of a cell; text if it has none."""
    try:
        numbers = [float(word.replace(",", "")) for word in re.split(r" \(| to |\)$", cell) if word]
    except ValueError:
        return None if cell == "-" else cell
    return numbers[0] if label else sorted(numbers)
