"""Sweep templates as text: YAML with line numbers of all settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.named_lists import NAME
from janus_md.common.yaml_text import NotYaml, load
from janus_md.study.statepoint_errors import BadStatePoint

NAMED_LIST = "protocol.stages"
"""Key of a list of maps with names; a template may give keys of its items too."""


@dataclass(frozen=True)
class Setting:
    """A key of the state point, its value, and its position in the file.

    Attributes
    ----------
    key : str
        Dotted name.
    value : object
        Plain value.
    line : int
        Line of the value, counted from 1.
    given : int
        Line at which it enters this map: that of the value, or of the merge (``<<``).
    """

    key: str
    value: Any
    line: int
    given: int


class TemplateError(JanusError):
    """An invalid template, with the file and the line."""

    def __init__(self, source: str, line: int | None, message: str) -> None:
        where = f"{source}, line {line}" if line else source
        super().__init__(f"{where}: {message}")


def parse(text: str, source: str) -> Any:
    """Read YAML; maps and lists of the result have line numbers.

    Raises
    ------
    TemplateError
        If it is not YAML, has a duplicate key, contains itself, or is not a map.
    """
    try:
        data = load(text, "rt")
    except NotYaml as error:
        if error.line is None:
            message = f"cannot be read as YAML ({error.reason})"
            raise TemplateError(source, None, message) from error
        # There is no line to show at the end of the text.
        found = text.splitlines()[error.line - 1 : error.line]
        shown = f"{found[0].rstrip()[:60]!r} " if found else ""
        raise TemplateError(
            source,
            error.line,
            f"{shown}cannot be read as YAML ({error.reason}); a line must be `key: value`, an item "
            "`- value`, and brackets and quotes must be closed",
        ) from error
    if not isinstance(data, dict):
        raise TemplateError(source, None, "a template must be a map of keys")
    return data


def line_of(container: Any, key: Any) -> int:
    """Line, counted from 1, of the value of a key of a map, or of an item of a list.

    For a key merged with ``<<``, it is the line of the value in the original map.
    """
    is_map = isinstance(container, Mapping)
    if not is_map:
        return int(container.lc.item(key)[0]) + 1
    own = container.lc.data or {}
    if key in own:
        return int(container.lc.value(key)[0]) + 1
    for merged in container.merge:
        if key in merged:
            return line_of(merged, key)
    return int(container.lc.line) + 1


def line_of_key(container: Any, key: Any) -> int:
    """Line, counted from 1, of a key of a map, or of the map itself for a merged key."""
    if key in (container.lc.data or {}):
        return int(container.lc.key(key)[0]) + 1
    return int(container.lc.line) + 1


def settings(mapping: Any, prefix: str = "", given: int | None = None) -> Iterator[Setting]:
    """Yield the settings of a map, nested maps as dotted keys.

    `given` is the line at which all of them enter, if it differs from their own lines.
    """
    for key, value in mapping.items():
        name, line = f"{prefix}{key}", line_of(mapping, key)
        merged = key not in (mapping.lc.data or {})
        here = given or (line_of_key(mapping, key) if merged else None)
        if isinstance(value, Mapping) and value:
            yield from settings(value, f"{name}.", here)
        else:
            yield Setting(name, plain(value), line, here or line)


def plain(value: Any) -> Any:
    """Return a value of the YAML reader as a built-in type."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Convert dotted keys to nested maps.

    In the list :data:`NAMED_LIST`, keys contain the name of an item.

    Raises
    ------
    BadStatePoint
        If a list has no item of this name.
    """
    nested: dict[str, Any] = {}
    if NAMED_LIST in flat:  # first, and a copy, as state points share it
        flat = {NAMED_LIST: deepcopy(flat[NAMED_LIST])} | {
            key: value for key, value in flat.items() if key != NAMED_LIST
        }
    for key, value in flat.items():
        *path, last = key.split(".")
        inside = nested
        for part in path:
            if isinstance(inside, list):
                inside = _named(inside, part, key)
            else:
                inside = inside.setdefault(part, {})
        inside[last] = value
    return nested


def _named(items: list[Any], name: str, key: str) -> dict[str, Any]:
    """Return the item of a list with this name."""
    maps = [one for one in items if isinstance(one, dict)]
    for one in maps:
        if one.get(NAME) == name:
            return one
    names = ", ".join(str(one.get(NAME)) for one in maps)
    raise BadStatePoint(key, f"{key}: there is no {name!r}; allowed are {names}")


def refines(first: str, second: str) -> bool:
    """Whether one of two keys is :data:`NAMED_LIST`, and the other one of a value of its items."""
    short, long = sorted((first, second), key=len)
    return short == NAMED_LIST and long.startswith(f"{NAMED_LIST}.")


def overlap(first: str, second: str) -> bool:
    """Whether two dotted keys are equal, or one contains the other."""
    return f"{first}.".startswith(f"{second}.") or f"{second}.".startswith(f"{first}.")
