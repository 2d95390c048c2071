"""Implementation of the scheduler interface for PBS."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from janus_md.running.cluster.schedulers.base import Scheduler
from janus_md.running.cluster.schedulers.pbs import allocation, commands, options, parsing
from janus_md.running.cluster.schedulers.pbs.options import is_exclusive
from janus_md.running.cluster.schedulers.records import (
    Dependency,
    EndedJob,
    JobRequest,
    Partition,
    QueuedJob,
)
from janus_md.simulation.walltime import Limit

_DEPENDENCIES = {"success": "afterok", "end": "afterany", "task": "afterany"}


class Pbs(Scheduler):
    """OpenPBS, PBS Pro and Torque.

    Users of PBS cannot requeue a running job. The next submission continues a run that has reached
    the walltime.
    """

    name = "pbs"
    title = "PBS"
    commands = ("qsub", "qstat")
    precedence = -1  # its commands are also wrappers of other schedulers
    settings = options.SETTINGS
    smallest_array = 2
    directive = "#PBS "
    begin = '[ -z "$PBS_O_WORKDIR" ] || cd "$PBS_O_WORKDIR" || exit 2 # PBS starts jobs in $HOME'
    identify = """\
task=${PBS_ARRAY_INDEX:-${PBS_ARRAYID:-0}}
me=$PBS_JOBID
restarts=0"""
    holds = True

    def task_id(self, array: str, number: int) -> str:
        """Return ``123[4].server`` for task 4 of ``123[].server``."""
        return array.replace("[]", f"[{number}]", 1)

    def options(self, request: JobRequest) -> list[str]:
        """Return the options of qsub."""
        return options.options(request)

    def objection(self, option: str) -> str:
        """Return the reason why an option of qsub is not allowed; empty if it is allowed."""
        return options.objection(option)

    def takes_whole_nodes(self, options: Sequence[str]) -> bool:
        """Return whether the options contain place=excl or place=exclhost (OpenPBS, PBS Pro)."""
        return any(map(is_exclusive, options))

    def submit(
        self, script: Path, folder: Path, after: Dependency | None = None, hold: bool = False
    ) -> str:
        """Submit a script with qsub."""
        found = ["-h"] if hold else []
        if after is not None:
            array = "array" if "[]" in after.id and commands.kind() == commands.TORQUE else ""
            found += ["-W", f"depend={_DEPENDENCIES[after.kind]}{array}:{after.id}"]
        return commands.submit(script, folder, *found)

    def queue(self, prefix: str) -> list[QueuedJob]:
        """Return the jobs listed by qstat: arrays by task, or as a whole if no task is listed."""
        listed = commands.jobs()
        found = [
            parsing.queued(job, about)
            for job, about in listed.items()
            if about.get("Job_Name", "").startswith(prefix)
            and about.get("job_state") not in (*parsing.ENDED, parsing.MOVED)
        ]
        split = {parsing.queued(job, {}).array for job in listed if "[]" not in job}
        return [one for one in found if "[]" not in one.id or one.id not in split]

    def cancel(self, jobs: Sequence[str]) -> None:
        """Cancel with qdel."""
        commands.cancel(jobs)

    def release(self, job: str) -> None:
        """Release with qrls."""
        commands.release(job)

    def is_full(self, refusal: str) -> bool:
        """Return whether the message is about a limit on the jobs in a queue or of a user."""
        return "would exceed" in refusal or "Maximum number of jobs" in refusal

    def ended(self, jobs: Sequence[str]) -> dict[str, EndedJob]:
        """Return how jobs ended, from qstat, for those that the server still knows."""
        known = commands.known(jobs)
        return {
            job: parsing.ended(about)
            for job, about in known.items()
            if job in jobs and about.get("job_state") in parsing.ENDED
        }

    def partitions(self) -> list[Partition]:
        """Return the queues listed by qstat, which does not report their numbers of cores."""
        return parsing.partitions(commands.queues(), commands.server()[1].get("default_queue"))

    def largest_array(self) -> int:
        """Return the limit of the server."""
        return commands.largest_array()

    def cluster_name(self) -> str | None:
        """Return the name of the server."""
        return commands.server()[0]

    def cores(self, environment: Mapping[str, str] = os.environ) -> int | None:
        """Return NCPUS or PBS_NUM_PPN."""
        return allocation.cores(environment)

    def time_limit(self, environment: Mapping[str, str] = os.environ) -> Limit:
        """Return the time limit from qstat."""
        return allocation.time_limit(environment)
