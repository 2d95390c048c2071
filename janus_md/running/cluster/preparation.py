"""Preparation of a submission: which jobs are left to do, and how they are sent."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.errors import JanusError
from janus_md.running.cluster import ledger, outcomes, recovery, schedulers
from janus_md.running.cluster.request import script
from janus_md.running.cluster.request.clusters import Cluster
from janus_md.running.cluster.request.plan import Submission, plan
from janus_md.running.cluster.request.resources import SubmitOptions, UnfinishedJob
from janus_md.running.cluster.schedulers.base import Scheduler
from janus_md.running.cluster.schedulers.records import QueuedJob
from janus_md.running.measurements import measurements
from janus_md.study.resolve import setup_of
from janus_md.workspace import documents, failures, query

if TYPE_CHECKING:
    from signac import Project

    from janus_md.workspace.records import Record

LARGEST_ARRAY = 1000
"""Tasks of an array in a preview, for which no scheduler is asked."""


@dataclass
class Prepared:
    """What would be sent, and what would not.

    Attributes
    ----------
    submissions : list of Submission
        In the order in which they are sent.
    scripts : dict
        Script of each, by name.
    busy : int
        Jobs that are in the queue already.
    moved : int
        Submissions that waited for a folder that was moved, and were told the new one.
    given_up : list of str
        Jobs that have failed too often.
    locked : list of str
        Jobs whose folders cannot be written.
    damaged : dict of str to str
        What is wrong with jobs that cannot be used, by id.
    """

    submissions: list[Submission] = field(default_factory=list)
    scripts: dict[str, str] = field(default_factory=dict)
    busy: int = 0
    moved: int = 0
    given_up: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)

    @property
    def jobs(self) -> int:
        """Jobs in the submissions."""
        return len({job for one in self.submissions for row in one.rows for job in row})

    @property
    def cpu_hours(self) -> float:
        """At most, if every submission takes all of its walltime as often as it may need it."""
        return sum(one.resources.cpu_hours * len(one.rows) for one in self.submissions)

    @property
    def gpu_hours(self) -> float:
        """At most, like :attr:`cpu_hours`."""
        return sum(one.resources.gpu_hours * len(one.rows) for one in self.submissions)


def prepare(
    project: Project,
    options: SubmitOptions,
    cluster: Cluster,
    scheduler: Scheduler,
    *,
    chosen: Collection[str] | None = None,
    retry: bool = False,
    keep: bool = True,
    requeue: bool = True,
    **of_script: Any,
) -> Prepared:
    """Plan what is to be sent; within :func:`ledger.lock` where it will be.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    options, cluster
        As of :func:`plan`.
    scheduler : Scheduler
        Where it is sent.
    chosen : collection of str, optional
        Ids of the jobs that are meant; all by default.
    retry : bool
        Also those that have failed :data:`failures.MAX_FAILURES` times.
    keep : bool
        Whether to note how earlier submissions ended, and to complete those that were cut off.
    requeue : bool
        Whether what is cut off goes on by itself, where the scheduler can do that.
    **of_script
        Further arguments of :func:`script.write`.
    """
    root = Path(project.path)
    begin = ledger.prefix(project, make=keep) or "janus-new-"
    prepared = Prepared()
    queues = _queues(project, scheduler, begin, prepared, keep)
    keys = {"execution", failures.KEY, ledger.KEY}
    records = query.records(project, chosen, keys, thorough=True)
    everything = records if chosen is None else query.records(project, keys={"execution"})
    measured = measurements(everything, root, options.device, options.threads * options.ranks)
    unfinished = _unfinished(root, records, prepared, queues)
    ended = _ended(root, unfinished, queues) if keep else {}
    jobs = []
    for name, record in unfinished.items():
        document = record.document
        if name in ended:
            sent_to, outcome = ended[name]
            if outcome.live:
                prepared.busy += 1  # its list of jobs is lost
                continue
            document = query.job_of(project, name).document
            outcomes.settle(sent_to, document, outcome)
        if failures.times(document) >= failures.MAX_FAILURES and not retry:
            prepared.given_up.append(name)
            continue
        setup = setup_of(record.statepoint, root)
        timed = documents.timed(record.document)
        jobs.append(UnfinishedJob(name, setup, record.left, timed, measured))
    largest = (scheduler.largest_array() if keep else LARGEST_ARRAY) if options.array else 1
    if options.array and largest < 1:
        raise JanusError(f"--array: {scheduler.title} has no arrays here; use --bundle")
    requeue = requeue and bool(scheduler.requeue)
    cluster = cluster.with_whole_nodes(scheduler)
    prepared.submissions = plan(jobs, options, cluster, begin, largest)
    prepared.submissions = [
        replace(one, array=one.array and len(one.rows) >= scheduler.smallest_array)
        for one in prepared.submissions
    ]
    if not requeue:
        prepared.submissions = [
            replace(one, resources=replace(one.resources, rounds=1)) for one in prepared.submissions
        ]
    prepared.scripts = {
        one.name: script.write(one, options, cluster, scheduler, root, requeue=requeue, **of_script)
        for one in prepared.submissions
    }
    return prepared


def _queues(
    project: Project, scheduler: Scheduler, begin: str, prepared: Prepared, keep: bool
) -> dict[Scheduler, list[QueuedJob]]:
    """Return the queue of each scheduler that works for this workspace, or is to."""
    root = Path(project.path)
    queues = {}
    for one in dict.fromkeys([scheduler, *schedulers.used(root)]):
        try:
            queued = ledger.queue(one, root, begin)
        except JanusError:
            if keep:
                raise
            queued = []  # no scheduler here: what would be sent if nothing had been
        if keep:
            queued = recovery.cancel_hopeless(one, queued)
            recovery.finish(project, one, queued)
            moved, queued = recovery.move_here(one, root, queued)
            prepared.moved += moved
        queues[one] = queued
    return queues


def _unfinished(
    root: Path,
    records: Iterable[Record],
    prepared: Prepared,
    queues: Mapping[Scheduler, Sequence[QueuedJob]],
) -> dict[str, Record]:
    """Return the jobs of which something is left that no queue works on."""
    busy = {job for one, queued in queues.items() for job in ledger.busy(one, root, queued)}
    found: dict[str, Record] = {}
    for record in records:
        if record.trouble:
            prepared.damaged[record.id] = record.trouble
        elif record.left and record.id in busy:
            prepared.busy += 1
        elif record.left and not os.access(record.directory, os.W_OK):
            prepared.locked.append(record.id)
        elif record.left:
            found[record.id] = record
    return found


def _ended(
    root: Path, jobs: Mapping[str, Record], queues: Mapping[Scheduler, Sequence[QueuedJob]]
) -> dict[str, tuple[Scheduler, outcomes.Outcome]]:
    """Return how the last submissions of jobs ended, and where they were sent."""
    entries: dict[Scheduler, dict[str, Any]] = {one: {} for one in queues}
    for name, record in jobs.items():
        if ledger.KEY in record.document:
            entry = record.document[ledger.KEY]
            scheduler = schedulers.of_entry(entry.get("scheduler"), root)
            if scheduler in entries:
                entries[scheduler][name] = entry
    return {
        name: (one, outcome)
        for one, some in entries.items()
        for name, outcome in outcomes.outcomes(one, root, some, queues[one]).items()
    }
