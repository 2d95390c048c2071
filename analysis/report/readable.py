"""What a report needs of the jobs of a sweep, read before anything is drawn.

A job whose results cannot be read is left out, with a sentence that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from janus_md.analysis.pictures import snapshot
from janus_md.analysis.sweep.groups import Group, group_jobs, is_analysed, job_ids
from janus_md.analysis.sweep.tables import JobTables, has_tables, read_job
from janus_md.common.errors import JanusError
from janus_md.workspace.products import TABLES, TRAJECTORY, unreadable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Readable:
    """The part of a sweep whose results can be read.

    Attributes
    ----------
    rows : DataFrame
        Its jobs.
    groups, chosen : list of Group
        Its state points, and those that are drawn.
    tables : dict of str to JobTables
        Tables of the jobs that are drawn.
    troubles : dict of str to str
        Why the results of other jobs cannot be read.
    """

    rows: pd.DataFrame
    groups: list[Group]
    chosen: list[Group]
    tables: dict[str, JobTables]
    troubles: dict[str, str]


def read_sweep(
    rows: pd.DataFrame,
    job_dirs: Mapping[str, Path],
    choose: Callable[[Sequence[Group]], list[Group]],
) -> Readable:
    """Read what is drawn of a sweep.

    Parameters
    ----------
    rows, job_dirs
        As of :func:`janus_md.analysis.report.page.write_report`.
    choose : callable
        Says which state points, and which replicas of them, are drawn.
    """
    ids = job_ids(rows)
    troubles = _cut(rows, job_dirs)
    finished = {
        job
        for job, analysed in zip(ids, is_analysed(rows), strict=True)
        if analysed and job in job_dirs and has_tables(Path(job_dirs[job]))
    } - troubles.keys()
    steps = dict(zip(ids, _time_steps(rows), strict=True))
    tables: dict[str, JobTables] = {}
    pictured: set[str] = set()
    while True:  # what is left out makes room for others
        complete = rows[[job in finished for job in ids]]
        groups = group_jobs(complete)
        chosen = choose(groups)
        before = len(troubles)
        for group in chosen:
            for job in group.jobs:
                directory = Path(job_dirs[job])
                try:
                    if job not in tables:
                        tables[job] = read_job(directory, steps[job])
                    if job == group.jobs[0] and job not in pictured:
                        _check_drawable(directory / TRAJECTORY)
                        pictured.add(job)
                except JanusError as error:
                    troubles[job] = str(error)
        if len(troubles) == before:
            return Readable(complete, groups, chosen, tables, troubles)
        finished -= troubles.keys()


def _cut(rows: pd.DataFrame, job_dirs: Mapping[str, Path]) -> dict[str, str]:
    """Say which tables of analysed jobs are cut off or empty; a run makes those anew."""
    found = {}
    for job, analysed in zip(job_ids(rows), is_analysed(rows), strict=True):
        if not (analysed and job in job_dirs):
            continue
        directory = Path(job_dirs[job])
        there = [name for name in TABLES if (directory / name).exists()]
        if bad := unreadable(directory, there):
            found[job] = f"{', '.join(bad)} cannot be read; janus-md run makes it anew"
    return found


def _time_steps(rows: pd.DataFrame) -> list[float]:
    name = "protocol.time_step_ps"
    return [1.0] * len(rows) if name not in rows else rows[name].tolist()


def _check_drawable(trajectory: Path) -> None:
    """Read the frame that is drawn."""
    if not trajectory.is_file():
        return
    try:
        snapshot.last_frame(trajectory)
    except JanusError as error:
        raise JanusError(
            f"{error}; remove {trajectory.name} and run again: it is simulated anew"
        ) from error
