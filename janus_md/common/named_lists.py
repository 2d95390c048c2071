"""Lists of maps with names, such as the stages of a protocol, whose items are found by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAME = "name"
"""Key of the name of an item."""


def by_name(value: Any) -> dict[str, dict[str, Any]] | None:
    """Return the items of a list by name, without the names; None if it is no such list.

    The names must be distinct texts.
    """
    if not isinstance(value, list) or not value:
        return None
    if not all(isinstance(one, Mapping) and isinstance(one.get(NAME), str) for one in value):
        return None
    found = {one[NAME]: {key: item for key, item in one.items() if key != NAME} for one in value}
    return found if len(found) == len(value) else None
