"""Selection of columns by name, and of jobs by filters."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from janus_md.common.errors import JanusError
from janus_md.common.observables import averages
from janus_md.workspace.columns import RESULT_PREFIXES
from janus_md.workspace.continuation import CONTINUED_BY
from janus_md.workspace.labels import varying_keys

if TYPE_CHECKING:
    from janus_md.workspace.columns import Columns

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
"""Operators of a filter; longer ones are matched first."""

_FILTER = re.compile(r"\s*([\w.+\-]+)\s*(!=|<=|>=|==|=|<|>)\s*(.+?)\s*")

PASSED = "heat.passed"
"""Column that is false if a run did not keep the temperature of its bath."""

CHANGED = "changed"
"""Column with the changes of a job since its data were created."""


def telling_keys() -> list[str]:
    """Return the keys of the job document that a query prints by default."""
    return [*_averages(), "failure", "passed"]


def _averages() -> list[str]:
    """Return the names of the averages that a query prints by default."""
    return [column.name for column in averages() if column.in_query]


def telling_columns(rows: Columns) -> list[str]:
    """Return the default columns of a query: job, status, varying keys and main averages."""
    mixed = any(name.startswith("mixture.") for name in rows.names)
    sound = rows.sound() if rows.damaged else rows
    values = {name: sound[name] for name in sound.names if not name.startswith(RESULT_PREFIXES)}
    wanted = ["job", "status", "substance" if mixed else "particle"]
    if len(set(values[CHANGED])) > 1:
        wanted.append(CHANGED)
    if any_value(values[CONTINUED_BY]):
        wanted.append(CONTINUED_BY)
    wanted += varying_keys(values)
    for one in averages():
        name = f"analysis.{one.name}.mean"
        if one.in_query and name in rows.names:
            column = rows.packed(name)
            if any_value(value or None for value in column) if one.if_any else any_value(column):
                wanted.append(name)
    wanted.append("failure.message")
    if PASSED in rows.names and False in rows[PASSED]:
        wanted.append(PASSED)
    return [name for name in dict.fromkeys(wanted) if name in rows.names]


def all_columns(rows: Columns) -> list[str]:
    """Return all columns; where no job has wires, without results that no job has a value of."""
    if "analysis.mean_n.mean" not in rows.names or any_value(rows.packed("analysis.mean_n.mean")):
        return rows.names

    def empty(name: str) -> bool:
        return name.startswith("analysis.") and not any_value(rows.packed(name))

    return [name for name in rows.names if not empty(name)]


def any_value(column: Iterable[Any]) -> bool:
    """Return whether a column has a value for any job."""
    return any(value is not None and value == value for value in column)


def document_keys(filters: Iterable[str], columns: Iterable[str] = ()) -> set[str]:
    """Return the keys of documents that filters and names of columns need.

    Raises
    ------
    JanusError
        If a filter cannot be parsed.
    """
    names = [*columns, *(_parse(text)[0] for text in filters)]
    return {name.split(".")[0] for name in names}


def column(rows: Columns, name: str) -> str:
    """Return the column with this name, or whose last part is `name`.

    Raises
    ------
    JanusError
        If no column matches, or several do.
    """
    if name in rows.names:
        return name
    fitting = [one for one in rows.names if one.endswith((f".{name}", f".{name}.mean"))]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise JanusError(f"column: {name!r} is ambiguous: {', '.join(fitting)}; use the full name")
    raise JanusError(_unknown(name, rows.names_on_disk()))


def _unknown(name: str, names: list[str]) -> str:
    """Return an error message with the nearest name, else with the known short names."""
    short = {one.removesuffix(".mean").rsplit(".", 1)[-1]: one for one in names}
    if near := get_close_matches(name, [*names, *short], n=1):
        return f"column: {name!r} is unknown (did you mean {near[0]}?); `--columns all` shows all"
    known = [key for key, one in short.items() if not one.startswith(("execution.", "failure."))]
    known = [key for key in known if not short[key].endswith(".error")]
    return (
        f"column: {name!r} is unknown; allowed are {', '.join(known)}, and others that "
        "`--columns all` shows"
    )


def select(rows: Columns, filters: Iterable[str]) -> Columns:
    """Return the jobs that match every filter, such as ``relative_permittivity<2``.

    Parameters
    ----------
    rows : Columns
        The jobs.
    filters : iterable of str
        Each consists of key, operator (one of :data:`OPERATORS`) and value. The value is compared
        as a number if it is one. ``null`` is a missing value. After = and != there may be several
        values, separated by commas, of which any or none must match.

    Raises
    ------
    JanusError
        If a filter cannot be parsed, or its key is unknown.
    """
    for text in filters:
        key, sign, value = _parse(text)
        values = rows[column(rows, key)]
        wanted = re.split(r"\s*,\s*", value) if sign in ("=", "==", "!=") else [value]
        for one in wanted:
            _check_comparable(text, values, one)
        enough = all if sign == "!=" else any
        rows = rows.keep([enough(_fits(found, sign, one) for one in wanted) for found in values])
    return rows


def _parse(text: str) -> tuple[str, str, str]:
    """Return the key, operator and value of a filter."""
    match = _FILTER.fullmatch(text)
    if match is None:
        raise JanusError(
            f"filter: {text!r} cannot be read; it must consist of key, operator "
            f"({' '.join(OPERATORS)}) and value, such as relative_permittivity<2"
        )
    key, sign, value = match.groups()
    return key, sign, value


def _check_comparable(text: str, values: Iterable[Any], wanted: str) -> None:
    """Check that the value of a filter is a number if the column contains numbers."""
    kinds = {type(one) for one in values}
    if kinds.isdisjoint((int, float)) or wanted == "null" or not kinds.isdisjoint((str, bool)):
        return
    try:
        float(wanted)
    except ValueError as error:
        raise JanusError(f"filter: {text!r}: {wanted!r} must be a number, or null") from error


def _fits(found: Any, sign: str, wanted: str) -> bool:
    missing = found is None or (isinstance(found, float) and math.isnan(found))
    if missing or wanted == "null":
        same = missing and wanted == "null"
        return same if sign in ("=", "==") else sign == "!=" and not same
    compare = OPERATORS[sign]
    if isinstance(found, bool):
        return bool(compare(str(found).lower(), wanted.lower()))
    if isinstance(found, str):
        return bool(compare(str(found), wanted))
    try:
        return bool(compare(found, float(wanted)))
    except (ValueError, TypeError):
        return sign == "!="
