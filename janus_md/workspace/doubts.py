"""Why results of a finished job stay out of averages: too hot, or made for another state.

A run that did not keep the temperature of its bath says so in the document, under ``heat``. What a
job's data were made for stands there too, under ``made_for``: where the state point was changed
since, or a particle's copy in the workspace was edited, the data are not those of the job.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown

HEAT, STATE = "heat", "state"
"""What `--allow` takes for results of jobs that were too hot, or made for another state."""

ALLOWABLE = (HEAT, STATE)

MADE_FOR = "made_for"
"""Key of the document: the state point that the data were made for."""

_LISTED = 3  # changes that a message names


def check_allowed(allow: Collection[str]) -> None:
    """Refuse what is none of :data:`ALLOWABLE`.

    Raises
    ------
    JanusError
        With what is allowed.
    """
    for name in allow:
        if name not in ALLOWABLE:
            raise JanusError(unknown("--allow", name, ALLOWABLE))


def warning(document: Mapping[str, Any]) -> str:
    """Say why a run was too hot; empty where it was not."""
    found = document.get(HEAT)
    if not isinstance(found, Mapping) or found.get("passed") is not False:
        return ""
    return str(found.get("why"))


def changed(
    document: Mapping[str, Any],
    statepoint: Mapping[str, Any],
    edited: Collection[tuple[str, str]] = (),
) -> str:
    """Say what of a job was changed since its data were made; empty where nothing was.

    Parameters
    ----------
    document, statepoint : mapping
        The job's.
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
    """Say what differs between two nested maps: dotted keys, with both values."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in sorted({*before, *now}):
            inner = f"{key}.{name}" if key else name
            yield from differences(before.get(name), now.get(name), inner)
    elif before != now:
        yield f"{key} was {before} and is now {now}"
