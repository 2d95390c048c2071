"""Implementation of the scheduler interface for Slurm."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from janus_md.running.cluster.schedulers.base import Scheduler
from janus_md.running.cluster.schedulers.records import (
    Dependency,
    EndedJob,
    JobRequest,
    Partition,
    QueuedJob,
)
from janus_md.running.cluster.schedulers.slurm import allocation, commands, options, parsing
from janus_md.simulation.walltime import Limit

_DEPENDENCIES = {"success": "afterok", "end": "afterany", "task": "aftercorr"}


class Slurm(Scheduler):
    """Slurm, version 20 or later; tests run on 22.05."""

    name = "slurm"
    title = "Slurm"
    commands = ("sbatch", "squeue")
    precedence = 10
    settings = options.SETTINGS
    directive = "#SBATCH "
    identify = """\
task=${SLURM_ARRAY_TASK_ID:-0}
me=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$task}
me=${me:-$SLURM_JOB_ID}
restarts=${SLURM_RESTART_COUNT:-0}"""
    requeue = 'scontrol requeue "$me"'
    signals = True
    writes_output = True
    holds = True
    own_lines = ("srun: ", "slurmstepd")
    rank_variable = allocation.RANK
    launch_environment = "export SLURM_EXPORT_ENV=ALL # also after sbatch --export=NONE"

    def output(self, array: bool) -> Path:
        """Return the path of the output with Slurm's placeholders for ids."""
        return self.folder / f"%{'A_%a' if array else 'j'}.out"

    def options(self, request: JobRequest) -> list[str]:
        """Return the options of sbatch."""
        return options.options(request)

    def objection(self, option: str) -> str:
        """Return the reason why an option of sbatch is not allowed; empty if it is allowed."""
        return options.objection(option)

    def takes_whole_nodes(self, options: Sequence[str]) -> bool:
        """Return whether the options contain --exclusive."""
        return "--exclusive" in options

    def launch(self, ranks: int, threads: int, mpi: str | None) -> str:
        """Return the launch command with srun."""
        return f"srun --ntasks={ranks} --cpus-per-task={threads}" + (f" --mpi={mpi}" if mpi else "")

    def submit(
        self, script: Path, folder: Path, after: Dependency | None = None, hold: bool = False
    ) -> str:
        """Submit a script with sbatch."""
        found = [f"--chdir={folder}"]
        if after is not None:
            kind = _DEPENDENCIES[after.kind]
            found += [f"--dependency={kind}:{after.id}", "--kill-on-invalid-dep=yes"]
        return commands.submit(script, *found, *(["--hold"] if hold else []))

    def is_full(self, refusal: str) -> bool:
        """Return whether the message contains QOSMaxSubmitJobPerUserLimit or a similar limit."""
        return "SubmitJob" in refusal

    def queue(self, prefix: str) -> list[QueuedJob]:
        """Return the jobs listed by squeue."""
        return commands.queue(prefix)

    def cancel(self, jobs: Sequence[str]) -> None:
        """Cancel with scancel."""
        commands.cancel(jobs)

    def release(self, job: str) -> None:
        """Release with scontrol."""
        commands.release(job)

    def move(self, job: str, folder: Path, array: bool) -> bool:
        """Change the working directory of a waiting job with scontrol."""
        commands.move(job, folder, self.output(array))
        return True

    def ended(self, jobs: Sequence[str]) -> dict[str, EndedJob]:
        """Return how jobs ended, from squeue or sacct."""
        found = commands.ended(jobs)
        return {job: parsing.ended(state, code) for job, (state, code) in found.items()}

    def partitions(self) -> list[Partition]:
        """Return the partitions of sinfo; if none is the default one, the first one becomes it."""
        found = commands.partitions()
        if found and not any(one.default for one in found):
            found[0] = replace(found[0], default=True)
        return found

    def largest_array(self) -> int:
        """Return the smaller of MaxArraySize - 1 and max_array_tasks in Slurm's configuration."""
        return commands.largest_array()

    def cluster_name(self) -> str | None:
        """Return ClusterName in Slurm's configuration."""
        return commands.cluster_name()

    def default(self, key: str) -> str | None:
        """Return SBATCH_ACCOUNT or SBATCH_PARTITION."""
        return commands.default(key)

    def cores(self, environment: Mapping[str, str] = os.environ) -> int | None:
        """Return SLURM_CPUS_PER_TASK."""
        return allocation.cores(environment)

    def time_limit(self, environment: Mapping[str, str] = os.environ) -> Limit:
        """Return the time limit in the environment, else that of squeue."""
        return allocation.time_limit(environment)
