"""What a cluster offers: read from files, and completed by what its scheduler says."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from janus_md.common import user_folders
from janus_md.common.errors import JanusError
from janus_md.common.files import reading
from janus_md.common.yaml_text import NotYaml, load
from janus_md.running.cluster import schedulers
from janus_md.running.cluster.schedulers.base import Scheduler
from janus_md.simulation.walltime import parse
from janus_md.study.statepoint_errors import WrongValue, sentence

LEAD = 120
"""Seconds before the end at which a run is told to stop, where the cluster says nothing else."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Nodes(_Part):
    """Nodes of one kind. What is None is asked of the scheduler, or left to it."""

    partition: str | None = None
    """Name of the partition, or queue; None: the default one."""
    cores: Annotated[int, Field(ge=1)] | None = None
    """CPU cores of a node."""
    gpus: Annotated[int, Field(ge=0)] | None = None
    """GPUs of a node."""
    gpu_type: str | None = None
    """Type of the GPUs, as the scheduler names it; None: any."""
    memory_gb: Annotated[float, Field(gt=0)] | None = None
    """Memory of a node, GB."""
    walltime: str | None = None
    """Longest walltime, such as 2-00:00:00."""
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
    """Regular expressions of its host names; without, its name is the one that its scheduler gives
    it."""
    scheduler: str | None = None
    """Scheduler; None: the one whose programs are on the machine."""
    account: str | None = None
    """Account to charge; None: the user's default one."""
    account_required: bool = False
    """Whether a submission without an account is refused."""
    signal_lead: Annotated[int, Field(ge=10)] = LEAD
    """Seconds before the end of the walltime at which a run is told to stop."""
    mpi: str | None = None
    """What the launcher of MPI ranks is told: its type of MPI, or options of
    mpiexec; None: the cluster's default."""
    setup: tuple[str, ...] = ()
    """Shell lines before the run, each of which must succeed."""
    options: tuple[str, ...] = ()
    """Further options of the scheduler's submit command."""
    gpu_request: str | None = None
    """How GPUs are asked for: one of the scheduler's :attr:`Scheduler.settings`."""
    memory_request: str | None = None
    """How memory is asked for, likewise."""
    dialect: str | None = None
    """Which variety of the scheduler it is, likewise."""
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

    @model_validator(mode="after")
    def _fits_its_scheduler(self) -> Cluster:
        try:
            self.check(schedulers.choose(of_cluster=self.scheduler))
        except WrongValue:
            raise
        except JanusError as error:
            text = str(error).removeprefix("--scheduler: ")
            raise WrongValue("scheduler", text) from None
        return self

    def check(self, scheduler: Scheduler) -> None:
        """Refuse what this scheduler does not know.

        Raises
        ------
        WrongValue
            With the key, the value and what is allowed.
        """
        for key in ("gpu_request", "memory_request", "dialect"):
            value, allowed = getattr(self, key), scheduler.settings.get(key, ())
            if value is not None and value not in allowed:
                what = ", ".join(map(repr, allowed)) or f"nothing with {scheduler.title}"
                raise WrongValue(key, f"{value!r} is not allowed; allowed is {what}")
        for option in self.options:
            if why := scheduler.objection(option):
                raise WrongValue("options", why)

    def settings(self, scheduler: Scheduler) -> dict[str, str]:
        """Return the values of the scheduler's settings, its default where nothing is said."""
        return {key: getattr(self, key) or values[0] for key, values in scheduler.settings.items()}

    def with_whole_nodes(self, scheduler: Scheduler) -> Cluster:
        """Return the cluster with exclusive nodes where its options ask the scheduler for them."""
        if not scheduler.takes_whole_nodes(self.options):
            return self
        nodes = {"cpu": self.cpu, "gpu": self.gpu}
        return self.model_copy(
            update={
                key: one.model_copy(update={"exclusive": True}) for key, one in nodes.items() if one
            }
        )

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
        with reading(f"{key}: {str(path)!r}"):
            if path is file or path.is_file():
                found |= read(path.read_text(encoding="utf-8"), str(path))
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
