"""PBS's commands: qsub, qstat, qdel and qrls."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from janus_md.common.errors import JanusError
from janus_md.running.cluster.schedulers import programs
from janus_md.running.cluster.schedulers.pbs import parsing
from janus_md.running.cluster.schedulers.pbs.parsing import Attributes
from janus_md.running.cluster.schedulers.records import Rejected

OPENPBS, TORQUE, OTHER = "OpenPBS", "Torque", "other"
"""Kinds of servers. PBS Pro counts as OpenPBS; wrappers of another scheduler are ``other``."""

AT_ONCE = 500
"""Jobs that one question names at most: a command line is not endless."""

UNKNOWN_JOB = 153
"""Exit code of qstat where it does not know one of the jobs (15001 modulo 256); it prints the
others."""

FINISHED_JOB = 35
"""Exit code of qstat where one of the jobs has ended (15139 modulo 256)."""

_FORMATS = {OPENPBS: ("-F", "json"), TORQUE: ("-x",), OTHER: ()}
_TASKS = {OPENPBS: ("-t",), TORQUE: ("-t",), OTHER: ()}  # an array by its tasks
_LARGEST_ARRAYS = {OPENPBS: 10_000, TORQUE: 100_000, OTHER: 0}  # where the server says nothing

_UNREACHABLE = re.compile(
    "cannot connect to server|Connection refused|Communication failure|Unable to communicate|"
    "End of File|too busy|Connection timed out|Problem loading"
)
_ID = re.compile(r"^\s*(\d+(?:\[\])?(?:\.[\w.\-]+)?)\s*$", re.MULTILINE)


def ask(*command: str, pauses: Sequence[float] = (), folder: Path | None = None) -> str:
    """Run one of PBS's commands and return what it prints, as :func:`programs.ask` does."""
    return programs.ask(
        *command,
        missing=JanusError(
            f"{command[0]}: not found; submission needs PBS, on this machine use janus-md run"
        ),
        unreachable=_UNREACHABLE,
        accepted=(0, UNKNOWN_JOB, FINISHED_JOB) if command[0] == "qstat" else (0,),
        pauses=pauses,
        folder=folder,
    )


@cache
def kind() -> str:
    """Return which kind of server qstat belongs to."""
    try:
        done = subprocess.run(
            ["qstat", "--version"], capture_output=True, encoding="utf-8", errors="replace",
            timeout=programs.PATIENCE,
        )  # fmt: skip
    except FileNotFoundError:
        return OPENPBS  # a preview on a machine without PBS
    except subprocess.TimeoutExpired:
        return OTHER
    told = done.stdout + done.stderr
    if "pbs_version" in told:
        return OPENPBS
    return TORQUE if re.search(r"^\s*version: *\d", told, re.MULTILINE | re.IGNORECASE) else OTHER


def _qstat(
    *options: str, form: Sequence[str] = (), names: Sequence[str] = ()
) -> dict[str, Attributes]:
    """Ask qstat in the format that is read best, else for text."""
    if form:
        # Old servers know no JSON, and some write values that are none.
        with suppress(Rejected, ValueError):
            return parsing.parse(ask("qstat", *options, *form, *names, pauses=programs.PAUSES))
    return parsing.parse(ask("qstat", *options, *names, pauses=programs.PAUSES))


def jobs() -> dict[str, Attributes]:
    """Return the attributes of all jobs that the server shows, arrays by task."""
    return _qstat("-f", *_TASKS[kind()], form=_FORMATS[kind()])


def known(names: Sequence[str]) -> dict[str, Attributes]:
    """Return the attributes of jobs, where the server still knows them.

    OpenPBS keeps ended jobs where ``job_history_enable`` is set, Torque for ``keep_completed``
    seconds.
    """
    history = ("-x",) if kind() == OPENPBS else ()
    found: dict[str, Attributes] = {}
    for first in range(0, len(names), AT_ONCE):
        some = names[first : first + AT_ONCE]
        with suppress(JanusError):
            found |= _qstat("-f", *history, form=_FORMATS[kind()], names=some)
    return found


def queues() -> dict[str, Attributes]:
    """Return the attributes of all queues; none where the server does not answer."""
    return _described("-Q")


def server() -> tuple[str | None, Attributes]:
    """Return the name and the attributes of the server; none where it does not answer."""
    return next(iter(_described("-B").items()), (None, {}))


def _described(option: str) -> dict[str, Attributes]:
    form = _FORMATS[OPENPBS] if kind() == OPENPBS else ()
    with suppress(JanusError):
        return _qstat(option, "-f", form=form)
    return {}


def largest_array() -> int:
    """Return how many tasks an array may have; 0 with the wrappers of another scheduler."""
    about = server()[1] if kind() != OTHER else {}
    told = about.get("max_array_size") or about.get("max_job_array_size")
    return int(told) if told else _LARGEST_ARRAYS[kind()]


def submit(script: Path, folder: Path, *options: str) -> str:
    """Send a script; return the job's id.

    Raises
    ------
    Rejected
        Where PBS refuses it.
    JanusError
        Where the answer holds no id.
    """
    # Some programs called qsub name an output of their own where the command line names none.
    answer = ask("qsub", "-j", "oe", "-o", "/dev/null", *options, str(script), folder=folder)
    if not (found := _ID.findall(answer)):
        raise JanusError(f"qsub: no id of a job in its answer, {answer.strip()!r}")
    return str(found[-1])


def cancel(names: Sequence[str]) -> None:
    """Delete jobs, tasks or arrays; what has ended meanwhile is no failure."""
    for first in range(0, len(names), AT_ONCE):
        with suppress(Rejected):
            ask("qdel", *names[first : first + AT_ONCE])


def release(job: str) -> None:
    """Release a user's hold."""
    ask("qrls", job)
