"""Numbers and lists as words of a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any


def distinct(values: Iterable[Any]) -> list[Any]:
    """Return the distinct values, in their order."""
    return list(dict.fromkeys(values))


def several(numbers: Iterable[int]) -> str:
    """Return one number, or the range of several."""
    found = sorted(set(numbers))
    return str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}"


def values(values: Iterable[Any], unit: str, most: int = 6) -> str:
    """Return the distinct numbers, sorted, with their unit; of many, the range."""
    found = sorted({float(f"{value:.6g}") for value in values})
    told: Callable[[float], str] = "{:g}".format
    text = joined([told(x) for x in found]) if len(found) <= most else ""
    text = text or f"{told(found[0])} to {told(found[-1])} ({len(found)} values)"
    return f"{text} {unit}".rstrip()


def joined(parts: Sequence[str], word: str = "and") -> str:
    """Return parts of a sentence as a list in words."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
