"""Filters of rows as expressions of pyarrow."""

from __future__ import annotations

import operator
import re
from fnmatch import translate
from functools import reduce
from typing import TYPE_CHECKING, Any

from janus_md.common.errors import JanusError
from janus_md.workspace.conditions import EQUAL, NULL, UNEQUAL, Condition, is_pattern

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds


def expression(condition: Condition, field: pa.Field) -> ds.Expression:
    """Return the expression of a filter; a missing value differs from any other value.

    Raises
    ------
    JanusError
        If the value is not of the type of the column, or the column contains lists.
    """
    import pyarrow as pa

    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    parts = []
    for value in condition.values:
        if value == NULL:
            one = _null(condition, field.name)
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
            one = _compared(condition.sign, _column(field), condition.number(value))
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            one = _text(condition, field, value)
        else:
            raise JanusError(
                f"filter: {condition.text!r}: {field.name} has lists, which can only be null"
            )
        parts.append(one)
    return reduce(operator.and_ if condition.sign == UNEQUAL else operator.or_, parts)


def _column(field: pa.Field) -> Any:
    import pyarrow as pa
    import pyarrow.dataset as ds

    column = ds.field(field.name)
    return column.cast(pa.string()) if pa.types.is_dictionary(field.type) else column


def _null(condition: Condition, name: str) -> Any:
    import pyarrow.dataset as ds

    if condition.sign not in (*EQUAL, UNEQUAL):
        raise JanusError(f"filter: {condition.text!r}: null can only be compared by = and !=")
    missing = ds.field(name).is_null(nan_is_null=True)
    return missing if condition.sign in EQUAL else ~missing


def _compared(sign: str, column: Any, value: Any) -> Any:
    """Return the comparison of a column with a value."""
    if sign == UNEQUAL:
        return (column != value) | column.is_null(nan_is_null=not isinstance(value, str))
    if sign in EQUAL:
        return column == value
    return {"<": column < value, ">": column > value, "<=": column <= value, ">=": column >= value}[
        sign
    ]


def _text(condition: Condition, field: pa.Field, value: str) -> Any:
    import pyarrow.compute as pc

    column = _column(field)
    if condition.sign not in (*EQUAL, UNEQUAL) or not is_pattern(value):
        return _compared(condition.sign, column, value)
    # RE2 of pyarrow knows neither \Z nor the possessive groups of newer versions of Python.
    pattern = re.sub(r"\\[zZ]$", "", translate(value)).replace("(?>", "(?:")
    same = pc.match_substring_regex(column, f"^{pattern}$")
    return same if condition.sign in EQUAL else ~same | column.is_null()
