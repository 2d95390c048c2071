"""PBS behind the interface of a scheduler."""

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

    PBS does not let users put a running job back in the queue: what the walltime cuts off goes on
    with the next submission.
    """

    name = "pbs"
    title = "PBS"
    commands = ("qsub", "qstat")
    precedence = -1  # its commands are also wrappers of other schedulers
    settings = options.SETTINGS
    smallest_array = 2
    directive = "#PBS "
    begin = '[ -z "$PBS_O_WORKDIR" ] || cd "$PBS_O_WORKDIR" || exit 2 # PBS starts it elsewhere'
    identify = """\
task=${PBS_ARRAY_INDEX:-${PBS_ARRAYID:-0}}
me=$PBS_JOBID
restarts=0"""
    holds = True

    def task_id(self, array: str, number: int) -> str:
        """Return ``123[4].server`` for ``123[].server``."""
        return array.replace("[]", f"[{number}]", 1)

    def options(self, request: JobRequest) -> list[str]:
        """Return the options of qsub."""
        return options.options(request)

    def objection(self, option: str) -> str:
        """Say why an option of qsub is not allowed; empty where it is."""
        return options.objection(option)

    def takes_whole_nodes(self, options: Sequence[str]) -> bool:
        """Find place=excl or place=exclhost of OpenPBS and PBS Pro."""
        return any(map(is_exclusive, options))

    def submit(
        self, script: Path, folder: Path, after: Dependency | None = None, hold: bool = False
    ) -> str:
        """Send a script with qsub."""
        found = ["-h"] if hold else []
        if after is not None:
            array = "array" if "[]" in after.id and commands.kind() == commands.TORQUE else ""
            found += ["-W", f"depend={_DEPENDENCIES[after.kind]}{array}:{after.id}"]
        return commands.submit(script, folder, *found)

    def queue(self, prefix: str) -> list[QueuedJob]:
        """Ask qstat; an array stands there by its tasks, or as a whole where none is told."""
        told = commands.jobs()
        found = [
            parsing.queued(job, about)
            for job, about in told.items()
            if about.get("Job_Name", "").startswith(prefix)
            and about.get("job_state") not in (*parsing.ENDED, parsing.MOVED)
        ]
        split = {parsing.queued(job, {}).array for job in told if "[]" not in job}
        return [one for one in found if "[]" not in one.id or one.id not in split]

    def cancel(self, jobs: Sequence[str]) -> None:
        """Delete with qdel."""
        commands.cancel(jobs)

    def release(self, job: str) -> None:
        """Release with qrls."""
        commands.release(job)

    def is_full(self, refusal: str) -> bool:
        """Find the limits of jobs in a queue, or of a user."""
        return "would exceed" in refusal or "Maximum number of jobs" in refusal

    def ended(self, jobs: Sequence[str]) -> dict[str, EndedJob]:
        """Ask qstat, which knows ended jobs for a while."""
        told = commands.known(jobs)
        return {
            job: parsing.ended(about)
            for job, about in told.items()
            if job in jobs and about.get("job_state") in parsing.ENDED
        }

    def partitions(self) -> list[Partition]:
        """Ask qstat for the queues; it tells no cores of their nodes."""
        return parsing.partitions(commands.queues(), commands.server()[1].get("default_queue"))

    def largest_array(self) -> int:
        """Read the limit of the server."""
        return commands.largest_array()

    def cluster_name(self) -> str | None:
        """Return the name of the server."""
        return commands.server()[0]

    def cores(self, environment: Mapping[str, str] = os.environ) -> int | None:
        """Read NCPUS or PBS_NUM_PPN."""
        return allocation.cores(environment)

    def time_limit(self, environment: Mapping[str, str] = os.environ) -> Limit:
        """Ask qstat."""
        return allocation.time_limit(environment)
