"""Selection of one id by its beginning."""

from __future__ import annotations

from collections.abc import Iterable

from janus_md.common.errors import JanusError


def only(key: str, name: str, known: Iterable[str], place: str, allowed: str = "") -> str:
    """Return the known id that is `name`, or the only one that begins with it.

    Parameters
    ----------
    key : str
        Option or key of a state point, for the message.
    name : str
        The id, or its beginning.
    known : iterable of str
        All ids.
    place : str
        Where the ids are, for the message.
    allowed : str
        What is allowed besides the id of a job, such as ``a GSD file``.

    Raises
    ------
    JanusError
        If no id begins with `name`, or several do.
    """
    found = [one for one in known if name and one.startswith(name)]
    if name in found:
        return name
    if len(found) != 1:
        what = f"matches {len(found)} jobs" if found else "matches no job"
        besides = f"{allowed}, or " if allowed else ""
        raise JanusError(
            f"{key}: {name!r} {what} of {place!r}; it must be {besides}the id of one, or a prefix "
            "that matches only one (see janus-md query)"
        )
    return found[0]
