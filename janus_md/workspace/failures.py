"""Count of a job's failures, which limits the number of attempts."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

MAX_FAILURES = 2
"""Successive failures after which a job is submitted again only on request."""

KEY = "failures"
"""Key of the document with the number of failures."""


def note(document: MutableMapping[str, Any], operation: str, why: str) -> None:
    """Count a failure and record its reason, unless the operation has already recorded a reason."""
    found = document.get("failure")
    noted = found if isinstance(found, Mapping) and "message" in found else {"message": why}
    document["failure"] = {**dict(noted), "operation": operation}
    document[KEY] = times(document) + 1


def times(document: Mapping[str, Any]) -> int:
    """Return the number of failures since an operation of the job last succeeded."""
    found = document.get(KEY, 0)
    return found if isinstance(found, int) else 0  # the document may be edited while the job runs


def forget(document: MutableMapping[str, Any]) -> None:
    """Reset the number of failures after an operation has succeeded."""
    if KEY in document:
        del document[KEY]
