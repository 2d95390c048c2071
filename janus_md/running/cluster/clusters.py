"""What clusters are like: from a file, and the rest from `sinfo`."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from janus_md.common import user_folders
from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.common.yaml_text import NotYaml, load
from janus_md.running.cluster.slurm import commands as slurm
from janus_md.running.cluster.slurm.answers import Partition
from janus_md.simulation.walltime import parse
from janus_md.study.statepoint_errors import WrongValue, sentence

AUTO = "auto"
"""Stands for the cluster that Slurm is called, or whose host names fit this machine, else for what
sinfo tells."""

LEAD = 120
"""Seconds before the end at which a run is told to stop, where the cluster says nothing else."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Nodes(_Part):
    """Nodes of one kind; None is asked of Slurm, or left to it."""

    partition: str | None = None
    """Name of the partition; None: the default one."""
    cores: Annotated[int, Field(ge=1)] | None = None
    """CPU cores of a node."""
    gpus: Annotated[int, Field(ge=0)] | None = None
    """GPUs of a node."""
    gpu_type: str | None = None
    """Type in ``--gpus=TYPE:N``; None: any."""
    memory_gb: Annotated[float, Field(gt=0)] | None = None
    """Memory of a node, GB."""
    walltime: str | None = None
    """Longest walltime, as Slurm writes it."""
    exclusive: bool | None = None
    """Whether a submission takes, and is charged, the whole node."""

    @field_validator("walltime")
    @classmethod
    def _is_a_time(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                parse(text)
            except ValueError:
                message = f"{text!r} is not allowed; it must be a time such as 2-00:00:00"
                raise WrongValue("walltime", message) from None
        return text


class Cluster(_Part):
    """One cluster."""

    name: str
    """Name."""
    source: str = ""
    """Where this was read."""
    hosts: tuple[str, ...] = ()
    """Regular expressions of its host names; without, its name is the one that Slurm has."""
    account: str | None = None
    """Account to charge; None: the user's default one."""
    account_required: bool = False
    """Whether a submission without an account is refused."""
    signal_lead: Annotated[int, Field(ge=10)] = LEAD
    """Seconds before the end of the walltime at which a run is told to stop."""
    mpi: str | None = None
    """Value of srun's ``--mpi``; None: the cluster's default."""
    setup: tuple[str, ...] = ()
    """Shell lines before the run, each of which must succeed."""
    options: tuple[str, ...] = ()
    """Further options of sbatch."""
    gpu_request: Literal["gpus", "gpus-per-node", "gres"] = "gpus"
    """How GPUs are asked for: ``--gpus=TYPE:N``, ``--gpus-per-node=TYPE:N`` or
    ``--gres=gpu:TYPE:N``."""
    memory_request: Literal["mem", "mem-per-cpu", "none"] = "mem"
    """How memory is asked for: ``--mem``, ``--mem-per-cpu`` or not at all, where it comes with the
    cores."""
    cpu: Nodes = Nodes()
    """Nodes for runs on CPUs."""
    gpu: Nodes | None = None
    """Nodes with GPUs; None: it has none."""

    @field_validator("hosts")
    @classmethod
    def _are_patterns(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            try:
                re.compile(host)
            except re.error as error:
                message = f"{host!r} is not allowed; it is no regular expression: {error}"
                raise WrongValue("hosts", message) from None
        return hosts

    @field_validator("options")
    @classmethod
    def _are_options(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        for option in options:
            if why := objection(option):
                raise WrongValue("options", why)
        return options

    def nodes(self, device: str) -> Nodes:
        """Return the nodes for a device, ``cpu`` or ``gpu``.

        Raises
        ------
        JanusError
            Where the cluster has no GPUs.
        """
        if device != "gpu":
            return self.cpu
        if self.gpu is None:
            raise JanusError(
                f"device: 'gpu' is not there on the cluster {self.name!r}; use cpu, or describe "
                f"its nodes with GPUs in {own_file()}"
            )
        return self.gpu


def objection(option: str) -> str:
    """Say why an option of sbatch is not allowed; empty where it is.

    Some would make us lose sight of what was sent.
    """
    if not re.fullmatch(r"-[^\n]+", option):
        what = "it must be an option of sbatch such as --qos=debug"
    elif re.match(r"--clusters?\b|-M", option):
        what = "set SLURM_CLUSTERS in the environment, which all of Slurm's commands follow"
    elif re.match(r"--(array|chdir|job-name|output|wrap)\b|-[aDJo]", option):
        what = "janus-md sets this option itself"
    else:
        return ""
    return f"{option!r} is not allowed; {what}"


def own_file() -> Path:
    """Path of the user's own file of clusters."""
    return user_folders.settings() / "clusters.yaml"


def known(file: Path | None = None) -> dict[str, Cluster]:
    """Clusters by name: the package's, then the user's own, then those of `file`.

    Raises
    ------
    JanusError
        Where a file cannot be read, or does not fit.
    """
    text = (resources.files(__package__) / "clusters.yaml").read_text(encoding="utf-8")
    found = read(text, "clusters.yaml")
    for path, key in ((own_file(), "clusters"), (file, "--clusters")):
        if path is None:
            continue
        try:
            if path is file or path.is_file():
                found |= read(path.read_text(encoding="utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it must be text in UTF-8"
            raise JanusError(f"{key}: {str(path)!r} cannot be read: {why}") from error
    return found


def read(text: str, source: str) -> dict[str, Cluster]:
    """Read the text of a file of clusters; `source` names it in messages.

    Raises
    ------
    JanusError
        With the key, the value and what is allowed.
    """
    try:
        data = load(text, "safe") or {}
    except NotYaml as error:
        line = f", line {error.line}" if error.line else ""
        raise JanusError(f"{source}{line}: it is not YAML: {error.reason}") from error
    if not isinstance(data, dict):
        raise JanusError(f"{source}: {data!r} must be a map of clusters by name")
    found = {}
    for name, about in data.items():
        try:
            found[str(name)] = Cluster.model_validate({"name": str(name), **(about or {})})
        except ValidationError as error:
            _, text = sentence(error, Cluster)
            raise JanusError(f"{source}: {name}: {text}") from error
        except TypeError as error:
            raise JanusError(f"{source}: {name}: {about!r} must be a map of keys") from error
    return found


def choose(name: str, file: Path | None = None) -> Cluster:
    """Return the cluster of a name, its gaps filled by what Slurm says here.

    Parameters
    ----------
    name : str
        A known one, or :data:`AUTO`.
    file : Path, optional
        Further file of clusters.

    Raises
    ------
    JanusError
        Where the name is unknown, or a file does not fit.
    """
    clusters = known(file)
    if name != AUTO and name not in clusters:
        raise JanusError(unknown("cluster", name, (AUTO, *sorted(clusters))))
    if name == AUTO:
        slurms, here = slurm.cluster_name(), {socket.gethostname(), socket.getfqdn()}
        fitting = [
            one
            for one in clusters.values()
            if any(re.fullmatch(pattern, host) for pattern in one.hosts for host in here)
            or (one.name == slurms and not one.hosts)
        ]
        cluster = fitting[-1] if fitting else None
    else:
        cluster = clusters[name]
    return complete(cluster, slurm.partitions())


def complete(cluster: Cluster | None, found: Sequence[Partition]) -> Cluster:
    """Fill what a cluster leaves open from the partitions that Slurm tells of.

    Parameters
    ----------
    cluster : Cluster, optional
        None: everything is open.
    found : sequence of Partition
        Of :func:`slurm.partitions`, those that are up.
    """
    if cluster is None:
        default = next((one for one in found if one.default), found[0] if found else None)
        gpus = sorted((one for one in found if one.gpus), key=lambda one: not one.default)
        return Cluster(
            name="this one",
            source="sinfo",
            cpu=_filled(Nodes(), default),
            gpu=_filled(Nodes(partition=gpus[0].name), gpus[0]) if gpus else None,
        )
    by_name = {one.name: one for one in found}
    default = next((one for one in found if one.default), None)

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
