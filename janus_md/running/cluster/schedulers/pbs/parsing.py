"""Parsers of the output of qstat.

OpenPBS and PBS Pro print JSON with ``-F json``, otherwise text. Torque prints XML with ``-x``,
otherwise text. In each format, a job has a name and attributes. The keys of nested attributes are
joined by dots, such as ``Resource_List.walltime``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from janus_md.running.cluster.schedulers.records import Cause, EndedJob, Partition, QueuedJob
from janus_md.simulation.walltime import parse as seconds_of

Attributes = dict[str, str]

ENDED = ("C", "F", "X")
"""States of ended jobs: in Torque, in OpenPBS, and of an array task in OpenPBS."""

MOVED = "M"
"""State of a job that was moved to another server, which has all further information."""

_STATES = {"B": "running", "R": "running", "E": "running", "S": "suspended", "U": "suspended"}
_WAITING = ("Q", "H", "W", "T")
_TERMINATED = "91"  # substate of a deleted job: JOB_SUBSTATE_TERMINATED of OpenPBS
_SIGNAL = 256  # a larger exit status is 256 plus the number of the signal

# Negative exit statuses are set by PBS. Sources: src/include/job.h of OpenPBS; "Job Exit Status" in
# Torque's administrator guide. The attribute is Exit_status in OpenPBS and exit_status in Torque.
_CAUSES = {
    "Exit_status": {-29: Cause.TIMED_OUT, -26: Cause.OUT_OF_MEMORY, -27: Cause.OUT_OF_MEMORY},
    "exit_status": {-11: Cause.TIMED_OUT, -10: Cause.OUT_OF_MEMORY},
}


def parse(answer: str) -> dict[str, Attributes]:
    """Parse the output of ``qstat -f``, ``-Qf`` or ``-Bf``: attributes by job, queue or server.

    Raises
    ------
    ValueError
        If it is JSON or XML that is not valid.
    """
    text = answer.strip()
    if text.startswith("{"):
        data = json.loads(text)
        groups = (data.get(key) or {} for key in ("Jobs", "Queue", "Server"))
        return {name: dict(_flat(about)) for group in groups for name, about in group.items()}
    if text.startswith("<"):
        try:
            jobs = ElementTree.fromstring(text).findall("Job")
        except ElementTree.ParseError as error:
            raise ValueError(str(error)) from error
        return {job.findtext("Job_Id", ""): dict(_flat(_mapping(job))) for job in jobs}
    return _parse_text(answer)


def _flat(about: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in about.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


def _mapping(element: ElementTree.Element) -> dict[str, Any]:
    return {one.tag: _mapping(one) if len(one) else one.text or "" for one in element}


def _parse_text(answer: str) -> dict[str, Attributes]:
    """Parse paragraphs of ``key = value``; long values continue on lines with more indentation."""
    found: dict[str, Attributes] = {}
    indent = key = ""
    current: Attributes = {}
    for line in answer.splitlines():
        if head := re.match(r"(?:Job Id|Queue|Server):\s*(\S+)\s*$", line):
            current = found.setdefault(head.group(1), {})
            indent = key = ""
        elif match := re.match(r"(\s+)(\w[\w.\-]*) = (.*)$", line):
            space, name, value = match.groups()
            indent = indent or space
            if space == indent:
                key = name
                current[key] = value
            elif key:
                current[key] += line.strip()
        elif key and line[:1].isspace():
            current[key] += line.strip()
    return found


def queued(job: str, about: Attributes) -> QueuedJob:
    """Convert the attributes of a pending or running job."""
    state, number = about.get("job_state", ""), re.match(r"(\d+)\[(\d*)\](.*)", job)
    name, task = about.get("Job_Name", ""), None
    if number and number.group(2):
        task = int(number.group(2))
        name = name.removesuffix(f"-{task}")  # Torque appends the index of a task
    holds = about.get("Hold_Types")
    word, detail = _shown(job, state, about)
    return QueuedJob(
        job,
        name,
        word,
        detail,
        pending=state in _WAITING,
        folder=_folder(about),
        array=f"{number.group(1)}[]{number.group(3)}" if number else "",
        task=task,
        # Wrappers of another scheduler do not report holds: the job may be on hold.
        on_hold=state in _WAITING and (holds is None or "u" in holds),
    )


def _shown(job: str, state: str, about: Attributes) -> tuple[str, str]:
    """Return the state and the detail of a job in the queue, as they are printed."""
    if state == "H":
        if "u" in (holds := about.get("Hold_Types", "u")):
            return "held", f"qrls {job}"
        if "s" in holds and "depend" in about:
            return "queued", "waiting for another job"
        return "held", "by an administrator"
    if state in _WAITING:
        return "queued", about.get("comment", "").removeprefix("Not Running: ")
    return _STATES.get(state, f"in state {state}"), ""


def _folder(about: Attributes) -> str:
    """Return the directory in which a job was submitted, which is its working directory."""
    if folder := about.get("Variable_List.PBS_O_WORKDIR"):
        return folder
    match = re.search(r"(?:^|,)\s*PBS_O_WORKDIR=([^,]*)", about.get("Variable_List", ""))
    return match.group(1) if match else ""


def ended(about: Attributes) -> EndedJob:
    """Convert the attributes of a job that has ended."""
    key = next((one for one in _CAUSES if one in about), "")
    if not key:
        # The job was deleted, or qstat is a wrapper of another scheduler without exit statuses.
        deleted = about.get("substate") == _TERMINATED
        return EndedJob(Cause.CANCELLED if deleted else Cause.KILLED)
    code = int(about[key])
    if code >= 0 and about.get("substate") == _TERMINATED:
        return EndedJob(Cause.CANCELLED, _shell_code(code))
    if code > _SIGNAL and _used_up(about):
        return EndedJob(Cause.TIMED_OUT, _shell_code(code))
    if code == _SIGNAL + 15:  # SIGTERM of qdel
        return EndedJob(Cause.CANCELLED, _shell_code(code))
    if code == 0:
        return EndedJob(Cause.DONE)
    return EndedJob(_CAUSES[key].get(code, Cause.FAILED), _shell_code(code))


def _shell_code(code: int) -> int:
    return 128 + code - _SIGNAL if code > _SIGNAL else code


def _used_up(about: Attributes) -> bool:
    """Return whether a job has used all of its walltime."""
    used, requested = walltime(about, "resources_used"), walltime(about, "Resource_List")
    return used is not None and requested is not None and used >= requested


def walltime(about: Attributes, of: str) -> float | None:
    """Return the walltime in ``resources_used`` or ``Resource_List``, s; None if it is missing."""
    try:
        return seconds_of(about[f"{of}.walltime"])
    except (KeyError, ValueError):
        return None


def partitions(queues: Mapping[str, Attributes], default: str | None) -> list[Partition]:
    """Convert the attributes of those queues that accept jobs."""
    names = [name for name, about in queues.items() if about.get("enabled") in ("True", "yes")]
    if default is None and len(names) == 1:
        default = names[0]
    return [
        Partition(name, name == default, walltime=queues[name].get("resources_max.walltime"))
        for name in names
    ]
