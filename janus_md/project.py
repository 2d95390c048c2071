"""The workflow as a signac-flow project: simulate and analyze each job, summarize all of them.

    python project.py status --detailed
    python project.py run
    python project.py submit --pretend

in a workspace. Every operation is one call; whether it is done is told by whole products on disk.
`janus-md run` does the same on one machine with a process per operation.
"""

import os

from flow import FlowProject, aggregator
from signac.job import Job

from janus_md import workflow

ENGINE = os.environ.get("JANUS_MD_ENGINE", "auto")
"""auto, hoomd or lammps."""

DEVICE = os.environ.get("JANUS_MD_DEVICE", "auto")
"""auto, cpu or gpu."""

THREADS = int(os.environ.get("JANUS_MD_THREADS", "1"))
"""Threads of a simulation on a CPU, and processes of an analysis."""

ALLOW = tuple(filter(None, os.environ.get("JANUS_MD_ALLOW", "").split(",")))
"""What may have changed since a checkpoint was written: version, state. With heat or state, the
report's averages take in jobs that were too hot, or changed since."""


class Project(workflow.SoundJobs, FlowProject):
    """Jobs are state points of janus-md; those that are damaged are left out."""


@Project.label
def failed(job: Job) -> bool:
    """The last attempt failed; the job document says why."""
    return workflow.failed(job)


@Project.label
def simulated(job: Job) -> bool:
    """The trajectory is complete."""
    return workflow.is_simulated(job)


@Project.label
def analyzed(job: Job) -> bool:
    """Tables and summary are complete."""
    return workflow.is_analyzed(job)


@Project.label
def not_at_temperature(job: Job) -> bool:
    """The run did not keep the temperature of its bath; the job document says more."""
    return workflow.not_at_temperature(job)


@Project.label
def changed_since(job: Job) -> bool:
    """The job was changed since its data were made."""
    return workflow.changed_since(job)


def all_analyzed(*jobs: Job) -> bool:
    """All jobs are analysed, those that failed apart."""
    return any(map(analyzed, jobs)) and all(analyzed(job) or failed(job) for job in jobs)


def summarized(*jobs: Job) -> bool:
    """The report is there, and is that of the tables as they are."""
    return workflow.is_summarized(*jobs, allow=ALLOW)


@Project.post(simulated)
@Project.operation(directives={"np": THREADS})
def simulate(job: Job) -> None:
    """Simulate a job, from its checkpoint where there is one."""
    workflow.simulate(job, engine=ENGINE, device=DEVICE, threads=THREADS, allow=ALLOW)


@Project.pre(simulated)
@Project.post(analyzed)
@Project.operation(directives={"np": THREADS})
def analyze(job: Job) -> None:
    """Find the wires in a job's trajectory."""
    workflow.analyze(job, workers=THREADS)


@Project.pre(all_analyzed)
@Project.post(summarized)
@Project.operation(aggregator=aggregator())
def summarize(*jobs: Job) -> None:
    """Write the report of all jobs."""
    workflow.summarize(*jobs, allow=ALLOW)


if __name__ == "__main__":
    workflow.main(Project)
