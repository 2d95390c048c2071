"""What the job's document says under ``heat``: whether its run kept the temperature of the bath."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown

KEY = "heat"
"""Key of the document (:mod:`janus_md.simulation.temperature_check` writes it), and what `--allow`
takes for results of jobs that did not pass."""


def check_allowed(allow: Collection[str]) -> None:
    """Refuse what is not :data:`KEY`.

    Raises
    ------
    JanusError
        With what is allowed.
    """
    for name in allow:
        if name != KEY:
            raise JanusError(unknown("--allow", name, (KEY,)))


def warning(document: Mapping[str, Any]) -> str:
    """Say why the results of a job stay out of averages; empty where they need not."""
    found = document.get(KEY)
    if not isinstance(found, Mapping) or found.get("passed") is not False:
        return ""
    return str(found.get("why"))
