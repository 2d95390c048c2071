"""Filters such as ``relative_permittivity<2``: their text, and the values that match them."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from janus_md.common.errors import JanusError

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

EQUAL, UNEQUAL = ("=", "=="), "!="
"""Operators after which there may be several values, shell patterns and ``null``."""

NULL = "null"
"""Value of a filter that stands for a missing value."""

_FILTER = re.compile(r"\s*([\w.+\-]+)\s*(!=|<=|>=|==|=|<|>)\s*(.+?)\s*")
_PATTERN = re.compile(r"[*?]|\[.*\]")
_PART_OF_ID = re.compile(r"[0-9a-f]{4,31}")


@dataclass(frozen=True)
class Condition:
    """A filter: key, operator and values.

    Attributes
    ----------
    text : str
        The filter as it was given.
    key, sign : str
        Name of the column, and one of :data:`OPERATORS`.
    values : tuple of str
        Values to compare with; several only after = and !=.
    """

    text: str
    key: str
    sign: str
    values: tuple[str, ...]

    def check_comparable(self, kinds: Iterable[type]) -> None:
        """Check that the values are numbers if the column, of these types, has only numbers.

        Raises
        ------
        JanusError
            If one is not.
        """
        found = set(kinds)
        if found.isdisjoint((int, float)) or not found.isdisjoint((str, bool)):
            return
        for value in self.values:
            if value != NULL:
                self.number(value)

    def number(self, value: str) -> float:
        """Return a value of the filter as a number.

        Raises
        ------
        JanusError
            If it is none.
        """
        try:
            return float(value)
        except ValueError as error:
            raise JanusError(
                f"filter: {self.text!r}: {value!r} must be a number, or null"
            ) from error

    def matches(self, found: Any, *, of_id: bool = False) -> bool:
        """Return whether a value matches: any value of the filter after =, none after !=.

        If `of_id`, the first characters of an id match it.
        """
        enough = all if self.sign == UNEQUAL else any
        return enough(_fits(found, self.sign, one, of_id) for one in self.values)


def parse(text: str) -> Condition:
    """Return the condition that a filter describes.

    Raises
    ------
    JanusError
        If it cannot be read.
    """
    match = _FILTER.fullmatch(text)
    if match is None:
        raise JanusError(
            f"filter: {text!r} cannot be read; it must consist of key, operator "
            f"({' '.join(OPERATORS)}) and value, such as relative_permittivity<2"
        )
    key, sign, value = match.groups()
    several = sign in (*EQUAL, UNEQUAL)
    values = tuple(re.split(r"\s*,\s*", value)) if several else (value,)
    return Condition(text, key, sign, values)


def is_pattern(text: str) -> bool:
    """Return whether a value is a shell pattern: it has ``*``, ``?`` or ``[...]``."""
    return _PATTERN.search(text) is not None


def _fits(found: Any, sign: str, wanted: str, of_id: bool) -> bool:
    missing = found is None or (isinstance(found, float) and found != found)
    if missing or wanted == NULL:
        same = missing and wanted == NULL
        return same if sign in EQUAL else sign == UNEQUAL and not same
    if isinstance(found, list | dict):
        found = json.dumps(found)
    if isinstance(found, bool):
        found, wanted = str(found).lower(), wanted.lower()
    if not isinstance(found, str):
        try:
            return bool(OPERATORS[sign](found, float(wanted)))
        except (ValueError, TypeError):
            return sign == UNEQUAL
    if sign in (*EQUAL, UNEQUAL):
        if of_id and _PART_OF_ID.fullmatch(wanted):
            same = found.startswith(wanted)
        elif is_pattern(wanted):
            same = found == wanted or fnmatchcase(found, wanted)
        else:
            same = found == wanted
        return same if sign in EQUAL else not same
    return bool(OPERATORS[sign](found, wanted))
