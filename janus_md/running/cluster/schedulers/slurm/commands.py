"""Slurm's commands and what they answer; nothing else of the package talks to Slurm."""

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
"""Jobs that one question names at most: a command line is not endless."""

_UNREACHABLE = re.compile("contact slurm controller|Socket timed out|Zero Bytes were transmitted")

# What changes what is listed, or is that of the job that submits, which a script's srun would obey.
_NOT_PASSED_ON = (
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
# sbatch believes these before what the script says.


def default(key: str) -> str | None:
    """Account or partition that the user's environment names for sbatch."""
    return os.environ.get(f"SBATCH_{key.upper()}") or None


def ask(*command: str, pauses: Sequence[float] = ()) -> str:
    """Run one of Slurm's commands and return what it prints, as :func:`programs.ask` does.

    Variables of the environment that change what it lists, or override a script, are left out.
    """
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(_NOT_PASSED_ON) and key not in _OVERRIDING
    }
    return programs.ask(
        *command,
        missing=JanusError(
            f"{command[0]}: not found; submission needs Slurm, on this machine use janus-md run"
        ),
        unreachable=_UNREACHABLE,
        pauses=pauses,
        environment=environment,
    )


def partitions() -> list[Partition]:
    """Partitions that are up, as sinfo tells them; none where it does not answer."""
    try:
        return parse_partitions(
            ask("sinfo", "--noheader", "--format=%P|%c|%m|%G|%l|%a|%h").splitlines()
        )
    except JanusError:
        return []


def submit(script: Path, *options: str) -> str:
    """Send a script; return the job's id.

    Raises
    ------
    Rejected
        Where Slurm refuses it.
    JanusError
        Where the answer holds no id.
    """
    answer = ask("sbatch", "--parsable", *options, str(script))
    if (slurm_id := parse_id(answer)) is None:
        raise JanusError(f"sbatch: no id of a job in its answer, {answer.strip()!r}")
    return slurm_id


def release(slurm_id: str) -> None:
    """Let a job begin that was sent on hold."""
    ask("scontrol", "release", slurm_id)


def cancel(ids: Sequence[str]) -> None:
    """Cancel jobs, or tasks of arrays."""
    for first in range(0, len(ids), AT_ONCE):
        ask("scancel", *ids[first : first + AT_ONCE])


def cluster_name() -> str | None:
    """Name that Slurm gives this cluster; None where it does not answer."""
    with suppress(JanusError):
        return parse_cluster_name(ask("scontrol", "show", "config"))
    return None


def largest_array() -> int:
    """Tasks that an array may have here."""
    try:
        return parse_array_size(ask("scontrol", "show", "config", pauses=programs.PAUSES))
    except Rejected:  # some clusters keep it to themselves
        return LARGEST_ARRAY


def move(slurm_id: str, folder: Path, output: Path) -> None:
    """Tell a job that waits where it is to work, and where its output goes from there."""
    ask(
        "scontrol", "update", f"JobId={slurm_id}", f"WorkDir={folder}", f"StdOut={folder / output}"
    )  # fmt: skip


def queue(prefix: str) -> list[QueuedJob]:
    """Jobs of this user that wait or run and whose names begin with `prefix`, arrays by task."""
    told = ask(
        "squeue", "--noheader", "--me", "--array", "--federation", "--format=%i|%j|%T|%Z|%r",
        pauses=programs.PAUSES,
    )  # fmt: skip
    return parse_queue(told.splitlines(), prefix)


def ended(ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    """What became of jobs that are no longer in the queue, where Slurm still knows.

    The controller, whose memory is short, is asked first: accounting may be slow, or late.

    Returns
    -------
    dict
        State (COMPLETED, FAILED, TIMEOUT, OUT_OF_MEMORY, ...) and exit code by id.
    """
    found: dict[str, tuple[str, int]] = {}
    with suppress(JanusError):
        answer = ask(
            "squeue", "--noheader", "--me", "--array", "--federation", "--states=all",
            "--Format=JobArrayID:40,State:30,exit_code:20",
        )  # fmt: skip
        found = _ended(parse_memory(answer.splitlines()))
    others = os.environ.get("SLURM_CLUSTERS")  # which sacct alone does not follow
    where = f"--clusters={others}" if others else "--federation"
    # Asked for a task, accounting keeps silent on those that ended before they became tasks.
    unknown = (one for one in ids if _of(one, found) is None)
    heads = list(dict.fromkeys(one.partition("_")[0] for one in unknown))
    for first in range(0, len(heads), AT_ONCE):
        some = heads[first : first + AT_ONCE]
        try:
            answer = ask(
                "sacct", "--noheader", "--parsable2", "--allocations", where,
                "--format=JobID,State,ExitCode", "--jobs", ",".join(some),
            )  # fmt: skip
        except JanusError:
            break  # no accounting here
        found = _ended(parse_accounting(answer.splitlines())) | found
    return {one: told for one in ids if (told := _of(one, found)) is not None}


def _ended(found: Mapping[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """Leave out what has not ended."""
    return {one: told for one, told in found.items() if told[0] not in NOT_ENDED}


def _of(slurm_id: str, found: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    """Look up a task; what ended before it became a task of its own stands under the array's id."""
    return found.get(slurm_id) or found.get(slurm_id.partition("_")[0])
