"""Slurm's commands and what they answer; nothing else of the package talks to Slurm."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from janus_md.common.errors import JanusError
from janus_md.running.cluster.schedulers.slurm.answers import (
    LARGEST_ARRAY,
    NOT_ENDED,
    Partition,
    Queued,
    parse_accounting,
    parse_array_size,
    parse_cluster_name,
    parse_id,
    parse_memory,
    parse_partitions,
    parse_queue,
)

PATIENCE = 60.0
"""Seconds for an answer; a busy controller takes its time."""

PAUSES = (1.0, 4.0)
"""Seconds before a question is put again to a controller that is away for a moment."""

AT_ONCE = 500
"""Jobs that one question names at most: a command line is not endless."""

HELD = "JobHeldUser"
"""Slurm's reason of a job that waits for its release."""

HOPELESS = "DependencyNeverSatisfied"
"""Slurm's reason of a job that waits for the success of one that failed."""

ENDED_WELL = "COMPLETED"
"""Slurm's word for a job whose script ended with 0."""

NO_OUTPUT = 128 + 53
"""Exit code of a job whose output Slurm could not open: its folder is not there."""

_NOBODY = re.compile("contact slurm controller|Socket timed out|Zero Bytes were transmitted")

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


class Rejected(JanusError):
    """Slurm said no; the message is its own."""


def here() -> bool:
    """Whether Slurm's commands are on this machine."""
    return shutil.which("sbatch") is not None and shutil.which("squeue") is not None


def missing(command: str) -> JanusError:
    """Say that one of Slurm's commands is not here."""
    return JanusError(
        f"{command}: not found; submission needs Slurm, on this machine use janus-md run"
    )


def default(key: str) -> str | None:
    """Account or partition that the user's environment names for sbatch."""
    return os.environ.get(f"SBATCH_{key.upper()}") or None


def ask(*command: str, pauses: Sequence[float] = ()) -> str:
    """Run one of Slurm's commands and return what it prints.

    Variables of the environment that change what it lists, or override a script, do not count.

    Parameters
    ----------
    *command : str
        Name and options.
    pauses : sequence of float
        Seconds to wait before it is run again where the controller cannot be reached.

    Raises
    ------
    Rejected
        With what it said.
    JanusError
        Where it is not here, or does not answer.
    """
    name = command[0]
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(_NOT_PASSED_ON) and key not in _OVERRIDING
    }
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",  # paths, which are compared
            timeout=PATIENCE,
            env=environment,
        )
    except FileNotFoundError as error:
        raise missing(name) from error
    except subprocess.TimeoutExpired as error:
        said = _sentence(name, (error.stderr or b"").decode(errors="replace"))
        raise JanusError(
            f"{name}: no answer in {PATIENCE:.0f} s{f' ({said})' if said else ''}; the scheduler "
            "may be down, try later"
        ) from error
    if done.returncode:
        said = _sentence(name, done.stderr)
        if not _NOBODY.search(said):
            raise Rejected(f"{name}: {said or f'exit code {done.returncode}'}")
        if not pauses:
            raise JanusError(f"{name}: {said}; the scheduler may be down, try later")
        time.sleep(pauses[0])
        return ask(*command, pauses=pauses[1:])
    return done.stdout


def _sentence(name: str, told: str) -> str:
    """Put what a command said into one line."""
    lines = (line.removeprefix(f"{name}: ").removeprefix("error: ") for line in told.splitlines())
    return " ".join(" ".join(lines).split())


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
        return parse_array_size(ask("scontrol", "show", "config", pauses=PAUSES))
    except Rejected:  # some clusters keep it to themselves
        return LARGEST_ARRAY


def move(slurm_id: str, folder: Path, output: Path) -> None:
    """Tell a job that waits where it is to work, and where its output goes from there."""
    ask(
        "scontrol", "update", f"JobId={slurm_id}", f"WorkDir={folder}", f"StdOut={folder / output}"
    )  # fmt: skip


def queue(prefix: str) -> list[Queued]:
    """Jobs of this user that wait or run and whose names begin with `prefix`, arrays by task."""
    told = ask(
        "squeue", "--noheader", "--me", "--array", "--federation", "--format=%i|%j|%T|%Z|%r",
        pauses=PAUSES,
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
