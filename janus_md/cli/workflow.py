"""Operations and conditions of a signac-flow project, for ``project.py``.

>>> from flow import FlowProject
>>> from janus_md import workflow
>>> class Project(workflow.SoundJobs, FlowProject):
...     pass
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.cli import flow_jobs
from janus_md.cli.flow_jobs import SoundJobs
from janus_md.common import crash, encoding, interrupts
from janus_md.common.errors import ToBeContinued
from janus_md.common.files import publish_text
from janus_md.common.locks import Held
from janus_md.running import operations
from janus_md.running.time_limit import limit
from janus_md.running.worker import FAILED, HELD, STOPPED
from janus_md.simulation.run_options import RunOptions
from janus_md.workspace import doubts, products, query, records

if TYPE_CHECKING:
    from signac.job import Job

__all__ = [
    "SoundJobs",
    "analyze",
    "changed_since",
    "failed",
    "is_analyzed",
    "is_simulated",
    "is_summarized",
    "main",
    "not_at_temperature",
    "simulate",
    "summarize",
]

_SOURCES = ".sources"  # file with a digest of the tables that the report was made from


def failed(job: Job) -> bool:
    """Whether the last attempt failed; the job document says why."""
    return "failure" in records.read_document(job.path)


def is_simulated(job: Job) -> bool:
    """Whether the trajectory is complete."""
    return products.is_simulated(Path(job.path))


def is_analyzed(job: Job) -> bool:
    """Whether tables and summary are complete."""
    return products.is_analyzed(Path(job.path), records.read_document(job.path))


def not_at_temperature(job: Job) -> bool:
    """Whether the run did not keep the temperature of its bath; the job document has details."""
    return bool(doubts.warning(records.read_document(job.path)))


def changed_since(job: Job) -> bool:
    """Whether the job was changed since its data were made."""
    record = records.read_job(Path(job.path))
    return record is not None and bool(record.changed)


def simulate(
    job: Job,
    *,
    engine: str = "auto",
    device: str = "auto",
    threads: int = 1,
    allow: Collection[str] = (),
) -> None:
    """Simulate a job, from its checkpoint if there is one.

    Parameters
    ----------
    job : signac.job.Job
        The job.
    engine, device, threads
        Options of `janus-md run`.
    allow : collection of str
        What may have changed since the checkpoint was written: version, state.

    Raises
    ------
    JanusError
        If it cannot be simulated.
    """
    allow = tuple(name for name in allow if name != doubts.HEAT)  # for reports only
    options = RunOptions(engine, device, threads, allow=allow, limit=limit())
    with flow_jobs.failing_alone(job, "simulate"):
        statepoint = flow_jobs.sound_record(job).statepoint
        operations.simulate_job(statepoint, Path(job.path), job.document, options)


def analyze(job: Job, *, workers: int = 1) -> None:
    """Find the wires in a job's trajectory.

    Raises
    ------
    JanusError
        If the trajectory cannot be used.
    """
    with flow_jobs.failing_alone(job, "analyze"):
        flow_jobs.sound_record(job)
        operations.analyze_job(Path(job.path), job.document, workers=workers, limit=limit())


def summarize(*jobs: Job, allow: Collection[str] = ()) -> None:
    """Write the report of all jobs; `allow` (heat, state) includes those with doubtful results."""
    from janus_md.analysis.report.of_project import report

    folder, found = _folder(jobs), _sources(jobs, allow)
    report(jobs[0].project, folder, told=flow_jobs.tell, allow=_of_reports(allow))
    publish_text(folder / _SOURCES, found)


def is_summarized(*jobs: Job, allow: Collection[str] = ()) -> bool:
    """Whether the report exists, and was made from the present tables with `allow`."""
    if not jobs:
        return False
    folder = _folder(jobs)
    try:
        made_of = (folder / _SOURCES).read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return (folder / "report.html").is_file() and made_of == _sources(jobs, allow)


def _of_reports(allow: Collection[str]) -> list[str]:
    """Return what reports are allowed; the rest of `allow` is for simulations."""
    return sorted(name for name in allow if name in doubts.ALLOWABLE)


def _folder(jobs: tuple[Job, ...]) -> Path:
    return Path(jobs[0].project.path) / "report"


def _sources(jobs: tuple[Job, ...], allow: Collection[str]) -> str:
    """Return a digest of the sizes and times of all tables, and of `allow`.

    Times are not compared by their order, since clocks may jump.
    """
    digest = hashlib.sha256(repr(_of_reports(allow)).encode())
    for path in sorted(Path(job.path) / name for job in jobs for name in products.TABLES):
        with contextlib.suppress(FileNotFoundError):
            found = path.stat()
            told = f"{path.parent.name} {path.name} {found.st_size} {found.st_mtime_ns}\n"
            digest.update(told.encode())
    return digest.hexdigest()


def main(project_class: Any) -> None:
    """Run the command line of a FlowProject: status, run, submit and the others.

    Parameters
    ----------
    project_class : type
        A FlowProject with :class:`SoundJobs` among its bases.
    """
    from flow.environment import StandardEnvironment
    from flow.errors import UserConditionError, UserOperationError

    encoding.settle()
    interrupts.owned = True
    if sys.argv[1:2] == ["submit"]:
        # The scripts of flow do not pass on signals, and do not requeue.
        import janus_md

        janus_md.main()
        sys.exit(0)
    try:
        plain = query.open_project(Path.cwd())
        if runs := flow_jobs.runs():  # its processes have the same limit
            os.environ.update(limit().environment())
        # Flow submits nothing, so that it need not query a scheduler.
        project = project_class(environment=StandardEnvironment)
        for name, why in project.damaged.items():
            flow_jobs.tell(name, why)
        before = flow_jobs.counted(plain) if runs else {}
        project.main()
        if runs:
            after = flow_jobs.counted(plain)
            if project.damaged or any(after[name] > before.get(name, 0) for name in after):
                sys.exit(FAILED)
            if flow_jobs.held:
                sys.exit(HELD)
    except Exception as error:
        # `exec` raises what an operation raises, `run` wraps it; conditions are always wrapped.
        cause: BaseException = error
        wrapped = isinstance(error, UserConditionError | UserOperationError)
        if wrapped and error.__cause__ is not None:
            cause = error.__cause__
        code = crash.end("project.py", cause, [Path.cwd()])
        if isinstance(cause, ToBeContinued | Held):
            code = STOPPED if isinstance(cause, ToBeContinued) else HELD
        sys.exit(code)
