"""Sweep templates as text: YAML in, settings that remember their line out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from janus_md.errors import JanusError


@dataclass(frozen=True)
class Setting:
    """A key of the state point, its value, and where it was given.

    Attributes
    ----------
    key : str
        Dotted name.
    value : object
        Plain value.
    line : int
        Line of the value, counted from 1.
    """

    key: str
    value: Any
    line: int


class TemplateError(JanusError):
    """A template that is refused, with the file and the line."""

    def __init__(self, source: str, line: int | None, message: str) -> None:
        where = f"{source}, line {line}" if line else source
        super().__init__(f"{where}: {message}")


def parse(text: str, source: str) -> Any:
    """Read YAML; maps and lists of the result know their lines.

    Raises
    ------
    TemplateError
        If it is not YAML, has a key twice, or is not a map.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        data = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        reason = str(error.problem or error.context).splitlines()[0]
        line = mark.line + 1 if mark else None
        # At its end, a text has no line to show.
        found = text.splitlines()[mark.line : mark.line + 1] if mark else []
        shown = f"{found[0].rstrip()[:60]!r} " if found else ""
        raise TemplateError(
            source,
            line,
            f"{shown}cannot be read as YAML ({reason}); a line must be `key: value`, an item "
            "`- value`, and brackets and quotes must be closed",
        ) from error
    except YAMLError as error:
        reason = " ".join(str(error).split())
        raise TemplateError(source, None, f"cannot be read as YAML ({reason})") from error
    if not isinstance(data, dict):
        raise TemplateError(source, None, "a template must be a map of keys")
    return data


def line_of(container: Any, key: Any) -> int:
    """Line, counted from 1, of the value of a key of a map, or of an item of a list."""
    is_map = isinstance(container, Mapping)
    mark = container.lc.value(key) if is_map else container.lc.item(key)
    return int(mark[0]) + 1


def settings(mapping: Any, prefix: str = "") -> Iterator[Setting]:
    """Yield the settings of a map, nested maps as dotted keys."""
    for key, value in mapping.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from settings(value, f"{name}.")
        else:
            yield Setting(name, plain(value), line_of(mapping, key))


def plain(value: Any) -> Any:
    """Return a value of the YAML reader as Python's own type."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return dotted keys as nested maps."""
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        *path, last = key.split(".")
        inside = nested
        for part in path:
            inside = inside.setdefault(part, {})
        inside[last] = value
    return nested


def overlap(first: str, second: str) -> bool:
    """Whether two dotted keys are the same, or one holds the other."""
    return f"{first}.".startswith(f"{second}.") or f"{second}.".startswith(f"{first}.")
