"""The workflow as a signac-flow project: simulate and analyze each job, summarize all of them.

    python project.py status --detailed
    python project.py run
    python project.py submit --pretend

in a workspace. Every operation is one call of a plain function; whether it is done is told by
whole products on disk. `janus-md run` does the same on one machine with a process per operation.
"""

import contextlib
import hashlib
import os
import sys
from pathlib import Path

from flow import FlowProject, aggregator
from flow.environment import StandardEnvironment
from flow.errors import UserConditionError, UserOperationError
from signac.job import Job

from janus_md.common import crash, encoding, interrupts
from janus_md.common.errors import ToBeContinued
from janus_md.common.locks import Held
from janus_md.running import flow_jobs, operations
from janus_md.running.worker import FAILED, HELD, STOPPED
from janus_md.simulation import walltime
from janus_md.workspace import doubts, products, query, records

ENGINE = os.environ.get("JANUS_MD_ENGINE", "auto")
"""auto, hoomd or lammps."""

DEVICE = os.environ.get("JANUS_MD_DEVICE", "auto")
"""auto, cpu or gpu."""

THREADS = int(os.environ.get("JANUS_MD_THREADS", "1"))
"""Threads of a simulation on a CPU, and processes of an analysis."""

ALLOW = tuple(filter(None, os.environ.get("JANUS_MD_ALLOW", "").split(",")))
"""What may have changed since a checkpoint was written: version, state. With heat, the report's
averages take in jobs that did not keep the temperature of their bath."""

HEAT = tuple(name for name in ALLOW if name == doubts.HEAT)
"""What of these the report allows."""

SOURCES = ".sources"
"""File in the report's folder that tells which tables it was made of."""


class Project(flow_jobs.SoundJobs, FlowProject):
    """Jobs are state points of `janus_md.study.statepoint`; those that are damaged are left out."""


@Project.label
def failed(job: Job) -> bool:
    """The last attempt failed; the job document says why."""
    return "failure" in records.read_document(job.path)


@Project.label
def simulated(job: Job) -> bool:
    """The trajectory is complete."""
    return products.is_simulated(Path(job.path))


@Project.label
def analyzed(job: Job) -> bool:
    """Tables and summary are complete."""
    return products.is_analyzed(Path(job.path), records.read_document(job.path))


@Project.label
def not_at_temperature(job: Job) -> bool:
    """The run did not keep the temperature of its bath; the job document says more."""
    return bool(doubts.warning(records.read_document(job.path)))


def all_analyzed(*jobs: Job) -> bool:
    """All jobs are analysed, those that failed apart."""
    return any(map(analyzed, jobs)) and all(analyzed(job) or failed(job) for job in jobs)


def sources(*jobs: Job) -> str:
    """Tell this state of all tables from any other, by their sizes and times.

    Times are not put in order: clocks jump.
    """
    digest = hashlib.sha256(" ".join(HEAT).encode())
    for path in sorted(Path(job.path) / name for job in jobs for name in products.TABLES):
        with contextlib.suppress(FileNotFoundError):
            found = path.stat()
            told = f"{path.parent.name} {path.name} {found.st_size} {found.st_mtime_ns}\n"
            digest.update(told.encode())
    return digest.hexdigest()


def summarized(*jobs: Job) -> bool:
    """The report is there, and is that of the tables as they are."""
    if not jobs:
        return False
    folder = Path(jobs[0].project.path) / "report"
    try:
        made_of = (folder / SOURCES).read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return (folder / "report.html").is_file() and made_of == sources(*jobs)


@Project.post(simulated)
@Project.operation(directives={"np": THREADS})
def simulate(job: Job) -> None:
    """Simulate a job, from its checkpoint where there is one."""
    with flow_jobs.failing_alone(job, "simulate"):
        operations.simulate_job(
            flow_jobs.sound_record(job).statepoint,
            Path(job.path),
            job.document,
            engine=ENGINE,
            device=DEVICE,
            threads=THREADS,
            allow=[name for name in ALLOW if name not in HEAT],
            limit=walltime.limit(),
        )


@Project.pre(simulated)
@Project.post(analyzed)
@Project.operation(directives={"np": THREADS})
def analyze(job: Job) -> None:
    """Find the wires in a job's trajectory."""
    with flow_jobs.failing_alone(job, "analyze"):
        flow_jobs.sound_record(job)
        operations.analyze_job(
            Path(job.path), job.document, workers=THREADS, limit=walltime.limit()
        )


@Project.pre(all_analyzed)
@Project.post(summarized)
@Project.operation(aggregator=aggregator())
def summarize(*jobs: Job) -> None:
    """Write the report of all jobs."""
    folder, found = Path(jobs[0].project.path) / "report", sources(*jobs)
    query.write_report(jobs[0].project, folder, flow_jobs.tell, HEAT)
    (folder / SOURCES).write_text(found, encoding="utf-8")


if __name__ == "__main__":
    encoding.settle()
    interrupts.owned = True
    if sys.argv[1:2] == ["submit"]:
        # Flow's own scripts keep the signal from the simulation and know no requeue.
        from janus_md.cli.app import main

        main()
        sys.exit(0)
    try:
        plain = query.open_project(Path.cwd())
        if runs := flow_jobs.runs():  # what it starts ends with it
            os.environ.update(walltime.limit().environment())
        # Submission is not flow's, so it need not ask a scheduler for jobs of its own.
        project = Project(environment=StandardEnvironment)
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
