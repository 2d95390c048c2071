"""Selection of columns by name, and of jobs by filters."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from janus_md.common.errors import JanusError
from janus_md.common.observables import averages
from janus_md.workspace.columns import OWN, RESULT_PREFIXES
from janus_md.workspace.conditions import parse
from janus_md.workspace.continuation import CONTINUED_BY
from janus_md.workspace.labels import distinguishing_keys

if TYPE_CHECKING:
    from janus_md.workspace.columns import Columns

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
    wanted += distinguishing_keys(values)
    wanted += averaged_columns(rows)
    wanted.append("failure.message")
    if PASSED in rows.names and False in rows[PASSED]:
        wanted.append(PASSED)
    return [name for name in dict.fromkeys(wanted) if name in rows.names]


def averaged_columns(rows: Columns) -> list[str]:
    """Return the means that a query prints by default and that a job has."""
    found = []
    for one in averages():
        name = f"analysis.{one.name}.mean"
        if one.in_query and name in rows.names:
            column = rows.packed(name)
            if any_value(value or None for value in column) if one.if_any else any_value(column):
                found.append(name)
    return found


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
    names = [*columns, *(parse(text).key for text in filters)]
    return {name.removeprefix(OWN).split(".")[0] for name in names}


def column(rows: Columns, name: str) -> str:
    """Return the column with this name, or whose last part is `name`, or a map such as ``mixture``.

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
    maps = {one[: end + len(name)] for one in rows.names if (end := _begin_of_map(one, name)) >= 0}
    if len(maps) == 1:
        return maps.pop()
    raise JanusError(_unknown(name, rows.names_on_disk()))


def _begin_of_map(column: str, name: str) -> int:
    """Return where the key of a map begins in the name of a column; -1 if it is not there."""
    return f".{column}".find(f".{name}.")


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
        Each consists of key, operator and value. The value is compared as a number if it is one.
        ``null`` is a missing value. After = and != there may be several values, separated by
        commas, of which any or none must match, and shell patterns such as ``R*``. The first
        characters of an id, as they are printed, are enough for the key ``job``.

    Raises
    ------
    JanusError
        If a filter cannot be parsed, or its key is unknown.
    """
    for text in filters:
        condition = parse(text)
        name = column(rows, condition.key)
        values = rows.values(name)
        condition.check_comparable(set(map(type, values)))
        of_id = name == "job"
        rows = rows.keep([condition.matches(found, of_id=of_id) for found in values])
    return rows
