"""Parts of messages that several modules use."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def unknown(what: str, name: object, allowed: Iterable[str]) -> str:
    """Return the message that `name` is unknown, with the nearest name and those allowed."""
    names = list(allowed)
    near = get_close_matches(str(name), names, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{what}: {name!r} is unknown{hint}; allowed are {', '.join(names)}"


def count(number: int, thing: str) -> str:
    """Return a number with its noun, such as ``1 job`` or ``2 jobs``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def shown(name: object) -> str:
    """Return a name for a message: as it is, or with escapes if it is not printable."""
    text = str(name)
    return text if text.isprintable() else repr(text)
