"""Templates: YAML files that describe lists of state points.

A template has the keys

- ``description``: the purpose of the sweep;
- ``fixed``: values common to all state points;
- ``grid``: lists of values, of which all combinations are taken;
- ``zip``: lists of equal length, whose items are combined in order;
- ``points``: a list of maps;
- ``replicas``: number of repetitions of each state point, with ``replica`` 0, 1, ...

``points``, ``zip``, ``grid`` and ``replicas`` multiply. Keys of a state point may be nested or
dotted (``protocol.produce_ns``); each is given in one section only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.files import reading
from janus_md.common.messages import unknown
from janus_md.study.catalogue import catalog, copies
from janus_md.study.catalogue.copies import digests
from janus_md.study.resolve import completed
from janus_md.study.statepoint import StatePoint
from janus_md.study.statepoint_errors import BadStatePoint
from janus_md.study.sweeps.text import (
    Setting,
    TemplateError,
    line_of,
    line_of_key,
    nest,
    overlap,
    parse,
    plain,
    settings,
)

SECTIONS = ("description", "fixed", "grid", "zip", "points", "replicas")
"""Keys of a template."""

MAX_POINTS = 100_000
"""Largest number of state points of a template."""

Choice = tuple[Setting, ...]


@dataclass(frozen=True)
class Sweep:
    """A template, read and checked.

    Attributes
    ----------
    name : str
        Name of the template.
    description : str
        Purpose of the sweep.
    points : list of StatePoint
        Distinct state points in the order of the template.
    """

    name: str
    description: str
    points: list[StatePoint]


def template_names() -> list[str]:
    """Names of the templates that come with the package."""
    folder = resources.files("janus_md") / "workspace_templates"
    files = (file.name for file in folder.iterdir())
    return sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))


def load_template(path_or_name: str | Path) -> Sweep:
    """Read a template from a file, or a template of the package by its name.

    Raises
    ------
    JanusError
        If it does not exist or is invalid; the message has the file, the line, the key, the value
        and what is allowed.
    """
    path = Path(path_or_name)
    with reading(f"template: {str(path)!r}"):
        if path.is_file():
            catalog.use_folder(path.resolve().parent / copies.FOLDER)
            return read_template(path.read_text(encoding="utf-8"), path.name)
    name = str(path_or_name).removesuffix(".yaml")
    if name not in template_names():
        raise JanusError(
            f"template: {str(path_or_name)!r} is neither a file nor a template of the package; "
            f"allowed are a YAML file, {', '.join(template_names())}"
        )
    file = resources.files("janus_md") / "workspace_templates" / f"{name}.yaml"
    return read_template(file.read_text(encoding="utf-8"), f"{name}.yaml")


def read_template(text: str, source: str) -> Sweep:
    """Read a template from its text; `source` names it in messages.

    Raises
    ------
    JanusError
        As in :func:`load_template`.
    """
    data = parse(text, source)
    for key in data:
        if key not in SECTIONS:
            raise TemplateError(source, line_of_key(data, key), unknown("key", key, SECTIONS))
    description = data.get("description", "")
    if not isinstance(description, str):
        raise TemplateError(
            source, line_of(data, "description"), f"description: {description!r} must be a text"
        )
    reader = _Reader(data, source)
    factors = [*reader.points(), *reader.zipped(), *reader.grid(), *reader.replicas()]
    fixed = reader.fixed()
    number = prod(len(choices) for choices in factors)
    if number > MAX_POINTS:
        raise TemplateError(
            source, None, f"it describes {number} state points; at most {MAX_POINTS} are allowed"
        )
    if not data.keys() & {"fixed", "grid", "zip", "points"}:
        raise TemplateError(source, None, "it has none of fixed, grid, zip and points")
    points: list[StatePoint] = []
    seen: dict[str, int] = {}
    for choices in product(*factors):
        chosen = [setting for choice in choices for setting in choice]
        line = max((setting.given for setting in chosen), default=1)
        point = _state_point([*fixed, *chosen], line, source)
        before = seen.setdefault(point.canonical(), line)
        if len(seen) == len(points):
            told = ", ".join(f"{setting.key} {setting.value}" for setting in chosen)
            raise TemplateError(
                source, line, f"the same state point as that of line {before} ({told})"
            )
        points.append(point)
    return Sweep(source.removesuffix(".yaml"), description.strip(), points)


def _state_point(given: list[Setting], line: int, source: str) -> StatePoint:
    """Check a state point; errors name the line of the setting at fault."""
    try:
        point = completed(nest({setting.key: setting.value for setting in given}))
        return point.defined(digests(point.composition()))
    except BadStatePoint as error:
        at_fault = [setting.line for setting in given if overlap(setting.key, error.key)]
        raise TemplateError(source, at_fault[-1] if at_fault else line, str(error)) from error


class _Reader:
    """Sections of a template; no key of a state point may be in two of them."""

    def __init__(self, data: Any, source: str) -> None:
        self._data, self._source = data, source
        self._taken: list[tuple[str, str, int]] = []  # key, section, line

    def fixed(self) -> Choice:
        """Settings of all state points."""
        found = tuple(settings(self._map("fixed")))
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
        if "replicas" not in self._data:
            return
        number, line = self._data["replicas"], line_of(self._data, "replicas")
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= MAX_POINTS:
            raise self._refuse(
                line, f"replicas: {number!r} must be a whole number from 1 to {MAX_POINTS}"
            )
        self._take("replicas", [("replica", line)])
        yield [(Setting("replica", k, line, line),) for k in range(number)]

    def _columns(self, section: str) -> list[tuple[str, int, list[Choice]]]:
        """Key, line and choices of each list in a section of lists."""
        columns = []
        for container, key, name in _lists(self._map(section)):
            values = self._list(f"{section}: {name}", container, key)
            choices = [_item(values, k, name) for k in range(len(values))]
            columns.append((name, line_of(container, key), choices))
        self._take(section, [(name, line) for name, line, _ in columns])
        return columns

    def _take(self, section: str, *groups: list[tuple[str, int]]) -> None:
        """Record the keys in `section`; raise an error for repeated keys."""
        before = list(self._taken)
        for group in groups:
            taken = list(before)
            for key, line in group:
                for other, where, first in taken:
                    if overlap(key, other):
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
            raise self._refuse(line, f"{section}: {found!r} must be a map of keys")
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
