"""Options of qsub."""

from __future__ import annotations

import math
import re

from janus_md.common.errors import JanusError
from janus_md.running.cluster.schedulers.pbs import commands
from janus_md.running.cluster.schedulers.records import JobRequest

SETTINGS = {"dialect": ("auto", "select", "nodes"), "memory_request": ("mem", "none")}
"""Keys of a cluster: syntax of the core request (``select``: ``-l select=1:ncpus=N`` of OpenPBS and
PBS Pro; ``nodes``: ``-l nodes=1:ppn=N`` of Torque; ``auto``: by the version of the server), and
whether memory is requested."""


def options(request: JobRequest) -> list[str]:
    """Return the options of qsub for a request.

    Raises
    ------
    JanusError
        If it has a type of GPU, for which OpenPBS has no common resource name.
    """
    select = _is_select(request)
    found = [f"-N {request.name}", "-S /bin/bash", "-j oe", f"-o {request.output}", "-r n"]
    found += _select(request) if select else _nodes(request)
    if not math.isinf(request.seconds):
        found.append(f"-l walltime={duration(request.seconds)}")
    if request.partition:
        found.append(f"-q {request.partition}")
    if request.account:
        found.append(f"-A {request.account}")
    if request.tasks is not None:
        throttle = f"%{request.at_once}" if request.at_once else ""
        found.append(f"{'-J' if select else '-t'} 0-{request.tasks - 1}{throttle}")
    return [*found, *request.further]


def _is_select(request: JobRequest) -> bool:
    dialect = request.settings["dialect"]
    return dialect == "select" or (dialect == "auto" and commands.kind() == commands.OPENPBS)


def _select(request: JobRequest) -> list[str]:
    """Return the resource options of OpenPBS and PBS Pro."""
    if request.gpu_type:
        raise JanusError(
            f"gpu_type: {request.gpu_type!r} is not allowed with PBS, because the name of this "
            "resource depends on the site; set it with options, such as -l gpu_type=a100"
        )
    parts = ["1", f"ncpus={request.ranks * request.cores}"]
    if request.ranks > 1:
        parts += [f"mpiprocs={request.ranks}", f"ompthreads={request.cores}"]
    if request.gpus:
        parts.append(f"ngpus={request.gpus}")
    if request.settings["memory_request"] != "none":
        parts.append(f"mem={request.memory_mb}mb")
    return [f"-l select={':'.join(parts)}"]


def _nodes(request: JobRequest) -> list[str]:
    """Return the resource options of Torque."""
    parts = ["1", f"ppn={request.ranks * request.cores}"]
    if request.gpus:
        parts.append(f"gpus={request.gpus}")
        parts += [request.gpu_type] if request.gpu_type else []
    found = [f"-l nodes={':'.join(parts)}"]
    if request.settings["memory_request"] != "none":
        found.append(f"-l mem={request.memory_mb}mb")
    return found


def duration(seconds: float) -> str:
    """Format a walltime for qsub, as ``HH:MM:SS`` with any number of hours."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest:02d}"


def objection(option: str) -> str:
    """Return the reason why a user's option is not allowed; empty if it is allowed."""
    if not re.fullmatch(r"-[A-Za-z][^\n]*", option):
        what = "it must be an option of qsub such as '-l place=excl'"
    elif re.match(r"-([NSjoerJthdDwCIz]|W *depend)", option):
        what = "janus-md sets this option itself"
    else:
        return ""
    return f"{option!r} is not allowed; {what}"


def is_exclusive(option: str) -> bool:
    """Return whether an option requests whole nodes, such as ``-l place=scatter:excl``."""
    return re.search(r"\bplace=([^\s,]*:)?excl(host)?\b", option) is not None
