"""Preparation of submissions: selects the unfinished jobs and writes the scripts."""

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
"""Maximum number of tasks in an array in a preview, which does not query the scheduler."""


@dataclass
class Prepared:
    """Prepared submissions, and the jobs that are not submitted.

    Attributes
    ----------
    submissions : list of Submission
        The submissions, in the order in which they will be submitted.
    scripts : dict
        Scripts by the name of the submission.
    busy : int
        Number of jobs that are already in the queue.
    moved : int
        Number of pending batch jobs whose working directory was changed because the workspace was
        moved.
    given_up : list of str
        Ids of jobs that have failed too often.
    locked : list of str
        Ids of jobs whose folders cannot be written.
    damaged : dict of str to str
        Description of the damage of each damaged job, by id.
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
        """Number of jobs in the submissions."""
        return len({job for one in self.submissions for row in one.rows for job in row})

    @property
    def cpu_hours(self) -> float:
        """CPU hours, if each submission uses its full walltime in each of its rounds."""
        return sum(one.resources.cpu_hours * len(one.rows) for one in self.submissions)

    @property
    def gpu_hours(self) -> float:
        """GPU hours, with the same assumption as :attr:`cpu_hours`."""
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
    """Prepare the submission of unfinished jobs.

    Unless it is a preview, the caller holds :func:`ledger.lock`.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    options, cluster
        As in :func:`plan`.
    scheduler : Scheduler
        The scheduler to submit to.
    chosen : collection of str, optional
        Ids of the jobs to submit; all by default.
    retry : bool
        Whether to include jobs that have failed :data:`failures.MAX_FAILURES` times.
    keep : bool
        Whether to record how earlier submissions ended, and to complete interrupted ones; False
        for a preview.
    requeue : bool
        Whether a run that reaches the walltime is requeued, if the scheduler supports this.
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
                prepared.busy += 1  # in the queue, but its task file is missing
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
        raise JanusError(f"--array: {scheduler.title} does not support arrays here; use --bundle")
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
    """Return the queues of `scheduler` and of each one that the workspace was submitted to."""
    root = Path(project.path)
    queues = {}
    for one in dict.fromkeys([scheduler, *schedulers.used(root)]):
        try:
            queued = ledger.queue(one, root, begin)
        except JanusError:
            if keep:
                raise
            queued = []  # a preview without a scheduler assumes that the queue is empty
        if keep:
            queued = recovery.cancel_unsatisfiable(one, queued)
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
    """Return the unfinished jobs that are in no queue."""
    busy = {
        job for one, queued in queues.items() for job in ledger.jobs_in_queue(one, root, queued)
    }
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
    """Return the outcome of each job's last submission, with its scheduler."""
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
