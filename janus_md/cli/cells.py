"""Values of tables as text: numbers, averages with their errors, ids, lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from janus_md.cli import text_table
from janus_md.cli.output import plain
from janus_md.cli.text_table import TextColumn
from janus_md.common.uncertainty import MEANING, with_error

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
    values = rows[name]
    if name == "job":
        shown = id_length(every["job"])
        return [one[:shown] for one in values]
    error = f"{name.removesuffix('.mean')}.error"
    if not name.endswith(".mean") or error not in rows.names:
        digits = 4 if name.startswith(_COMPUTED) else 6
        return [cell(value, digits) for value in values]
    return [average_cell(mean, e) for mean, e in zip(values, rows[error], strict=True)]


def average_cell(mean: float | None, error: float | None) -> str:
    """Return a mean with its standard error in parentheses, if there is one."""
    if mean is None or error is None or error == 0.0:
        return cell(mean)
    return with_error(mean, error)


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
    names = list(groups)
    columns = [
        TextColumn(heading, [cell(value) for value in groups[name]], 0)
        for name, heading in zip(names[:keys], headings_of(names[:keys]), strict=True)
    ]
    counts = [name for name in names[keys:] if name.endswith(".n")]
    numbers = groups["rows"] if "rows" in groups else groups[counts[0]] if counts else []
    same = bool(counts) and all(groups[name] == numbers for name in counts)
    errors = False
    later = []
    for name in names[keys:]:
        column, _, statistic = name.rpartition(".")
        sem = groups.get(f"{column}.sem")
        if statistic == "sem" and f"{column}.mean" in groups:
            continue
        if statistic == "n":
            if not same and groups[name] != groups.get("rows"):
                later.append(TextColumn(name, [cell(value) for value in groups[name]], 2))
        elif statistic == "mean" and sem is not None:
            told = [average_cell(*pair) for pair in zip(groups[name], sem, strict=True)]
            errors = errors or any(one.endswith(")") for one in told)
            columns.append(TextColumn(column, told))
        else:
            columns.append(TextColumn(name, [cell(value) for value in groups[name]]))
    if same and "rows" not in groups:
        columns.insert(keys, TextColumn("n", [cell(value) for value in numbers], 0))
    if errors:
        note += f"; {MEANING}"
    hint = "`--columns NAMES` or `--csv` shows them"
    text_table.show([*columns, *later], turn=False, notes=[note], hint=hint)
