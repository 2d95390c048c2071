"""Slurm's commands and what they answer; nothing else of the package talks to Slurm."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from janus_md.errors import JanusError

PATIENCE = 60.0
"""Seconds for an answer; a busy controller takes its time."""

AT_ONCE = 500
"""Jobs that one question names at most: a command line is not endless."""

LARGEST_ARRAY = 1000
"""Tasks that an array may have where Slurm is configured as it comes."""

HELD = "JobHeldUser"
"""Slurm's reason of a job that waits for its release."""

HOPELESS = "DependencyNeverSatisfied"
"""Slurm's reason of a job that waits for the success of one that failed."""

ENDED_WELL = "COMPLETED"
"""Slurm's word for a job whose script ended with 0."""


_NOBODY = re.compile("contact slurm controller|Socket timed out|Zero Bytes were transmitted")


class Rejected(JanusError):
    """Slurm said no; the message is its own."""


@dataclass(frozen=True)
class Partition:
    """A partition, as sinfo tells it."""

    name: str
    default: bool
    cores: int
    gpus: int
    memory_gb: float
    walltime: str


@dataclass(frozen=True)
class Queued:
    """A job, or a task of an array, that waits or runs."""

    id: str
    name: str
    state: str
    reason: str
    folder: str = ""
    """Where it works, or will."""

    @property
    def head(self) -> str:
        """Its id, or that of its array."""
        return self.id.partition("_")[0]


def here() -> bool:
    """Whether Slurm's commands are on this machine."""
    return shutil.which("sbatch") is not None and shutil.which("squeue") is not None


def missing(command: str) -> JanusError:
    """Say that one of Slurm's commands is not here."""
    return JanusError(
        f"{command}: not found; submission needs Slurm, on this machine use janus-md run"
    )


def ask(*command: str) -> str:
    """Run one of Slurm's commands and return what it prints.

    Raises
    ------
    Rejected
        With what it said.
    JanusError
        Where it is not here, or does not answer.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except FileNotFoundError as error:
        raise missing(command[0]) from error
    except subprocess.TimeoutExpired as error:
        raise JanusError(
            f"{command[0]}: no answer in {PATIENCE:.0f} s; the scheduler may be down, try later"
        ) from error
    if done.returncode:
        said = " ".join(done.stderr.replace(f"{command[0]}: error:", "").split())
        if _NOBODY.search(said):
            raise JanusError(f"{command[0]}: {said}; the scheduler may be down, try later")
        raise Rejected(f"{command[0]}: {said or f'exit code {done.returncode}'}")
    return done.stdout


def partitions() -> list[Partition]:
    """Partitions that are up, as sinfo tells them; none where it does not answer."""
    try:
        return parse_partitions(
            ask("sinfo", "--noheader", "--format=%P|%c|%m|%G|%l|%a").splitlines()
        )
    except JanusError:
        return []


def parse_partitions(rows: Iterable[str]) -> list[Partition]:
    """Read rows ``PARTITION*|CPUS|MEMORY|GRES|TIMELIMIT|AVAIL`` of sinfo.

    A partition with several kinds of nodes has several rows; the smallest node counts.
    """
    found: dict[str, Partition] = {}
    for row in rows:
        name, cores, memory, gres, limit, available = row.strip().split("|")
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
        )
        before = found.setdefault(one.name, one)
        found[one.name] = Partition(
            one.name,
            one.default,
            min(before.cores, one.cores),
            max(before.gpus, one.gpus),
            min(before.memory_gb, one.memory_gb),
            one.walltime,
        )
    return list(found.values())


def submit(script: Path, *options: str) -> str:
    """Send a script; return the job's id.

    Raises
    ------
    Rejected
        Where Slurm refuses it.
    """
    answer = ask("sbatch", "--parsable", *options, str(script))
    return answer.strip().split(";")[0]


def release(slurm_id: str) -> None:
    """Let a job begin that was sent on hold."""
    ask("scontrol", "release", slurm_id)


def cancel(ids: Sequence[str]) -> None:
    """Cancel jobs, or tasks of arrays."""
    for first in range(0, len(ids), AT_ONCE):
        ask("scancel", *ids[first : first + AT_ONCE])


def largest_array() -> int:
    """Tasks that an array may have (MaxArraySize of the configuration, less one)."""
    match = re.search(r"MaxArraySize\s*=\s*(\d+)", ask("scontrol", "show", "config"))
    return int(match.group(1)) - 1 if match else LARGEST_ARRAY


def move(slurm_id: str, folder: Path, output: Path) -> None:
    """Tell a job that waits where it is to work, and where its output goes from there."""
    ask(
        "scontrol", "update", f"JobId={slurm_id}", f"WorkDir={folder}", f"StdOut={folder / output}"
    )  # fmt: skip


def queue(prefix: str) -> list[Queued]:
    """Jobs of this user that wait or run and whose names begin with `prefix`, arrays by task."""
    rows = ask("squeue", "--noheader", "--me", "--array", "--format=%i|%j|%T|%Z|%r").splitlines()
    return parse_queue(rows, prefix)


def parse_queue(rows: Iterable[str], prefix: str) -> list[Queued]:
    """Read rows ``ID|NAME|STATE|FOLDER|REASON`` of squeue."""
    split = (row.strip().split("|", 4) for row in rows)
    return [
        Queued(row[0], row[1], row[2], reason=row[4], folder=row[3])
        for row in split
        if len(row) == 5 and row[1].startswith(prefix)
    ]


def ended(ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    """What became of jobs that are no longer in the queue, where Slurm still knows.

    Returns
    -------
    dict
        State (COMPLETED, FAILED, TIMEOUT, OUT_OF_MEMORY, ...) and exit code by id: of accounting
        where the cluster keeps it, else of the controller's memory, which is short.
    """
    found: dict[str, tuple[str, int]] = {}
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        try:
            answer = ask(
                "sacct", "--noheader", "--parsable2", "--allocations",
                "--format=JobID,State,ExitCode", "--jobs", ",".join(some),
            )  # fmt: skip
            found |= parse_accounting(answer.splitlines())
        except JanusError:
            break  # no accounting here
    if any(_of(one, found) is None for one in ids):
        with suppress(JanusError):
            answer = ask(
                "squeue", "--noheader", "--me", "--array", "--states=all",
                "--Format=JobArrayID:40,State:30,exit_code:20",
            )  # fmt: skip
            found = parse_memory(answer.splitlines()) | found
    return {one: told for one in ids if (told := _of(one, found)) is not None}


def _of(slurm_id: str, found: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    """Look up a task; what ended before it became a task of its own stands under the array's id."""
    return found.get(slurm_id) or found.get(slurm_id.partition("_")[0])


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
    return code or (128 + number % 128 if number % 128 else 0)


def _exit_code(text: str) -> int:
    """Exit code of ``CODE:SIGNAL``."""
    code, _, number = text.partition(":")
    return _shell_code(int(code), int(number or 0))
