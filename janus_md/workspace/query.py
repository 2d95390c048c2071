"""Queries of a workspace: records, labels and a table, ordered by state point."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.collection import without_collection
from janus_md.common.errors import JanusError
from janus_md.workspace import documents, doubts
from janus_md.workspace import labels as labels_of
from janus_md.workspace.columns import Columns, substance
from janus_md.workspace.continuation import CONTINUED
from janus_md.workspace.filters import (
    CHANGED,
    PASSED,
    all_columns,
    averaged_columns,
    column,
    document_keys,
    select,
    telling_columns,
    telling_keys,
)
from janus_md.workspace.jobs import job_of, open_job, open_project
from janus_md.workspace.labels import label, labels, value_at
from janus_md.workspace.ordering import rank as rank_of
from janus_md.workspace.records import STATE_POINT, Record, job_ids, read_jobs, strays

if TYPE_CHECKING:
    import pandas as pd
    from signac import Project

__all__ = [
    "Columns",
    "all_columns",
    "averaged_columns",
    "column",
    "columns",
    "document_keys",
    "folders",
    "job_of",
    "label",
    "labels",
    "matching_records",
    "open_job",
    "open_project",
    "records",
    "select",
    "strays",
    "study_keys",
    "table",
    "telling_columns",
    "telling_keys",
    "withheld",
]


def records(
    project: Project,
    ids: Iterable[str] | None = None,
    keys: Collection[str] | None = None,
    *,
    thorough: bool = False,
) -> list[Record]:
    """Read jobs, ordered by particle and then by the values of the varying keys.

    Parameters
    ----------
    project, ids, keys, thorough
        As in :func:`janus_md.workspace.records.read_jobs`.

    Raises
    ------
    JanusError
        If there are no jobs.
    """
    found = list(read_jobs(project, ids, keys, thorough=thorough))
    order = _order([(record.id, record.statepoint) for record in found])
    return [found[k] for k in order]


def matching_records(project: Project, filters: Iterable[str]) -> list[Record]:
    """Read the jobs that match all filters, with their whole documents; order as in `records`.

    Raises
    ------
    JanusError
        If no job matches, or a filter is not valid.
    """
    wanted = list(filters)
    if not wanted:
        return records(project)
    ids = select(columns(project, document_keys(wanted)), wanted)["job"]
    if not ids:
        raise JanusError(f"filter: no job matches {' and '.join(wanted)}")
    return records(project, ids)


def columns(
    project: Project,
    keys: Collection[str] | None = None,
    allow: Collection[str] = (),
    *,
    thorough: bool = False,
) -> Columns:
    """Read all jobs into columns, in the order of :func:`records`.

    Parameters
    ----------
    project, keys, thorough
        As in :func:`records`.
    allow : collection of str
        ``heat`` includes results of jobs that did not keep the temperature of their bath
        (``heat.passed`` is false). ``state`` includes results of jobs that were changed since their
        data were created (column ``changed``). Otherwise these results are None and excluded from
        averages. So are always those of a job that a longer one with results continues.

    Raises
    ------
    JanusError
        If there are no jobs, or `allow` has another name.
    """
    doubts.check_allowed(allow)
    wanted = None if keys is None else {*keys, PASSED.rpartition(".")[2]}
    jobs: list[tuple[str, Mapping[str, Any]]] = []

    def each() -> Iterator[Record]:
        for record in read_jobs(project, keys=wanted, thorough=thorough):
            jobs.append((record.id, record.statepoint))
            yield record

    with without_collection():
        found = Columns(each())
        found = found.take(_order(jobs))
    for reason in doubts.ALLOWABLE:
        if reason not in allow:
            found.clear("analysis.", withheld(found, reason))
    continued = [row for row, status in enumerate(found["status"]) if status == CONTINUED]
    found.clear("analysis.", continued)
    return found


def withheld(rows: Columns, reason: str) -> list[int]:
    """Return the rows of jobs whose results are doubtful (:data:`doubts.ALLOWABLE`)."""
    name, doubtful = {
        doubts.HEAT: (PASSED, lambda passed: passed is False),
        doubts.STATE: (CHANGED, lambda changed: changed is not None),
    }[reason]
    if name not in rows.names:
        return []
    return [row for row, value in enumerate(rows[name]) if doubtful(value)]


def _order(jobs: Sequence[tuple[str, Mapping[str, Any]]]) -> list[int]:
    """Return the indices that order jobs, given as pairs of id and state point."""
    varying = varying_keys([statepoint for _, statepoint in jobs])

    def rank(place: int) -> tuple[str, list[tuple[int, Any]], str]:
        name, statepoint = jobs[place]
        return substance(statepoint), [rank_of(value_at(statepoint, key)) for key in varying], name

    return sorted(range(len(jobs)), key=rank)


def folders(project: Project) -> dict[str, Path]:
    """Return the folder of each job by its id."""
    return {name: Path(project.workspace, name) for name in job_ids(project)}


def varying_keys(statepoints: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the sorted dotted keys whose values differ between state points, except particles.

    The time step is left out if the other keys determine it.
    """
    return labels_of.distinguishing_keys(labels_of.varying_values(statepoints))


def study_keys(project: Project) -> list[str]:
    """Return the varying keys of all jobs of a workspace, for the labels of some of them.

    State points that are not in signac's cache are read from the folders of the jobs.
    """
    known: dict[str, Any] = {}
    with suppress(OSError, EOFError, ValueError):
        known = json.loads(gzip.decompress(Path(project.fn(project.FN_CACHE)).read_bytes()))
    found = []
    for name in job_ids(project):
        if name not in known:
            with suppress(OSError, ValueError):
                path = f"{project.workspace}/{name}/{STATE_POINT}"
                known[name] = documents.parsed(documents.content(path))
        found.append(known.get(name))
    return varying_keys([one for one in found if isinstance(one, dict)])


def table(
    project: Project, filters: Iterable[str] = (), allow: Collection[str] = ()
) -> pd.DataFrame:
    """Return the jobs of a workspace as a table, with the columns of :class:`Columns`.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    filters : iterable of str
        Filters that the jobs must match, such as ``particle=R-Au-Cu`` (:func:`select`).
    allow : collection of str
        As in :func:`columns`.

    Raises
    ------
    JanusError
        If there are no jobs, or a filter or `allow` is not valid.
    """
    return frame(select(columns(project, allow=allow), filters))


def frame(rows: Columns) -> pd.DataFrame:
    """Return columns as a DataFrame."""
    import pandas as pd

    return pd.DataFrame({name: rows.packed(name) for name in rows.names})
