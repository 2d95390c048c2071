"""Job script of a submission."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from janus_md.common import plugins
from janus_md.common.errors import JanusError
from janus_md.running.cluster.request.clusters import Cluster
from janus_md.running.cluster.request.plan import Submission
from janus_md.running.cluster.request.resources import SubmitOptions
from janus_md.running.cluster.schedulers.base import Scheduler
from janus_md.running.cluster.schedulers.records import JobRequest
from janus_md.simulation.walltime import duration

if TYPE_CHECKING:
    import jinja2

MAX_REQUEUES = 100
"""Maximum number of times that a batch job requeues itself."""


def write(
    one: Submission,
    options: SubmitOptions,
    cluster: Cluster,
    scheduler: Scheduler,
    root: Path,
    *,
    lead: int,
    requeue: bool = True,
    run_options: Sequence[str] = (),
) -> str:
    """Return the job script of a submission.

    Parameters
    ----------
    one : Submission
        The submission.
    options : SubmitOptions
        Options of the user: engine, threads, array tasks at a time.
    cluster : Cluster
        The cluster: partition, account, setup.
    scheduler : Scheduler
        The scheduler that will run the script.
    root : Path
        Folder of the workspace.
    lead : int
        Time before the end of the walltime at which the run is signaled to stop, s.
    requeue : bool
        Whether a run that reaches the walltime is requeued, if the scheduler supports this.
    run_options : sequence of str
        Further options of the simulation.

    Raises
    ------
    JanusError
        If `lead` is not shorter than the walltime.
    """
    resources = one.resources
    if not 0 < lead < resources.seconds:
        raise JanusError(
            f"--lead: {lead} is not allowed; it must be above 0 s and shorter than the walltime, "
            f"{duration(resources.seconds)}"
        )
    requeue = requeue and bool(scheduler.requeue)
    nodes = cluster.nodes(one.device)
    request = JobRequest(
        one.name, str(scheduler.output(one.array)), resources.seconds, lead,
        resources.ranks, resources.cores, resources.gpus, resources.memory_mb, requeue,
        len(one.rows) if one.array else None, options.at_once if one.array else None,
        nodes.partition, cluster.account, nodes.gpu_type,
        cluster.settings(scheduler), cluster.options,
    )  # fmt: skip
    engine = ["--engine", options.engine, "--device", one.device]
    limited = not scheduler.signals and not math.isinf(resources.seconds)
    return _template().render(
        scheduler=scheduler,
        lines=[f"{scheduler.directive}{option}" for option in scheduler.options(request)],
        root=shlex.quote(str(root)),
        setup=[(line.rstrip(), shlex.quote(line.strip())) for line in cluster.setup],
        tasks=scheduler.tasks_file(one.name),
        folder=scheduler.folder,
        plugins=plugins,
        python=shlex.quote(sys.executable),
        launch=scheduler.launch(resources.ranks, options.threads, cluster.mpi),
        ranks=resources.ranks,
        threads=options.threads,
        run_seconds=math.floor(resources.seconds - lead) if limited else 0,
        operation=one.operation,
        worker_options=shlex.join(
            [
                *engine,
                "--threads",
                str(options.threads),
                "--ranks",
                str(resources.ranks),
                *run_options,
            ]
        ),
        run_options=shlex.join([*engine, *run_options]),
        requeue=requeue,
        max_requeues=MAX_REQUEUES,
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
