"""Choice of the cluster and of its scheduler; what a cluster leaves open is asked of the latter."""

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
"""Stands for the cluster whose host names fit this machine, or that has the name which the
scheduler gives it; else for what the scheduler says."""


def choose(
    name: str, file: Path | None = None, scheduler: str = schedulers.AUTO
) -> tuple[Cluster, Scheduler]:
    """Return the cluster of a name, its gaps filled by what its scheduler says, and the scheduler.

    Parameters
    ----------
    name : str
        A known one, or :data:`AUTO`.
    file : Path, optional
        Further file of clusters.
    scheduler : str
        Name of the scheduler; ``auto``: the cluster's, else the one that is on this machine.

    Raises
    ------
    JanusError
        Where a name is unknown, a file does not fit, or the cluster does not fit the scheduler.
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
    """Return the cluster that this machine belongs to; None where it is not a known one."""
    name, here = scheduler.cluster_name(), {socket.gethostname(), socket.getfqdn()}
    fitting = [
        one
        for one in clusters.values()
        if any(re.fullmatch(pattern, host) for pattern in one.hosts for host in here)
        or (one.name == name and not one.hosts)
    ]
    return fitting[-1] if fitting else None


def complete(cluster: Cluster | None, found: Sequence[Partition]) -> Cluster:
    """Fill what a cluster leaves open from the partitions that its scheduler offers.

    Parameters
    ----------
    cluster : Cluster, optional
        None: everything is open.
    found : sequence of Partition
        Of :meth:`Scheduler.partitions`.
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
    told: dict[str, Any] = {
        "partition": partition.name,
        "cores": partition.cores,
        "gpus": partition.gpus,
        "memory_gb": partition.memory_gb,
        "walltime": partition.walltime,
        "exclusive": partition.exclusive,
    }
    gaps = {key: value for key, value in told.items() if getattr(nodes, key) is None}
    return nodes.model_copy(update=gaps)
