"""Descriptions of clusters, read from files."""

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
"""Default time before the end of the walltime at which a run is signaled to stop, s."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Nodes(_Part):
    """Nodes of one type. None: determined by the scheduler."""

    partition: str | None = None
    """Name of the partition or queue; None: the default one."""
    cores: Annotated[int, Field(ge=1)] | None = None
    """Number of CPU cores of a node."""
    gpus: Annotated[int, Field(ge=0)] | None = None
    """Number of GPUs of a node."""
    gpu_type: str | None = None
    """The scheduler's name for the type of GPU; None: any type."""
    memory_gb: Annotated[float, Field(gt=0)] | None = None
    """Memory of a node, GB."""
    walltime: str | None = None
    """Limit of the walltime, such as 2-00:00:00."""
    exclusive: bool | None = None
    """Whether a whole node is allocated to a submission and charged."""

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
    """A cluster."""

    name: str
    """Name of the cluster."""
    source: str = ""
    """Documentation from which the description was taken."""
    hosts: tuple[str, ...] = ()
    """Regular expressions that match the host names. If there are none, the name must be the one in
    the scheduler's configuration."""
    scheduler: str | None = None
    """Name of the scheduler; None: the one that is installed."""
    account: str | None = None
    """Account to charge; None: the user's default account."""
    account_required: bool = False
    """Whether the scheduler rejects jobs without an account."""
    signal_lead: Annotated[int, Field(ge=10)] = LEAD
    """Time before the end of the walltime at which a run is signaled to stop, s."""
    mpi: str | None = None
    """MPI type, or options of the MPI launcher; None: the cluster's default."""
    setup: tuple[str, ...] = ()
    """Shell lines before the run. The job fails if one of them fails."""
    options: tuple[str, ...] = ()
    """Additional options of the scheduler's submit command."""
    gpu_request: str | None = None
    """GPU request syntax, one of the values in :attr:`Scheduler.settings`; None: the first one."""
    memory_request: str | None = None
    """Memory request syntax, as above."""
    dialect: str | None = None
    """Variant of the scheduler, as above."""
    cpu: Nodes = Nodes()
    """Nodes for runs on CPUs."""
    gpu: Nodes | None = None
    """Nodes with GPUs; None: the cluster has none."""

    @field_validator("hosts")
    @classmethod
    def _are_patterns(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            try:
                re.compile(host)
            except re.error as error:
                message = f"{host!r} is not a valid regular expression: {error}"
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
        """Check the keys that depend on the scheduler.

        Raises
        ------
        WrongValue
            If the scheduler does not support a value; with the key, the value and what is allowed.
        """
        for key in ("gpu_request", "memory_request", "dialect"):
            value, allowed = getattr(self, key), scheduler.settings.get(key, ())
            if value is not None and value not in allowed:
                what = (
                    f"allowed values are {', '.join(map(repr, allowed))}"
                    if allowed
                    else f"{scheduler.title} does not use this key"
                )
                raise WrongValue(key, f"{value!r} is not allowed; {what}")
        for option in self.options:
            if why := scheduler.objection(option):
                raise WrongValue("options", why)

    def settings(self, scheduler: Scheduler) -> dict[str, str]:
        """Return the values of the scheduler's settings, with its defaults for those not set."""
        return {key: getattr(self, key) or values[0] for key, values in scheduler.settings.items()}

    def with_whole_nodes(self, scheduler: Scheduler) -> Cluster:
        """Return the cluster with exclusive nodes if its options request whole nodes."""
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
            If the cluster has no GPUs.
        """
        if device != "gpu":
            return self.cpu
        if self.gpu is None:
            raise JanusError(
                f"device: 'gpu' is not allowed; the cluster {self.name!r} has no GPUs; use cpu, or "
                f"describe its nodes with GPUs in {own_file()}"
            )
        return self.gpu


def own_file() -> Path:
    """Return the path of the user's file of clusters."""
    return user_folders.settings() / "clusters.yaml"


def known(file: Path | None = None) -> dict[str, Cluster]:
    """Return the known clusters by name: of the package, of the user's file, and of `file`.

    A later file replaces clusters of an earlier one.

    Raises
    ------
    JanusError
        If a file cannot be read or is not valid.
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
    """Read the text of a file of clusters; `source` is its name in messages.

    Raises
    ------
    JanusError
        If it is not valid; with the key, the value and what is allowed.
    """
    try:
        data = load(text, "safe") or {}
    except NotYaml as error:
        line = f", line {error.line}" if error.line else ""
        raise JanusError(f"{source}{line}: not valid YAML: {error.reason}") from error
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
