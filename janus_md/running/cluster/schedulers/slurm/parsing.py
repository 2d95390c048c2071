"""Parsers of the output of Slurm's commands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from janus_md.running.cluster.schedulers.records import Cause, EndedJob, Partition, QueuedJob

LARGEST_ARRAY = 1000
"""Maximum number of tasks in an array in Slurm's default configuration."""

_SENT = re.compile(r"^(?:Submitted batch job )?(\d+)(?:;\S+| on cluster \S+)?\s*$", re.MULTILINE)

NOT_ENDED = (
    "PENDING", "RUNNING", "SUSPENDED", "REQUEUED", "REQUEUE_HOLD", "CONFIGURING", "COMPLETING",
    "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED", "REVOKED",
)  # fmt: skip
"""States of jobs that have not ended. REVOKED jobs have started on another cluster of a
federation."""


_STATES = {
    "PENDING": "queued",
    "REQUEUED": "queued",
    "REQUEUE_HOLD": "held",
    "CONFIGURING": "running",
    "RUNNING": "running",
    "COMPLETING": "running",
    "REVOKED": "running",  # on another cluster of a federation
    "SUSPENDED": "suspended",
}

_CAUSES = {
    "COMPLETED": Cause.DONE,
    "TIMEOUT": Cause.TIMED_OUT,
    "DEADLINE": Cause.TIMED_OUT,
    "OUT_OF_MEMORY": Cause.OUT_OF_MEMORY,
    "CANCELLED": Cause.CANCELLED,
    "PREEMPTED": Cause.PREEMPTED,
    "NODE_FAIL": Cause.NODE_FAILED,
    "BOOT_FAIL": Cause.NODE_FAILED,
}

_HELD = "JobHeldUser"  # reason of a job that the user holds
_UNSATISFIABLE = "DependencyNeverSatisfied"  # reason of a job whose dependency failed

NO_OUTPUT = 128 + 53
"""Exit code of a job whose output file Slurm could not open, because its folder does not exist."""


def queued(job: str, name: str, state: str, reason: str, folder: str = "") -> QueuedJob:
    """Convert a row of squeue for a job or array task."""
    head, mark, number = job.partition("_")
    return QueuedJob(
        job,
        name,
        *_shown(job, state, reason),
        pending=state == "PENDING",
        folder=folder,
        array=head if mark else "",
        task=int(number) if number.isdigit() else None,
        on_hold=reason == _HELD,
        unsatisfiable=reason == _UNSATISFIABLE,
    )


def _shown(job: str, state: str, reason: str) -> tuple[str, str]:
    """Return the state and the detail of a job in the queue, as they are printed."""
    if reason == _UNSATISFIABLE:
        return "held", "dependency failed"
    if "held" in (why := reason.lower().replace("_", " ")):
        # JobHeldUser, JobHeldAdmin, "launch failed requeued held", "job requeued in held state".
        why = {"jobheldadmin": "by an administrator; ", "jobhelduser": ""}.get(why, f"{why}; ")
        return "held", f"{why}scontrol release {job}"
    word = _STATES.get(state, state.lower().replace("_", " "))
    why = re.split(r"[\s,]", reason)[0]
    return word, why if word == "queued" and why != "None" else ""


def ended(state: str, code: int) -> EndedJob:
    """Convert the state and exit code of a job that ended."""
    no_output = state == "FAILED" and code == NO_OUTPUT
    return EndedJob(_CAUSES.get(state, Cause.FAILED), code, no_output)


def parse_id(answer: str) -> str | None:
    """Return the job id in the output of sbatch, before which some clusters print a message."""
    ids = _SENT.findall(answer)
    return str(ids[-1]) if ids else None


def parse_cluster_name(configuration: str) -> str | None:
    """Return the name of the cluster in the output of ``scontrol show config``."""
    name = re.search(r"^ClusterName\s*=\s*(\S+)", configuration, re.MULTILINE)
    return name.group(1) if name else None


def parse_array_size(configuration: str) -> int:
    """Return the maximum number of array tasks in the output of ``scontrol show config``."""
    size = re.search(r"MaxArraySize\s*=\s*(\d+)", configuration)
    tasks = re.search(r"max_array_tasks=(\d+)", configuration)
    largest = int(size.group(1)) - 1 if size else LARGEST_ARRAY
    return min(largest, int(tasks.group(1))) if tasks else largest


def parse_partitions(rows: Iterable[str]) -> list[Partition]:
    """Parse rows ``PARTITION*|CPUS|MEMORY|GRES|TIMELIMIT|AVAIL|OVERSUBSCRIBE`` of sinfo.

    A partition with several types of nodes has several rows; the smallest node is used.
    """
    found: dict[str, Partition] = {}
    for row in rows:
        if len(parts := row.strip().split("|")) != 7:
            continue  # a message that the cluster prints
        name, cores, memory, gres, limit, available, shared = parts
        if available != "up":
            continue
        gpus = sum(int(number) for number in re.findall(r"gpu:(?:[\w.\-]+:)?(\d+)", gres))
        one = Partition(
            name=name.rstrip("*"),
            default=name.endswith("*"),
            cores=int(cores.rstrip("+")),
            gpus=gpus,
            memory_gb=int(memory.rstrip("+")) / 1024,
            walltime="UNLIMITED" if limit == "infinite" else limit,
            exclusive=shared == "EXCLUSIVE",
        )
        before = found.get(one.name)
        found[one.name] = one if before is None else _smallest(before, one)
    return list(found.values())


def _smallest(one: Partition, other: Partition) -> Partition:
    """Combine two rows of a partition with several types of nodes."""
    return replace(
        other,
        cores=min(one.cores or 0, other.cores or 0),
        gpus=max(one.gpus or 0, other.gpus or 0),
        memory_gb=min(one.memory_gb or 0.0, other.memory_gb or 0.0),
    )


def parse_queue(rows: Iterable[str], prefix: str) -> list[QueuedJob]:
    """Parse rows ``ID|NAME|STATE|FOLDER|REASON`` of squeue."""
    split = (row.strip().split("|", 4) for row in rows)
    return [
        queued(row[0], row[1], row[2], reason=row[4], folder=row[3])
        for row in split
        if len(row) == 5 and row[1].startswith(prefix)
    ]


def parse_accounting(rows: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Parse rows ``JobID|State|ExitCode`` of sacct; ``CANCELLED by 1000`` becomes CANCELLED.

    Array tasks that never became separate jobs, ``7_[3-9]``, are stored under the id of the array.
    """
    found = {}
    for row in rows:
        parts = row.strip().split("|")
        if len(parts) == 3:
            found[parts[0].partition("_[")[0]] = (parts[1].split()[0], _exit_code(parts[2]))
    return found


def parse_memory(rows: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Parse rows ``ID STATE STATUS`` of squeue; the status is in the format of waitpid."""
    split = (row.split() for row in rows)
    return {
        row[0]: (row[1], _shell_code(*divmod(int(row[2]), 256)))
        for row in split
        if len(row) == 3 and row[2].isdigit()
    }


def _shell_code(code: int, number: int) -> int:
    """Return the exit code as in a shell: 128 plus the number of a signal that killed the job."""
    return 128 + number % 128 if number % 128 else code


def _exit_code(text: str) -> int:
    """Return the exit code as in a shell of ``CODE:SIGNAL``."""
    code, _, number = text.partition(":")
    return _shell_code(int(code), int(number or 0))
