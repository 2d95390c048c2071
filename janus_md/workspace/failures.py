"""How often a job has failed: what fails again and again is not tried for ever."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

MOST_FAILURES = 2
"""Failures in a row after which a job is submitted again only where the user says so."""

KEY = "failures"
"""Key of the document: how often."""


def note(document: MutableMapping[str, Any], operation: str, why: str) -> None:
    """Keep why an operation failed and count it; what the operation noted itself stands."""
    found = document.get("failure")
    noted = found if isinstance(found, Mapping) and "message" in found else {"message": why}
    document["failure"] = {**dict(noted), "operation": operation}
    document[KEY] = times(document) + 1


def times(document: Mapping[str, Any]) -> int:
    """Failures since an operation of the job last succeeded."""
    found = document.get(KEY, 0)
    return found if isinstance(found, int) else 0  # somebody edits it while the job runs


def forget(document: MutableMapping[str, Any]) -> None:
    """Begin to count anew: an operation has succeeded."""
    if KEY in document:
        del document[KEY]
