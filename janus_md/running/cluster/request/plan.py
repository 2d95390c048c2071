"""Division of jobs among submissions, and the dependencies between submissions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from janus_md.common.errors import JanusError
from janus_md.running.cluster.request.clusters import Cluster
from janus_md.running.cluster.request.resources import (
    ALL,
    Resources,
    SubmitOptions,
    UnfinishedJob,
    of_analyses,
    of_jobs,
)
from janus_md.workspace.products import OPERATIONS


@dataclass(frozen=True)
class Submission:
    """A batch job or job array.

    Attributes
    ----------
    name : str
        Its name in the queue, derived from the rows and the operation.
    operation : str
        ``simulate``, ``analyze`` or :data:`ALL`.
    rows : tuple of tuples of str
        Ids of the jobs of each array task; a single row if it is not an array.
    resources : Resources
        Resources of the batch job, or of each array task.
    device : str
        ``cpu``, ``gpu`` or ``auto``.
    array : bool
        Whether it is an array.
    after : str, optional
        Name of the submission that it depends on.
    """

    name: str
    operation: str
    rows: tuple[tuple[str, ...], ...]
    resources: Resources
    device: str
    array: bool = False
    after: str | None = None


def plan(
    todo: Sequence[UnfinishedJob],
    options: SubmitOptions,
    cluster: Cluster,
    prefix: str,
    largest_array: int,
) -> list[Submission]:
    """Divide the jobs among submissions.

    Parameters
    ----------
    todo : sequence of UnfinishedJob
        The jobs, in order.
    options : SubmitOptions
        Options of the user.
    cluster : Cluster
        The cluster, with the limits of its nodes.
    prefix : str
        Prefix of the names.
    largest_array : int
        Maximum number of tasks in an array.

    Returns
    -------
    list of Submission
        The submissions. Each one follows the submission that it depends on.

    Raises
    ------
    JanusError
        If an option is not valid, or the cluster cannot provide the resources.
    """
    _check(options)
    if options.separate and options.operation == ALL:
        parts = [
            ("simulate", [one for one in todo if one.left[0] == OPERATIONS[0]]),
            ("analyze", [one for one in todo if one.left == OPERATIONS[1:]]),
        ]
    else:
        parts = [
            (options.operation, [one for one in todo if options.operation in (ALL, one.left[0])])
        ]
    found = []
    for operation, jobs in parts:
        bundles = [
            jobs[first : first + options.bundle] for first in range(0, len(jobs), options.bundle)
        ]
        size = largest_array if options.array else 1
        for first in range(0, len(bundles), size):
            one = _submission(operation, bundles[first : first + size], options, cluster, prefix)
            found.append(one)
            if options.separate and options.operation == ALL and operation == "simulate":
                found.append(_analysis_after(one, jobs, options, cluster, prefix))
    return found


def _check(options: SubmitOptions) -> None:
    for key in ("bundle", "ranks", "threads", "at_once"):
        value = getattr(options, key)
        if value is not None and value < 1:
            name = key.replace("_", "-")
            raise JanusError(f"--{name}: {value} is not allowed; it must be at least 1")
    if options.memory_gb is not None and not options.memory_gb > 0:
        raise JanusError(f"--memory: {options.memory_gb:g} is not allowed; it must be above 0 (GB)")
    if options.ranks > 1 and options.bundle > 1:
        raise JanusError(
            f"--bundle: {options.bundle} is not allowed with --ranks {options.ranks}; jobs in a "
            "bundle have one rank each"
        )
    if options.at_once is not None and not options.array:
        raise JanusError(f"--at-once: {options.at_once} has no effect without --array")


def _submission(
    operation: str,
    bundles: Sequence[Sequence[UnfinishedJob]],
    options: SubmitOptions,
    cluster: Cluster,
    prefix: str,
) -> Submission:
    rows = tuple(tuple(job.id for job in jobs) for jobs in bundles)
    needed = (of_jobs(operation, jobs, options, cluster) for jobs in bundles)
    device = "cpu" if operation == "analyze" else options.device
    name = _name(prefix, operation, rows)
    return Submission(
        name, operation, rows, reduce(Resources.maximum, needed), device, options.array
    )


def _analysis_after(
    one: Submission,
    jobs: Sequence[UnfinishedJob],
    options: SubmitOptions,
    cluster: Cluster,
    prefix: str,
) -> Submission:
    return replace(
        one,
        name=_name(prefix, "analyze", one.rows),
        operation="analyze",
        resources=of_analyses(one.rows, jobs, options, cluster),
        device="cpu",
        after=one.name,
    )


def _name(prefix: str, operation: str, rows: Sequence[Sequence[str]]) -> str:
    digest = hashlib.sha256(repr((operation, rows)).encode()).hexdigest()
    return f"{prefix}{digest[:10]}"
