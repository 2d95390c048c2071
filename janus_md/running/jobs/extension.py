"""Extension of finished jobs: longer jobs that continue them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.errors import JanusError
from janus_md.common.messages import count
from janus_md.running.jobs.creation import Continuations, produced_ns
from janus_md.study.statepoint import StatePoint
from janus_md.workspace import jobs, query

if TYPE_CHECKING:
    from signac import Project

    from janus_md.workspace.records import Record


@dataclass(frozen=True)
class Plan:
    """Jobs to extend.

    Attributes
    ----------
    jobs : list of Record
        The finished jobs.
    longer : list of dict
        State point of the longer job of each.
    left_out : str
        How many other jobs are left out, by the reason; empty if there are none.
    """

    jobs: list[Record]
    longer: list[dict[str, Any]]
    left_out: str


def plan(records: Sequence[Record], by: float) -> Plan:
    """Find the jobs that can be extended, and their longer state points.

    Parameters
    ----------
    records : sequence of Record
        The jobs, with their whole documents.
    by : float
        Time to add to the production, ns.

    Raises
    ------
    JanusError
        If no job can be extended, or the time is not a whole number of frame intervals.
    """
    if not (math.isfinite(by) and by > 0):
        raise JanusError(f"--by: {by:g} is not allowed; it must be greater than 0")
    chosen: list[Record] = []
    longer: list[dict[str, Any]] = []
    reasons: dict[str, int] = {}
    for one in records:
        reason = _objection(one)
        before = None if reason else produced_ns(one)
        if before is None:
            reason = reason or "not finished"
            reasons[reason] = reasons.get(reason, 0) + 1
            continue
        chosen.append(one)
        longer.append(_longer(one.statepoint, before + by, by))
    told = ", ".join(f"{count(number, 'job')} {reason}" for reason, number in reasons.items())
    if not chosen:
        raise JanusError(f"filter: no job can be extended ({told})")
    return Plan(chosen, longer, told)


def extend(
    project: Project,
    by: float,
    filters: Iterable[str] = (),
    notify: Callable[[str], None] = lambda note: None,
) -> int:
    """Create longer jobs that continue finished ones; return their number.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    by : float
        Time to add to the production, ns; a whole number of frame intervals.
    filters : iterable of str
        Filters that the jobs must match, such as ``particle=R-Au-Cu``.
    notify : callable
        Called with the reasons why jobs cannot be extended.

    Raises
    ------
    JanusError
        If no job matches, or none can be extended.
    """
    found = plan(query.matching_records(project, filters), by)
    ready = Continuations(Path(project.path), required=True)
    new = jobs.create(Path(project.path), found.longer, notify, ready)
    for job, why in ready.refused.items():
        notify(f"job {job} cannot be extended: {why}")
    return new


def _objection(job: Record) -> str:
    """Return the reason why a job may not be extended; empty if it may, once it is finished."""
    if job.trouble:
        return "damaged"
    if job.changed:
        return "changed since they were made"
    if job.continued_by and (Path(job.directory).parent / job.continued_by).is_dir():
        return "continued by a longer one already"
    return ""


def _longer(statepoint: Mapping[str, Any], produce_ns: float, by: float) -> dict[str, Any]:
    """Return the state point of a longer run.

    Raises
    ------
    JanusError
        If the length is not a whole number of frame intervals.
    """
    protocol = {**statepoint["protocol"], "produce_ns": round(produce_ns, 9)}
    try:
        return StatePoint.of({**statepoint, "protocol": protocol}).stored()
    except JanusError as error:
        raise JanusError(
            f"--by: {by:g} is not allowed; it must be a whole number of frame intervals "
            f"(protocol.frame_interval_ps is {protocol['frame_interval_ps']:g})"
        ) from error
