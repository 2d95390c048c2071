"""Questions to a table of jobs: which columns are meant, which rows fit a filter."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from janus_md.errors import JanusError

if TYPE_CHECKING:
    import pandas as pd

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
"""What may stand between key and value of a filter; of two that fit, the longer counts."""

_FILTER = re.compile(r"\s*([\w.\-]+)\s*(!=|<=|>=|==|=|<|>)\s*(.+?)\s*")


def telling_columns(rows: pd.DataFrame) -> list[str]:
    """Columns worth printing: job, status, what varies, and the main results."""
    results = ("mean_n", "mean_w", "longest", "share_in_wires_of_3", "mean_bond_nm")
    names = [str(name) for name in rows.columns]
    mixed = any(name.startswith("mixture.") for name in names)
    told = ("particle", "mixture") if mixed else ("substance",)  # both say the same
    varying = [
        name
        for name in names
        if not name.startswith(("execution.", "analysis.", "failure.", "mixture."))
        and name not in told
        and len({repr(value) for value in rows[name]}) > 1
    ]
    wanted = ["job", "status", "substance" if mixed else "particle", *varying]
    wanted += [f"analysis.{name}.mean" for name in results] + ["failure.message"]
    return [name for name in dict.fromkeys(wanted) if name in names]


def column(rows: pd.DataFrame, name: str) -> str:
    """Return the column that `name` means: its name, its last part, or that of an average.

    Raises
    ------
    JanusError
        Where no column fits, or several do.
    """
    names = [str(one) for one in rows.columns]
    if name in names:
        return name
    fitting = [one for one in names if one.endswith((f".{name}", f".{name}.mean"))]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise JanusError(f"column: {name!r} may be any of {', '.join(fitting)}; give it in full")
    raise JanusError(_unknown(name, names))


def _unknown(name: str, names: list[str]) -> str:
    """Say what was meant, else which short names there are: all columns are too many to read."""
    short = {one.removesuffix(".mean").rsplit(".", 1)[-1]: one for one in names}
    if near := get_close_matches(name, [*names, *short], n=1):
        return f"column: {name!r} is unknown (did you mean {near[0]}?); `--columns all` shows all"
    known = [key for key, one in short.items() if not one.startswith(("execution.", "failure."))]
    known = [key for key in known if not short[key].endswith(".error")]
    return (
        f"column: {name!r} is unknown; allowed are {', '.join(known)}, and others that "
        "`--columns all` shows"
    )


def select(rows: pd.DataFrame, filters: Iterable[str]) -> pd.DataFrame:
    """Keep the rows that fit every filter, such as ``relative_permittivity<2``.

    Parameters
    ----------
    rows : pandas.DataFrame
        As of :func:`janus_md.query.table`.
    filters : iterable of str
        Key, operator (one of :data:`OPERATORS`) and value each; the value is compared as a number
        where it is one. ``null`` stands for no value. After = and != several values may stand,
        with commas between them: any of them, none of them.

    Raises
    ------
    JanusError
        Where a filter cannot be read, or its key is unknown.
    """
    for text in filters:
        match = _FILTER.fullmatch(text)
        if match is None:
            raise JanusError(
                f"filter: {text!r} cannot be read; it must be key, operator "
                f"({' '.join(OPERATORS)}) and value, such as relative_permittivity<2"
            )
        key, sign, value = match.groups()
        values = rows[column(rows, key)]
        wanted = re.split(r"\s*,\s*", value) if sign in ("=", "==", "!=") else [value]
        for one in wanted:
            _check_comparable(text, values, one)
        enough = all if sign == "!=" else any
        rows = rows[[enough(_fits(found, sign, one) for one in wanted) for found in values]]
    return rows


def _check_comparable(text: str, values: pd.Series, wanted: str) -> None:
    """Refuse to hold numbers against a text."""
    numbers = [one for one in values if isinstance(one, int | float) and one == one]
    if not numbers or wanted == "null" or any(isinstance(one, str | bool) for one in values):
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
