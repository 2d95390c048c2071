"""Values of tables as text: numbers, averages with their errors, ids, lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from janus_md.cli import text_table
from janus_md.cli.output import plain
from janus_md.cli.text_table import TextColumn

if TYPE_CHECKING:
    from janus_md.workspace.columns import Columns

SHORT_ID = 8
"""Characters of an id that are printed, more if two jobs share them."""

_COMPUTED = ("analysis.", "execution.", "heat.")


def headings_of(names: Sequence[str]) -> list[str]:
    """Return a short heading for each column: the last part of its name, if it is unique."""
    short = [_short(name) for name in names]
    return [one if short.count(one) == 1 else name for one, name in zip(short, names, strict=True)]


def _short(name: str) -> str:
    if name.startswith("analysis.") and name.endswith(".error"):
        return name.removeprefix("analysis.")
    return name.removesuffix(".mean").rsplit(".", 1)[-1]


def cells_of(rows: Columns, name: str, every: Columns) -> list[str]:
    """Return the texts of a column; averages are shown with their errors.

    `every` has all jobs of the workspace, among which the printed parts of ids are unique.
    """
    from janus_md.analysis.sweep.results import format_short

    values = rows[name]
    if name == "job":
        shown = id_length(every["job"])
        return [one[:shown] for one in values]
    error = f"{name.removesuffix('.mean')}.error"
    if not name.endswith(".mean") or error not in rows.names:
        digits = 4 if name.startswith(_COMPUTED) else 6
        return [cell(value, digits) for value in values]
    pairs = zip(values, rows[error], strict=True)
    return ["" if mean is None else format_short(mean, e) for mean, e in pairs]


def id_length(ids: Sequence[str]) -> int:
    """Return how many characters of the ids are needed to tell them apart, at least 8."""
    length = SHORT_ID
    while length < 32 and len({one[:length] for one in ids}) < len(ids):
        length += 1
    return length


def cell(value: Any, digits: int = 6) -> str:
    """Return a value as text, numbers with so many significant digits."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.{digits}g}" if abs(value) < 10.0**digits else f"{value:.0f}"
    if isinstance(value, list | dict):
        return str(plain(value))
    return str(value)


def show_groups(groups: dict[str, list[Any]], keys: int, note: str) -> None:
    """Print statistics of groups: means with their errors, and one number of values if all agree.

    Parameters
    ----------
    groups : dict of str to list
        The `keys` columns of the groups, then columns ``NAME.STATISTIC``.
    keys : int
        Number of the keys.
    note : str
        Sentence below the table.
    """
    from janus_md.analysis.sweep.results import format_short

    names = list(groups)
    columns = [
        TextColumn(heading, [cell(value) for value in groups[name]], kept=True)
        for name, heading in zip(names[:keys], headings_of(names[:keys]), strict=True)
    ]
    counts = [name for name in names[keys:] if name.endswith(".n")]
    same = bool(counts) and all(groups[name] == groups[counts[0]] for name in counts)
    errors = False
    for name in names[keys:]:
        column, _, statistic = name.rpartition(".")
        sem = groups.get(f"{column}.sem")
        if (statistic == "n" and same) or (statistic == "sem" and f"{column}.mean" in groups):
            continue
        if statistic == "mean" and sem is not None:
            pairs = zip(groups[name], sem, strict=True)
            told = ["" if mean is None else format_short(mean, error) for mean, error in pairs]
            errors = errors or any(one.endswith(")") for one in told)
            columns.append(TextColumn(column, told))
        else:
            columns.append(TextColumn(name, [cell(value, 5) for value in groups[name]]))
    if same:
        columns.insert(keys, TextColumn("n", [cell(value) for value in groups[counts[0]]], True))
    if errors:
        note += "; in parentheses the standard error of the last digit"
    text_table.show(columns, turn=False, notes=[note], hint="--columns NAMES shows them")
