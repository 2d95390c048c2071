"""Reasons to exclude results of a finished job from averages: heating, or a changed state point.

The job document contains under ``heat`` whether the run kept the temperature of its bath, and under
``made_for`` the state point for which its data were created. If the state point, or the copy of a
particle in the workspace, was changed afterwards, the data do not belong to the job.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown

HEAT, STATE = "heat", "state"
"""Values of `--allow`: jobs that were too hot, and jobs whose state point was changed."""

ALLOWABLE = (HEAT, STATE)

MADE_FOR = "made_for"
"""Key of the document with the state point for which the data were created."""

_LISTED = 3  # maximum number of changes in a message


def check_allowed(allow: Collection[str]) -> None:
    """Check that all names are in :data:`ALLOWABLE`.

    Raises
    ------
    JanusError
        If one is not.
    """
    for name in allow:
        if name not in ALLOWABLE:
            raise JanusError(unknown("--allow", name, ALLOWABLE))


def warning(document: Mapping[str, Any]) -> str:
    """Return the reason why a run was too hot; empty if it was not."""
    found = document.get(HEAT)
    if not isinstance(found, Mapping) or found.get("passed") is not False:
        return ""
    return str(found.get("why"))


def changed(
    document: Mapping[str, Any],
    statepoint: Mapping[str, Any],
    edited: Collection[tuple[str, str]] = (),
) -> str:
    """Return the changes of a job since its data were created; empty if there are none.

    Parameters
    ----------
    document, statepoint : mapping
        Document and state point of the job.
    edited : collection of (name, digest)
        Particles whose copies in the workspace were edited.
    """
    made_for = document.get(MADE_FOR)
    if not isinstance(made_for, Mapping):
        return ""
    found = [] if made_for == statepoint else list(differences(made_for, statepoint))
    definitions = statepoint.get("definitions")
    if edited and isinstance(definitions, Mapping):
        found += [
            f"the copy of {name} was edited"
            for name, digest in definitions.items()
            if (name, digest) in edited
        ]
    if not found:
        return ""
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    return f"changed since: {'; '.join(found[:_LISTED])}{more}"


def differences(before: Any, now: Any, key: str = "") -> Iterator[str]:
    """Yield the differences of two nested maps: dotted keys with both values."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in sorted({*before, *now}):
            inner = f"{key}.{name}" if key else name
            yield from differences(before.get(name), now.get(name), inner)
    elif before != now:
        yield f"{key} was {before} and is now {now}"
