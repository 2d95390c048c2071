"""Jobs without results, with the reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from janus_md.analysis.sweep.groups import job_ids, job_labels

if TYPE_CHECKING:
    import pandas as pd

REASONS = {
    "waiting": "not begun",
    "begun": "started, not finished",
    "simulated": "simulated, not analysed",
}
"""Description of each status."""


@dataclass(frozen=True)
class Unfinished:
    """A job without results.

    Attributes
    ----------
    job : str
        Name.
    label : str
        Label of the state point, made of the varying keys.
    reason : str
        Error message of the failure, or description of the status.
    failed : bool
        Whether the job failed.
    """

    job: str
    label: str
    reason: str
    failed: bool


def not_at_temperature(rows: pd.DataFrame) -> set[str]:
    """Return the jobs that are done but whose temperature deviates from that of the bath."""
    if not {"heat.passed", "status"} <= set(rows):
        return set()
    both = zip(job_ids(rows), rows["heat.passed"].tolist(), rows["status"].tolist(), strict=True)
    return {job for job, passed, status in both if passed is False and status == "done"}


def changed_since(rows: pd.DataFrame) -> set[str]:
    """Return the jobs that are done but were changed after their data were written."""
    if not {"changed", "status"} <= set(rows):
        return set()
    both = zip(job_ids(rows), rows["changed"].tolist(), rows["status"].tolist(), strict=True)
    return {job for job, what, status in both if isinstance(what, str) and status == "done"}


def unfinished(
    rows: pd.DataFrame, finished: Collection[str], most: int, troubles: Mapping[str, str]
) -> list[Unfinished]:
    """Return at most `most` jobs that are not `finished`.

    Unusable jobs without a row come first, with the reasons in `troubles`, then other unusable and
    failed jobs, then all others.
    """
    lost = [job for job in troubles if job not in set(job_ids(rows))][:most]
    return [Unfinished(job, "", troubles[job], True) for job in lost] + _with_rows(
        rows, finished, most - len(lost), troubles
    )


def count_reasons(
    rows: pd.DataFrame, finished: Collection[str], troubles: Mapping[str, str]
) -> str:
    """Return the numbers of jobs that are not `finished`, such as ``2 failed, 10 not begun``."""
    ids, hot, changed = job_ids(rows), not_at_temperature(rows), changed_since(rows)
    none = [None] * len(rows)
    said, status = (
        rows[name].tolist() if name in rows else none for name in ("failure.message", "status")
    )
    found = Counter({"unusable": len(troubles.keys() - set(ids))})
    for job, message, state in zip(ids, said, status, strict=True):
        if job in finished:
            continue
        if job in troubles:
            found["unusable"] += 1
        elif isinstance(message, str):
            found["failed"] += 1
        elif job in hot | changed:
            found["left out of averages"] += 1
        else:
            found[_status_reason(state)] += 1
    return ", ".join(f"{number} {reason}" for reason, number in found.most_common() if number)


def _with_rows(
    rows: pd.DataFrame, finished: Collection[str], most: int, troubles: Mapping[str, str]
) -> list[Unfinished]:
    ids, hot, changed = job_ids(rows), not_at_temperature(rows), changed_since(rows)
    left = [place for place, job in enumerate(ids) if job not in finished]
    none = [None] * len(rows)
    said, step, status, heat, since = (
        rows[name].tolist() if name in rows else none
        for name in ("failure.message", "failure.step", "status", "heat.why", "changed")
    )
    said = [troubles.get(job, message) for job, message in zip(ids, said, strict=True)]
    left.sort(key=lambda place: not isinstance(said[place], str))
    left = left[:most]
    found = []
    for place, label in zip(left, job_labels(rows, left), strict=True):
        failed = isinstance(said[place], str)
        at = "" if ids[place] in troubles else _step(step[place])
        reason = f"{said[place]}{at}" if failed else _status_reason(status[place])
        if ids[place] in hot | changed and ids[place] not in troubles:
            why = since[place] if ids[place] in changed else heat[place]
            reason = f"done, but left out of averages: {why}"
        found.append(Unfinished(ids[place], label, reason, failed))
    return found


def _step(step: Any) -> str:
    return f" (step {int(step)})" if isinstance(step, int | float) and step == step else ""


def _status_reason(status: Any) -> str:
    return REASONS.get(str(status), "not finished or not analysed yet")
