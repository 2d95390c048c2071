"""Sentences about bad input that several modules say alike."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def unknown(what: str, name: object, allowed: Iterable[str]) -> str:
    """Say that `name` is unknown, which one it may have been meant to be, and what is allowed."""
    names = list(allowed)
    near = get_close_matches(str(name), names, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{what}: {name!r} is unknown{hint}; allowed are {', '.join(names)}"


def count(number: int, thing: str) -> str:
    """Write how many of a thing there are, such as ``1 job`` or ``2 jobs``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def shown(name: object) -> str:
    """Write a name so that it stays in its line: as it is, or with escapes where it is no text."""
    text = str(name)
    return text if text.isprintable() else repr(text)
