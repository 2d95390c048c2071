"""Calls of Slurm's commands. No other module runs them, except `allocation`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from janus_md.common.errors import JanusError
from janus_md.running.cluster.schedulers import programs
from janus_md.running.cluster.schedulers.records import Partition, QueuedJob, Rejected
from janus_md.running.cluster.schedulers.slurm.parsing import (
    LARGEST_ARRAY,
    NOT_ENDED,
    parse_accounting,
    parse_array_size,
    parse_cluster_name,
    parse_id,
    parse_memory,
    parse_partitions,
    parse_queue,
)

AT_ONCE = 500
"""Maximum number of jobs in one call, because the length of a command line is limited."""

_UNREACHABLE = re.compile("contact slurm controller|Socket timed out|Zero Bytes were transmitted")

# Prefixes of environment variables that change the output of Slurm's commands, or that belong to
# the job in which submit runs and would affect srun in the script.
_REMOVED = (
    "SQUEUE_", "SINFO_", "SACCT_", "SCANCEL_", "SLURM_ARRAY_", "SLURM_CPU", "SLURM_GPUS",
    "SLURM_MEM_", "SLURM_NTASKS", "SLURM_TRES_",
)  # fmt: skip

_OVERRIDING = {
    f"SBATCH_{name}"
    for name in (
        "ACCOUNT", "ARRAY_INX", "CPUS_PER_GPU", "ERROR", "GPUS", "GPUS_PER_NODE", "GPUS_PER_TASK",
        "GRES", "JOB_NAME", "MEM_PER_CPU", "MEM_PER_GPU", "MEM_PER_NODE", "NO_REQUEUE", "OPEN_MODE",
        "OUTPUT", "PARTITION", "REQUEUE", "SIGNAL", "TIMELIMIT", "WAIT",
    )
}  # fmt: skip
# Environment variables of sbatch that take precedence over the options in the script.


def default(key: str) -> str | None:
    """Return the account or partition in the user's environment variables for sbatch."""
    return os.environ.get(f"SBATCH_{key.upper()}") or None


def call(*command: str, pauses: Sequence[float] = ()) -> str:
    """Run one of Slurm's commands with :func:`programs.call` and return its output.

    Environment variables that change the output or override the script are removed.
    """
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(_REMOVED) and key not in _OVERRIDING
    }
    return programs.call(
        *command,
        missing=JanusError(
            f"{command[0]}: not found; submission requires Slurm, use janus-md run on this machine"
        ),
        unreachable=_UNREACHABLE,
        pauses=pauses,
        environment=environment,
    )


def partitions() -> list[Partition]:
    """Return the partitions that are up according to sinfo; none if it does not answer."""
    try:
        return parse_partitions(
            call("sinfo", "--noheader", "--format=%P|%c|%m|%G|%l|%a|%h").splitlines()
        )
    except JanusError:
        return []


def submit(script: Path, *options: str) -> str:
    """Submit a script with sbatch and return the job id.

    Raises
    ------
    Rejected
        If Slurm rejects it.
    JanusError
        If sbatch prints no job id.
    """
    answer = call("sbatch", "--parsable", *options, str(script))
    if (slurm_id := parse_id(answer)) is None:
        raise JanusError(f"sbatch: no job id in its output {answer.strip()!r}")
    return slurm_id


def release(slurm_id: str) -> None:
    """Release a job that was submitted on hold."""
    call("scontrol", "release", slurm_id)


def cancel(ids: Sequence[str]) -> None:
    """Cancel jobs, array tasks or whole arrays."""
    for first in range(0, len(ids), AT_ONCE):
        call("scancel", *ids[first : first + AT_ONCE])


def cluster_name() -> str | None:
    """Return the name of this cluster in Slurm's configuration; None if Slurm does not answer."""
    with suppress(JanusError):
        return parse_cluster_name(call("scontrol", "show", "config"))
    return None


def largest_array() -> int:
    """Return the maximum number of tasks in an array on this cluster."""
    try:
        return parse_array_size(call("scontrol", "show", "config", pauses=programs.PAUSES))
    except Rejected:  # some clusters do not let users read the configuration
        return LARGEST_ARRAY


def move(slurm_id: str, folder: Path, output: Path) -> None:
    """Change the working directory of a pending job, and its output relative to that."""
    call(
        "scontrol", "update", f"JobId={slurm_id}", f"WorkDir={folder}", f"StdOut={folder / output}"
    )  # fmt: skip


def queue(prefix: str) -> list[QueuedJob]:
    """Return the user's jobs in the queue whose names begin with `prefix`, arrays by task."""
    output = call(
        "squeue", "--noheader", "--me", "--array", "--federation", "--format=%i|%j|%T|%Z|%r",
        pauses=programs.PAUSES,
    )  # fmt: skip
    return parse_queue(output.splitlines(), prefix)


def ended(ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Return how jobs ended, for those that Slurm still knows.

    The controller is queried first, although it forgets ended jobs soon, because accounting may be
    slow or delayed.

    Returns
    -------
    dict
        State (COMPLETED, FAILED, TIMEOUT, OUT_OF_MEMORY, ...) and exit code by id.
    """
    found: dict[str, tuple[str, int]] = {}
    with suppress(JanusError):
        answer = call(
            "squeue", "--noheader", "--me", "--array", "--federation", "--states=all",
            "--Format=JobArrayID:40,State:30,exit_code:20",
        )  # fmt: skip
        found = _ended(parse_memory(answer.splitlines()))
    others = os.environ.get("SLURM_CLUSTERS")  # sacct ignores this variable
    where = f"--clusters={others}" if others else "--federation"
    # sacct does not report single tasks that ended before they became separate jobs. Therefore it
    # is queried for whole arrays.
    unknown = (one for one in ids if _of(one, found) is None)
    heads = list(dict.fromkeys(one.partition("_")[0] for one in unknown))
    for first in range(0, len(heads), AT_ONCE):
        some = heads[first : first + AT_ONCE]
        try:
            answer = call(
                "sacct", "--noheader", "--parsable2", "--allocations", where,
                "--format=JobID,State,ExitCode", "--jobs", ",".join(some),
            )  # fmt: skip
        except JanusError:
            break  # there is no accounting on this cluster
        found = _ended(parse_accounting(answer.splitlines())) | found
    return {one: end for one in ids if (end := _of(one, found)) is not None}


def _ended(found: Mapping[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """Return the jobs that have ended."""
    return {one: end for one, end in found.items() if end[0] not in NOT_ENDED}


def _of(slurm_id: str, found: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    """Return the end of a job or task; a task that never became a separate job has its array's."""
    return found.get(slurm_id) or found.get(slurm_id.partition("_")[0])
