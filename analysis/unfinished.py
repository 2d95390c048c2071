"""Jobs without a result: which they are, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from janus_md.analysis.groups import job_ids, job_labels

if TYPE_CHECKING:
    import pandas as pd

REASONS = {
    "waiting": "not begun",
    "begun": "begun, not at its end",
    "simulated": "simulated, not analysed",
}
"""What a status means."""


@dataclass(frozen=True)
class Unfinished:
    """A job without a result.

    Attributes
    ----------
    job : str
        Its name.
    label : str
        State point, in the keys that vary.
    reason : str
        Message of its failure, or how far it is.
    failed : bool
        Whether it failed.
    """

    job: str
    label: str
    reason: str
    failed: bool


def unfinished(rows: pd.DataFrame, finished: Collection[str]) -> list[Unfinished]:
    """Jobs of a sweep that are not `finished`; those that failed come first."""
    found = []
    told = zip(job_ids(rows), job_labels(rows), rows.to_dict("records"), strict=True)
    for job, label, row in told:
        if job in finished:
            continue
        message = row.get("failure.message")
        failed = isinstance(message, str)
        reason = f"{message}{_step(row.get('failure.step'))}" if failed else _standing(row)
        found.append(Unfinished(job, label, reason, failed))
    return sorted(found, key=lambda one: not one.failed)


def _step(step: Any) -> str:
    return f" (step {int(step)})" if isinstance(step, int | float) and step == step else ""


def _standing(row: dict[Any, Any]) -> str:
    return REASONS.get(str(row.get("status")), "not run to its end or not analysed yet")
