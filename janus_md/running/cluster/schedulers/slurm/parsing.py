"""What Slurm's commands answer, read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from janus_md.running.cluster.schedulers.records import Cause, EndedJob, Partition, QueuedJob

LARGEST_ARRAY = 1000
"""Tasks that an array may have where Slurm is configured as it comes."""

_SENT = re.compile(r"^(?:Submitted batch job )?(\d+)(?:;\S+| on cluster \S+)?\s*$", re.MULTILINE)

NOT_ENDED = (
    "PENDING", "RUNNING", "SUSPENDED", "REQUEUED", "REQUEUE_HOLD", "CONFIGURING", "COMPLETING",
    "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED", "REVOKED",
)  # fmt: skip
"""Slurm's words for jobs that have not come to their end; REVOKED ones have begun on another
cluster of a federation."""


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

_HELD = "JobHeldUser"  # reason of a job that waits for its release
_HOPELESS = "DependencyNeverSatisfied"  # reason of a job that waits for the success of a failed one

NO_OUTPUT = 128 + 53
"""Exit code of a job whose output Slurm could not open: its folder is not there."""


def queued(job: str, name: str, state: str, reason: str, folder: str = "") -> QueuedJob:
    """Translate what squeue tells of a job, or of a task of an array."""
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
        hopeless=reason == _HOPELESS,
    )


def _shown(job: str, state: str, reason: str) -> tuple[str, str]:
    """State and detail of a job in the queue, for people."""
    if reason == _HOPELESS:
        return "held", "what it waits for failed"
    if "held" in (why := reason.lower().replace("_", " ")):
        # JobHeldUser, JobHeldAdmin, "launch failed requeued held", "job requeued in held state".
        why = {"jobheldadmin": "by an administrator; ", "jobhelduser": ""}.get(why, f"{why}; ")
        return "held", f"{why}scontrol release {job}"
    word = _STATES.get(state, state.lower().replace("_", " "))
    why = re.split(r"[\s,]", reason)[0]
    return word, why if word == "queued" and why != "None" else ""


def ended(state: str, code: int) -> EndedJob:
    """Translate Slurm's state and exit code of a job that ended."""
    no_output = state == "FAILED" and code == NO_OUTPUT
    return EndedJob(_CAUSES.get(state, Cause.FAILED), code, no_output)


def parse_id(answer: str) -> str | None:
    """Read the id of a job in the answer of sbatch, which some clusters begin with a greeting."""
    ids = _SENT.findall(answer)
    return str(ids[-1]) if ids else None


def parse_cluster_name(configuration: str) -> str | None:
    """Read the cluster's name in what ``scontrol show config`` prints."""
    name = re.search(r"^ClusterName\s*=\s*(\S+)", configuration, re.MULTILINE)
    return name.group(1) if name else None


def parse_array_size(configuration: str) -> int:
    """Read how many tasks an array may have in what ``scontrol show config`` prints."""
    size = re.search(r"MaxArraySize\s*=\s*(\d+)", configuration)
    tasks = re.search(r"max_array_tasks=(\d+)", configuration)
    largest = int(size.group(1)) - 1 if size else LARGEST_ARRAY
    return min(largest, int(tasks.group(1))) if tasks else largest


def parse_partitions(rows: Iterable[str]) -> list[Partition]:
    """Read rows ``PARTITION*|CPUS|MEMORY|GRES|TIMELIMIT|AVAIL|OVERSUBSCRIBE`` of sinfo.

    A partition with several kinds of nodes has several rows; the smallest node counts.
    """
    found: dict[str, Partition] = {}
    for row in rows:
        if len(parts := row.strip().split("|")) != 7:
            continue  # a greeting of the cluster's
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
    """Return what holds for a partition with two kinds of nodes."""
    return replace(
        other,
        cores=min(one.cores or 0, other.cores or 0),
        gpus=max(one.gpus or 0, other.gpus or 0),
        memory_gb=min(one.memory_gb or 0.0, other.memory_gb or 0.0),
    )


def parse_queue(rows: Iterable[str], prefix: str) -> list[QueuedJob]:
    """Read rows ``ID|NAME|STATE|FOLDER|REASON`` of squeue."""
    split = (row.strip().split("|", 4) for row in rows)
    return [
        queued(row[0], row[1], row[2], reason=row[4], folder=row[3])
        for row in split
        if len(row) == 5 and row[1].startswith(prefix)
    ]


def parse_accounting(rows: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Read rows ``JobID|State|ExitCode`` of sacct; ``CANCELLED by 1000`` is CANCELLED.

    Tasks that never became jobs of their own, ``7_[3-9]``, come under the id of their array.
    """
    found = {}
    for row in rows:
        parts = row.strip().split("|")
        if len(parts) == 3:
            found[parts[0].partition("_[")[0]] = (parts[1].split()[0], _exit_code(parts[2]))
    return found


def parse_memory(rows: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Read rows ``ID STATE STATUS`` of squeue; the status is that of waitpid."""
    split = (row.split() for row in rows)
    return {
        row[0]: (row[1], _shell_code(*divmod(int(row[2]), 256)))
        for row in split
        if len(row) == 3 and row[2].isdigit()
    }


def _shell_code(code: int, number: int) -> int:
    """Exit code as a shell counts it: killed by a signal is 128 and its number."""
    return 128 + number % 128 if number % 128 else code


def _exit_code(text: str) -> int:
    """Exit code of ``CODE:SIGNAL``."""
    code, _, number = text.partition(":")
    return _shell_code(int(code), int(number or 0))
