"""The script of a submission."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from janus_md.common.errors import JanusError
from janus_md.running.cluster.request.clusters import Cluster
from janus_md.running.cluster.request.plan import Submission
from janus_md.running.cluster.request.resources import Resources, Wish

if TYPE_CHECKING:
    import jinja2

FOLDER = Path(".janus_md") / "slurm"
"""Where scripts, lists of jobs, output and exit codes lie, in the workspace."""

UNENTERED = ".unentered"
"""Ending of the file, beside the script, of a submission that is sent before all documents say so;
the file holds the operation."""

MOST_REQUEUES = 100
"""Times that a submission goes on by itself."""


def tasks_file(name: str) -> Path:
    """List of the jobs of a submission, a line for each task; relative to the workspace."""
    return FOLDER / f"{name}.tasks"


def script_file(name: str) -> Path:
    """Script of a submission; relative to the workspace."""
    return FOLDER / f"{name}.sh"


def output_file(array: bool) -> Path:
    """Output of a submission, or of each task of an array, with Slurm's marks for the ids."""
    return FOLDER / f"%{'A_%a' if array else 'j'}.out"


def output_of(slurm_id: str) -> Path:
    """Output of a job, or of a task of an array; relative to the workspace."""
    return FOLDER / f"{slurm_id}.out"


def exit_file(slurm_id: str) -> Path:
    """Exit code that the script left behind; relative to the workspace."""
    return FOLDER / f"{slurm_id}.exit"


def write(
    one: Submission,
    wish: Wish,
    cluster: Cluster,
    root: Path,
    *,
    lead: int,
    requeue: bool = True,
    run_options: Sequence[str] = (),
) -> str:
    """Return the script of a submission.

    Parameters
    ----------
    one : Submission
        What is submitted.
    wish : Wish
        What the user asks for: engine, threads, tasks at once.
    cluster : Cluster
        Where: partition, account, setup.
    root : Path
        Folder of the workspace.
    lead : int
        Seconds before the end of the walltime at which the run is told to stop.
    requeue : bool
        Whether what is cut off goes on by itself.
    run_options : sequence of str
        Further options of the simulation.

    Raises
    ------
    JanusError
        Where the run would be told to stop as soon as it starts.
    """
    if not 0 < lead < one.resources.seconds:
        raise JanusError(
            f"--lead: {lead} is not allowed; it must be above 0 s and shorter than the walltime, "
            f"{duration(one.resources.seconds)}"
        )

    resources = one.resources
    engine = ["--engine", wish.engine, "--device", one.device]
    return _template().render(
        options=_options(one, wish, cluster, lead, requeue),
        root=shlex.quote(str(root)),
        setup=[(line.rstrip(), shlex.quote(line.strip())) for line in cluster.setup],
        tasks=tasks_file(one.name),
        folder=FOLDER,
        python=shlex.quote(sys.executable),
        ranks=resources.ranks,
        threads=wish.threads,
        mpi=f" --mpi={cluster.mpi}" if cluster.mpi else "",
        operation=one.operation,
        worker_options=shlex.join(
            [*engine, "--threads", str(wish.threads), "--ranks", str(resources.ranks), *run_options]
        ),
        run_options=shlex.join([*engine, *run_options]),
        requeue=requeue,
        most_requeues=MOST_REQUEUES,
    )


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # a shell script
        keep_trailing_newline=True,
    )
    return environment.get_template("script.sh.jinja")


def _options(one: Submission, wish: Wish, cluster: Cluster, lead: int, requeue: bool) -> list[str]:
    """Options of sbatch."""
    resources, nodes = one.resources, cluster.nodes(one.device)
    options = [
        f"--job-name={one.name}",
        f"--output={output_file(one.array)}",
        "--open-mode=append",
        f"--signal=B:USR1@{lead}",
        f"--time={duration(resources.seconds)}",
        "--nodes=1",
        f"--ntasks={resources.ranks}",
        f"--cpus-per-task={resources.cores}",
        *_memory(resources, cluster),
        "--requeue" if requeue else "--no-requeue",
    ]
    if resources.gpus:
        kind = f"{nodes.gpu_type}:" if nodes.gpu_type else ""
        name = "gpu:" if cluster.gpu_request == "gres" else ""
        options.append(f"--{cluster.gpu_request}={name}{kind}{resources.gpus}")
    if nodes.partition:
        options.append(f"--partition={nodes.partition}")
    if cluster.account:
        options.append(f"--account={cluster.account}")
    if one.array:
        throttle = f"%{wish.at_once}" if wish.at_once else ""
        options.append(f"--array=0-{len(one.rows) - 1}{throttle}")
    return [*options, *cluster.options]


def _memory(resources: Resources, cluster: Cluster) -> list[str]:
    """Option of sbatch that asks for memory."""
    if cluster.memory_request == "none":
        return []
    shares = resources.ranks * resources.cores if cluster.memory_request == "mem-per-cpu" else 1
    return [f"--{cluster.memory_request}={math.ceil(resources.memory_mb / shares)}M"]


def duration(seconds: float) -> str:
    """Write a walltime as Slurm reads it, ``[D-]HH:MM:SS``."""
    if math.isinf(seconds):
        return "UNLIMITED"
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:02d}:{minutes:02d}:{rest:02d}"
    return f"{days}-{clock}" if days else clock
