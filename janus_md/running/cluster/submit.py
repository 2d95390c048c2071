"""Submission of what is left of a workspace's jobs."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.errors import JanusError
from janus_md.common.messages import count
from janus_md.running.cluster import ledger, outcomes, recovery, script
from janus_md.running.cluster.clusters import Cluster
from janus_md.running.cluster.plan import Submission, plan
from janus_md.running.cluster.resources import Todo, Wish
from janus_md.running.cluster.slurm import commands as slurm
from janus_md.running.cluster.slurm.answers import LARGEST_ARRAY
from janus_md.study.resolve import setup_of
from janus_md.workspace import documents, failures

if TYPE_CHECKING:
    from signac import Project

    from janus_md.workspace.records import Record


_AT_A_STROKE = 20  # documents that are written before a job can have started

ALIKE = 10
"""Refusals in a row, in the same words, after which Slurm is not asked for the rest."""


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
        Submissions that waited for a folder that was moved, and know the new one now.
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


@dataclass
class Sent:
    """What became of the submissions.

    Attributes
    ----------
    ids : dict of str to str
        Slurm's ids, by name.
    rejected : dict of str to str
        What Slurm said to those it refused, by name.
    untried : int
        Those that it was not asked for, after :data:`ALIKE` refusals.
    """

    ids: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    untried: int = 0


def prepare(
    project: Project,
    wish: Wish,
    cluster: Cluster,
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
    wish, cluster
        As of :func:`plan`.
    chosen : collection of str, optional
        Ids of the jobs that are meant; all by default.
    retry : bool
        Also those that have failed :data:`failures.MOST_FAILURES` times.
    keep : bool
        Whether to write down how earlier submissions ended.
    requeue : bool
        Whether what is cut off goes on by itself.
    **of_script
        Further arguments of :func:`script.write`.
    """
    from janus_md.workspace import query

    root = Path(project.path)
    begin = ledger.prefix(project, make=keep) or "janus-new-"
    try:
        queued = ledger.queue(root, begin)
    except JanusError:
        if keep:
            raise
        queued = []  # no scheduler here: what would be sent if nothing had been
    prepared = Prepared()
    if keep:
        queued = recovery.without_hopeless(queued)
        recovery.finish(project, queued)
        prepared.moved = recovery.move_here(root, queued)
    busy = ledger.busy(root, queued)
    left: dict[str, Record] = {}
    keys = {"execution", failures.KEY, ledger.KEY}
    for record in query.records(project, chosen, keys, thorough=True):
        if record.trouble:
            prepared.damaged[record.id] = record.trouble
        elif record.left and record.id in busy:
            prepared.busy += 1
        elif record.left and not os.access(record.directory, os.W_OK):
            prepared.locked.append(record.id)
        elif record.left:
            left[record.id] = record
    entries = {
        name: record.document[ledger.KEY]
        for name, record in left.items()
        if ledger.KEY in record.document
    }
    ended = outcomes.outcomes(root, entries, queued) if keep else {}
    jobs = []
    for name, record in left.items():
        document = record.document
        if name in ended and ended[name].live:
            prepared.busy += 1  # its list of jobs is lost
            continue
        if name in ended:
            document = query.job_of(project, name).document
            outcomes.settle(document, ended[name])
        if failures.times(document) >= failures.MOST_FAILURES and not retry:
            prepared.given_up.append(name)
            continue
        setup = setup_of(record.statepoint, Path(project.path))
        jobs.append(Todo(name, setup, record.left, documents.timed(record.document)))
    largest = slurm.largest_array() if wish.array and keep else LARGEST_ARRAY
    prepared.submissions = plan(jobs, wish, cluster, begin, largest)
    if not requeue:
        prepared.submissions = [
            replace(one, resources=replace(one.resources, rounds=1)) for one in prepared.submissions
        ]
    prepared.scripts = {
        one.name: script.write(one, wish, cluster, root, requeue=requeue, **of_script)
        for one in prepared.submissions
    }
    return prepared


def send(
    project: Project, prepared: Prepared, told: Callable[[Submission], None] = lambda one: None
) -> Sent:
    """Send what was prepared; what is refused does not stop the rest.

    It does where one after the other is refused for the same reason: a limit of submissions that is
    reached, an account that is wrong.

    Parameters
    ----------
    project : signac.Project
        The workspace, whose lock is held.
    prepared : Prepared
        Of :func:`prepare`.
    told : callable
        Is told each submission when it was sent or refused.

    Raises
    ------
    JanusError
        Where Slurm does not answer, the workspace cannot be written, or Ctrl-C was pressed.
    """
    root = Path(project.path)
    sent = Sent()
    try:
        refusals: list[str] = []  # since something was sent
        for number, one in enumerate(prepared.submissions):
            if len(refusals) >= ALIKE and len(set(refusals[-ALIKE:])) == 1:
                sent.untried = len(prepared.submissions) - number
                break
            _write(root / script.tasks_file(one.name), _lines(one.rows))
            path = root / script.script_file(one.name)
            _write(path, prepared.scripts[one.name])
            _send_one(project, one, path, sent)
            if one.name in sent.ids:
                refusals.clear()
            elif one.after is None:
                refusals.append(sent.rejected[one.name])
            told(one)
    except OSError as error:
        raise JanusError(
            f"{error.filename or root}: {error.strerror}; {count(len(sent.ids), 'submission')} "
            "sent so far, mend that and submit again for the rest"
        ) from error
    except (JanusError, KeyboardInterrupt) as error:
        why = str(error) or "stopped"
        raise JanusError(
            f"{why}; {count(len(sent.ids), 'submission')} sent so far, the next submit finds out "
            "about this one and sends the rest"
        ) from error
    return sent


def _send_one(project: Project, one: Submission, path: Path, sent: Sent) -> None:
    options = [f"--chdir={project.path}"]
    if one.after is not None:
        if one.after not in sent.ids:
            sent.rejected[one.name] = "not sent, since what they wait for was refused"
            return
        # Of jobs that share a simulation, one that fails must not cost the others their analysis.
        alone = all(len(row) == 1 for row in one.rows)
        kind = "aftercorr" if one.array else "afterok" if alone else "afterany"
        options += [f"--dependency={kind}:{sent.ids[one.after]}", "--kill-on-invalid-dep=yes"]
    # A job must not write its document while this does: many jobs wait until all are entered.
    hold = one.after is None and sum(map(len, one.rows)) > _AT_A_STROKE
    mark = path.with_suffix(script.UNENTERED)
    if one.after is None:  # else the job's document follows the simulation
        _write(mark, one.operation)
    try:
        slurm_id = slurm.submit(path, *options, *(["--hold"] if hold else []))
    except slurm.Rejected as error:
        mark.unlink(missing_ok=True)
        sent.rejected[one.name] = str(error)
        return
    sent.ids[one.name] = slurm_id
    if one.after is not None:
        return
    tasks = [f"{slurm_id}_{k}" for k in range(len(one.rows))] if one.array else [slurm_id]
    recovery.enter(project, one.name, one.operation, dict(zip(tasks, one.rows, strict=True)))
    if hold:
        slurm.release(slurm_id)
    mark.unlink()


def _lines(rows: Sequence[Sequence[str]]) -> str:
    return "".join(" ".join(row) + "\n" for row in rows)


def _write(path: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8", errors="surrogateescape")  # paths as they are
    partial.replace(path)
