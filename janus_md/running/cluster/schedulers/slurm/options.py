"""Options of sbatch."""

from __future__ import annotations

import math
import re

from janus_md.running.cluster.schedulers.records import JobRequest
from janus_md.simulation.walltime import duration

SETTINGS = {
    "gpu_request": ("gpus", "gpus-per-node", "gres"),
    "memory_request": ("mem", "mem-per-cpu", "none"),
}
"""Keys of a cluster: GPU request syntax (``--gpus=TYPE:N``, ``--gpus-per-node=TYPE:N`` or
``--gres=gpu:TYPE:N``) and memory request syntax (``--mem``, ``--mem-per-cpu``, or none if memory is
allocated with the cores)."""


def options(request: JobRequest) -> list[str]:
    """Return the options of sbatch for a request."""
    found = [
        f"--job-name={request.name}",
        f"--output={request.output}",
        "--open-mode=append",
        f"--signal=B:USR1@{request.lead:.0f}",
        f"--time={duration(request.seconds)}",
        "--nodes=1",
        f"--ntasks={request.ranks}",
        f"--cpus-per-task={request.cores}",
        *_memory(request),
        "--requeue" if request.requeue else "--no-requeue",
    ]
    if request.gpus:
        kind = f"{request.gpu_type}:" if request.gpu_type else ""
        option = request.settings["gpu_request"]
        found.append(f"--{option}={'gpu:' if option == 'gres' else ''}{kind}{request.gpus}")
    if request.partition:
        found.append(f"--partition={request.partition}")
    if request.account:
        found.append(f"--account={request.account}")
    if request.tasks is not None:
        throttle = f"%{request.at_once}" if request.at_once else ""
        found.append(f"--array=0-{request.tasks - 1}{throttle}")
    return [*found, *request.further]


def _memory(request: JobRequest) -> list[str]:
    option = request.settings["memory_request"]
    if option == "none":
        return []
    shares = request.ranks * request.cores if option == "mem-per-cpu" else 1
    return [f"--{option}={math.ceil(request.memory_mb / shares)}M"]


def objection(option: str) -> str:
    """Return the reason why a user's option is not allowed; empty if it is allowed.

    With some options, the job could not be found in the queue.
    """
    if not re.fullmatch(r"-[^\n]+", option):
        what = "it must be an option of sbatch such as --qos=debug"
    elif re.match(r"--clusters?\b|-M", option):
        what = "set SLURM_CLUSTERS in the environment, which all commands of Slurm use"
    elif re.match(r"--(array|chdir|job-name|output|wrap)\b|-[aDJo]", option):
        what = "janus-md sets this option itself"
    else:
        return ""
    return f"{option!r} is not allowed; {what}"
