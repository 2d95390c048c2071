"""Calls of PBS's commands qsub, qstat, qdel and qrls."""

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
"""Types of servers. PBS Pro counts as OpenPBS; wrappers of another scheduler are ``other``."""

AT_ONCE = 500
"""Maximum number of jobs in one call, because the length of a command line is limited."""

UNKNOWN_JOB = 153
"""Exit code of qstat if one of the jobs is unknown (15001 modulo 256). It prints the others."""

FINISHED_JOB = 35
"""Exit code of qstat if one of the jobs has ended (15139 modulo 256)."""

_FORMATS = {OPENPBS: ("-F", "json"), TORQUE: ("-x",), OTHER: ()}
_TASKS = {OPENPBS: ("-t",), TORQUE: ("-t",), OTHER: ()}  # list the tasks of arrays
_LARGEST_ARRAYS = {OPENPBS: 10_000, TORQUE: 100_000, OTHER: 0}  # default limits

_UNREACHABLE = re.compile(
    "cannot connect to server|Connection refused|Communication failure|Unable to communicate|"
    "End of File|too busy|Connection timed out|Problem loading"
)
_ID = re.compile(r"^\s*(\d+(?:\[\])?(?:\.[\w.\-]+)?)\s*$", re.MULTILINE)


def call(*command: str, pauses: Sequence[float] = (), folder: Path | None = None) -> str:
    """Run one of PBS's commands with :func:`programs.call` and return its output."""
    return programs.call(
        *command,
        missing=JanusError(
            f"{command[0]}: not found; submission requires PBS, use janus-md run on this machine"
        ),
        unreachable=_UNREACHABLE,
        accepted=(0, UNKNOWN_JOB, FINISHED_JOB) if command[0] == "qstat" else (0,),
        pauses=pauses,
        folder=folder,
    )


@cache
def kind() -> str:
    """Return the type of the server, from the version that qstat prints."""
    try:
        done = subprocess.run(
            ["qstat", "--version"], capture_output=True, encoding="utf-8", errors="replace",
            timeout=programs.TIMEOUT,
        )  # fmt: skip
    except FileNotFoundError:
        return OPENPBS  # for previews on a machine without PBS
    except subprocess.TimeoutExpired:
        return OTHER
    text = done.stdout + done.stderr
    if "pbs_version" in text:
        return OPENPBS
    return TORQUE if re.search(r"^\s*version: *\d", text, re.MULTILINE | re.IGNORECASE) else OTHER


def _qstat(
    *options: str, form: Sequence[str] = (), names: Sequence[str] = ()
) -> dict[str, Attributes]:
    """Run qstat with the format options `form`; if this fails, parse its text format."""
    if form:
        # Old servers do not support JSON, and some print JSON that is not valid.
        with suppress(Rejected, ValueError):
            return parsing.parse(call("qstat", *options, *form, *names, pauses=programs.PAUSES))
    return parsing.parse(call("qstat", *options, *names, pauses=programs.PAUSES))


def jobs() -> dict[str, Attributes]:
    """Return the attributes of all jobs on the server, arrays by task."""
    return _qstat("-f", *_TASKS[kind()], form=_FORMATS[kind()])


def known(names: Sequence[str]) -> dict[str, Attributes]:
    """Return the attributes of those jobs that the server still knows.

    OpenPBS keeps ended jobs if ``job_history_enable`` is set, Torque for ``keep_completed``
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
    """Return the attributes of all queues; none if the server does not answer."""
    return _described("-Q")


def server() -> tuple[str | None, Attributes]:
    """Return the name and the attributes of the server; none if it does not answer."""
    return next(iter(_described("-B").items()), (None, {}))


def _described(option: str) -> dict[str, Attributes]:
    form = _FORMATS[OPENPBS] if kind() == OPENPBS else ()
    with suppress(JanusError):
        return _qstat(option, "-f", form=form)
    return {}


def largest_array() -> int:
    """Return the maximum number of tasks in an array; 0 with wrappers of another scheduler."""
    about = server()[1] if kind() != OTHER else {}
    limit = about.get("max_array_size") or about.get("max_job_array_size")
    return int(limit) if limit else _LARGEST_ARRAYS[kind()]


def submit(script: Path, folder: Path, *options: str) -> str:
    """Submit a script with qsub and return the job id.

    Raises
    ------
    Rejected
        If PBS rejects it.
    JanusError
        If qsub prints no job id.
    """
    # Some wrappers named qsub choose another output file if the command line does not set one.
    answer = call("qsub", "-j", "oe", "-o", "/dev/null", *options, str(script), folder=folder)
    if not (found := _ID.findall(answer)):
        raise JanusError(f"qsub: no job id in its output {answer.strip()!r}")
    return str(found[-1])


def cancel(names: Sequence[str]) -> None:
    """Delete jobs, array tasks or whole arrays; jobs that have ended are ignored."""
    for first in range(0, len(names), AT_ONCE):
        with suppress(Rejected):
            call("qdel", *names[first : first + AT_ONCE])


def release(job: str) -> None:
    """Release a job that was submitted on hold."""
    call("qrls", job)
