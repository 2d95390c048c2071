"""Sections of a template: settings of all state points, and the lists that vary them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from janus_md.study.sweeps.text import (
    Setting,
    TemplateError,
    line_of,
    overlap,
    plain,
    refines,
    settings,
)

MAX_POINTS = 100_000
"""Largest number of state points of a template."""

Choice = tuple[Setting, ...]


class Sections:
    """Sections of a template; no key of a state point may be in two of them.

    Parameters
    ----------
    data : mapping
        The sections, with line numbers.
    source : str
        Name of the template in messages.
    small : Sections, optional
        Sections of the small variant, whose keys replace those of `fixed`, `grid` and `replicas`.
    prefix : str
        Text before the names of sections in messages.
    """

    def __init__(
        self, data: Any, source: str, small: Sections | None = None, prefix: str = ""
    ) -> None:
        self._data, self._source, self._prefix = data, source, prefix
        self._taken: list[tuple[str, str, int]] = []  # key, section, line
        self._replaced: tuple[str, ...] = ()
        if small is not None:
            self._replaced, self._taken = small._keys(), small._taken

    def fixed(self) -> Choice:
        """Settings of all state points."""
        given = settings(self._map("fixed"))
        found = tuple(setting for setting in given if not self._is_replaced(setting.key))
        self._take("fixed", [(setting.key, setting.given) for setting in found])
        return found

    def points(self) -> Iterator[list[Choice]]:
        """Explicit points, which are one factor."""
        if "points" not in self._data:
            return
        items = self._list("points", self._data, "points")
        for k, item in enumerate(items):
            if not isinstance(item, dict) or not item:
                raise self._refuse(line_of(items, k), f"points: {item!r} must be a map of keys")
        choices = [tuple(settings(item)) for item in items]
        # Points may have different keys, so they are not compared with each other.
        self._take("points", *([(setting.key, setting.given) for setting in c] for c in choices))
        yield choices

    def zipped(self) -> Iterator[list[Choice]]:
        """Lists combined in order, which are one factor."""
        columns = self._columns("zip")
        if not columns:
            return
        name, _, first = columns[0]
        for key, line, choices in columns[1:]:
            if len(choices) != len(first):
                raise self._refuse(
                    line,
                    f"zip: {key} has {len(choices)} values and {name} has {len(first)}; "
                    "all must have the same number",
                )
        rows = zip(*(choices for _, _, choices in columns), strict=True)
        yield [tuple(setting for choice in row for setting in choice) for row in rows]

    def grid(self) -> Iterator[list[Choice]]:
        """Lists of which all combinations are taken; each is one factor."""
        for _, _, choices in self._columns("grid"):
            yield choices

    def replicas(self) -> Iterator[list[Choice]]:
        """Repetitions, which are one factor."""
        if "replicas" not in self._data or self._is_replaced("replica"):
            return
        number, line = self._data["replicas"], line_of(self._data, "replicas")
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= MAX_POINTS:
            raise self._refuse(
                line,
                f"{self._prefix}replicas: {number!r} must be a whole number from 1 to {MAX_POINTS}",
            )
        self._take("replicas", [("replica", line)])
        yield [(Setting("replica", k, line, line),) for k in range(number)]

    def _columns(self, section: str) -> list[tuple[str, int, list[Choice]]]:
        """Key, line and choices of each list in a section of lists."""
        columns = []
        for container, key, name in _lists(self._map(section)):
            if section == "grid" and self._is_replaced(name):
                continue
            values = self._list(f"{self._prefix}{section}: {name}", container, key)
            choices = [_item(values, k, name) for k in range(len(values))]
            columns.append((name, line_of(container, key), choices))
        self._take(section, [(name, line) for name, line, _ in columns])
        return columns

    def _keys(self) -> tuple[str, ...]:
        """Keys of a state point that are given here."""
        fixed = (setting.key for setting in settings(self._map("fixed")))
        varied = (name for _, _, name in _lists(self._map("grid")))
        return (*fixed, *varied, *(["replica"] if "replicas" in self._data else []))

    def _is_replaced(self, key: str) -> bool:
        """Whether the small variant replaces a key or a map that contains it."""
        return any(f"{key}.".startswith(f"{other}.") for other in self._replaced)

    def _take(self, section: str, *groups: list[tuple[str, int]]) -> None:
        """Record the keys in `section`; raise an error for repeated keys."""
        section = f"{self._prefix}{section}"
        before = list(self._taken)
        for group in groups:
            taken = list(before)
            for key, line in group:
                for other, where, first in taken:
                    if overlap(key, other) and not refines(key, other):
                        raise self._refuse(
                            line,
                            f"{section}: {key} is already given ({other} in {where}, line {first})",
                        )
                taken.append((key, section, line))
            self._taken += taken[len(before) :]

    def _map(self, section: str) -> Any:
        if section not in self._data:
            return {}
        found = self._data[section]
        if not isinstance(found, dict):
            line = line_of(self._data, section)
            raise self._refuse(line, f"{self._prefix}{section}: {found!r} must be a map of keys")
        return found

    def _list(self, what: str, container: Any, key: str) -> Any:
        found = container[key]
        if not isinstance(found, list) or not found:
            line = line_of(container, key)
            raise self._refuse(line, f"{what}: {found!r} must be a list of values")
        return found

    def _refuse(self, line: int, message: str) -> TemplateError:
        return TemplateError(self._source, line, message)


def _lists(mapping: Any, prefix: str = "") -> Iterator[tuple[Any, str, str]]:
    """Keys of a section of lists: the map that contains each, the key, and the dotted key."""
    for key, value in mapping.items():
        if isinstance(value, dict):
            yield from _lists(value, f"{prefix}{key}.")
        else:
            yield mapping, key, f"{prefix}{key}"


def _item(values: Any, k: int, name: str) -> Choice:
    """Settings in an item of a list: a single one, or those of a map."""
    if isinstance(values[k], dict) and values[k]:
        return tuple(settings(values[k], f"{name}."))
    line = line_of(values, k)
    return (Setting(name, plain(values[k]), line, line),)
