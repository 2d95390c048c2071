"""How often a job has failed: what fails again and again is not tried for ever."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

MOST = 2
"""Failures in a row after which a job is submitted again only where the user says so."""

KEY = "failures"
"""Key of the document: how often."""


def note(document: MutableMapping[str, Any], operation: str, message: str) -> None:
    """Keep why an operation failed and count it; what the operation noted itself stands."""
    if "failure" not in document:
        document["failure"] = {"message": message}
    document["failure"]["operation"] = operation
    document[KEY] = times(document) + 1


def times(document: Mapping[str, Any]) -> int:
    """Failures since an operation of the job last succeeded."""
    return int(document.get(KEY, 0))


def forget(document: MutableMapping[str, Any]) -> None:
    """Begin to count anew: an operation has succeeded."""
    if KEY in document:
        del document[KEY]
