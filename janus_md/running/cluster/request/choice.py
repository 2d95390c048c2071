"""Selection of the cluster and its scheduler; the scheduler supplies what the file does not say."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.running.cluster import schedulers
from janus_md.running.cluster.request.clusters import Cluster, Nodes, known
from janus_md.running.cluster.schedulers.base import Scheduler
from janus_md.running.cluster.schedulers.records import Partition
from janus_md.study.statepoint_errors import WrongValue

AUTO = "auto"
"""Name for the cluster whose `hosts` match this machine or whose name is the one in the scheduler's
configuration; if there is none, for the partitions that the scheduler reports."""


def choose(
    name: str, file: Path | None = None, scheduler: str = schedulers.AUTO
) -> tuple[Cluster, Scheduler]:
    """Return a cluster and its scheduler.

    Keys that the description of the cluster does not set are read from the scheduler.

    Parameters
    ----------
    name : str
        Name of a known cluster, or :data:`AUTO`.
    file : Path, optional
        Additional file of clusters.
    scheduler : str
        Name of the scheduler; ``auto``: the cluster's, else the one that is installed.

    Raises
    ------
    JanusError
        If a name is unknown, a file is not valid, or the cluster has a setting that the scheduler
        does not support.
    """
    schedulers.check(scheduler)
    clusters = known(file)
    if name != AUTO and name not in clusters:
        raise JanusError(unknown("cluster", name, (AUTO, *sorted(clusters))))
    cluster = _here(clusters, schedulers.choose(scheduler)) if name == AUTO else clusters[name]
    chosen = schedulers.choose(scheduler, cluster.scheduler if cluster else None)
    if cluster is not None:
        try:
            cluster.check(chosen)
        except WrongValue as error:
            raise JanusError(f"cluster {cluster.name!r}: {error.text}") from error
    return complete(cluster, chosen.partitions()), chosen


def _here(clusters: Mapping[str, Cluster], scheduler: Scheduler) -> Cluster | None:
    """Return the cluster that this machine belongs to; None if it is not a known one."""
    name, here = scheduler.cluster_name(), {socket.gethostname(), socket.getfqdn()}
    fitting = [
        one
        for one in clusters.values()
        if any(re.fullmatch(pattern, host) for pattern in one.hosts for host in here)
        or (one.name == name and not one.hosts)
    ]
    return fitting[-1] if fitting else None


def complete(cluster: Cluster | None, found: Sequence[Partition]) -> Cluster:
    """Set the missing keys of a cluster from the partitions that its scheduler reports.

    Parameters
    ----------
    cluster : Cluster, optional
        The cluster. None: all keys are set from the partitions.
    found : sequence of Partition
        Result of :meth:`Scheduler.partitions`.
    """
    default = next((one for one in found if one.default), None)
    if cluster is None:
        gpus = sorted((one for one in found if one.gpus), key=lambda one: not one.default)
        return Cluster(
            name="this one",
            source="the scheduler",
            cpu=_filled(Nodes(), default),
            gpu=_filled(Nodes(partition=gpus[0].name), gpus[0]) if gpus else None,
        )
    by_name = {one.name: one for one in found}

    def fill(nodes: Nodes) -> Nodes:
        return _filled(nodes, by_name.get(nodes.partition) if nodes.partition else default)

    gpu = fill(cluster.gpu) if cluster.gpu is not None else None
    return cluster.model_copy(update={"cpu": fill(cluster.cpu), "gpu": gpu})


def _filled(nodes: Nodes, partition: Partition | None) -> Nodes:
    if partition is None:
        return nodes
    reported: dict[str, Any] = {
        "partition": partition.name,
        "cores": partition.cores,
        "gpus": partition.gpus,
        "memory_gb": partition.memory_gb,
        "walltime": partition.walltime,
        "exclusive": partition.exclusive,
    }
    gaps = {key: value for key, value in reported.items() if getattr(nodes, key) is None}
    return nodes.model_copy(update=gaps)
