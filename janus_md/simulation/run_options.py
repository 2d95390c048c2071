"""Options of a simulation's execution: engine, device, threads and what else is not physics."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.simulation.walltime import NO_LIMIT, Limit


@dataclass(frozen=True)
class RunOptions:
    """How a simulation is executed. Nothing of this belongs to the state point.

    Attributes
    ----------
    engine : str
        ``auto`` (the fastest installed), or the name of an engine.
    device : str
        ``auto`` (the fastest; :mod:`janus_md.simulation.devices`), ``cpu`` or ``gpu``.
    threads : int
        CPU threads of a simulation, or processes of an analysis.
    gpu_id : int
        Number of the GPU, where one is used.
    ranks : int
        MPI ranks.
    until_stationary : bool
        Whether a simulation ends when its wires no longer grow.
    allow : tuple of str
        What may have changed since the checkpoint was written
        (:data:`janus_md.simulation.files.resume.ALLOWABLE`).
    limit : Limit
        End of the wall time. It is no argument of the command line: processes of the same machine
        get it by their environment (:meth:`Limit.environment`).

    Raises
    ------
    JanusError
        If `threads` or `ranks` is below 1.
    """

    engine: str = "auto"
    device: str = "auto"
    threads: int = 1
    gpu_id: int = 0
    ranks: int = 1
    until_stationary: bool = False
    allow: tuple[str, ...] = ()
    limit: Limit = NO_LIMIT

    def __post_init__(self) -> None:
        object.__setattr__(self, "allow", tuple(self.allow))
        for name in ("threads", "ranks"):
            if (value := getattr(self, name)) < 1:
                raise JanusError(f"{name}: {value} is not allowed; it must be at least 1")

    def to_arguments(self) -> list[str]:
        """Return the arguments of a command line for what differs from the defaults."""
        found = []
        for one in fields(self):
            value: Any = getattr(self, one.name)
            option = f"--{one.name.replace('_', '-')}"
            if one.name == "limit" or value == one.default:
                continue
            if isinstance(value, bool):
                found.append(option)
            else:
                values = value if isinstance(value, tuple) else (value,)
                found += [f"{option}={single}" for single in values]
        return found

    @classmethod
    def of_arguments(cls, arguments: Sequence[str], limit: Limit = NO_LIMIT) -> RunOptions:
        """Return the options that :meth:`to_arguments` wrote."""
        return cls.of_namespace(parser().parse_args(arguments), limit)

    @classmethod
    def of_namespace(cls, given: Namespace, limit: Limit = NO_LIMIT) -> RunOptions:
        """Return the options that :func:`parser`, or a parser that includes it, has read."""
        names = [one.name for one in fields(cls) if one.name != "limit"]
        return cls(**{name: getattr(given, name) for name in names}, limit=limit)


def parser() -> ArgumentParser:
    """Return a parser of the arguments, for ``parents`` of another one."""
    defaults = RunOptions()
    found = ArgumentParser(add_help=False)
    for name in ("engine", "device"):
        found.add_argument(f"--{name}", default=getattr(defaults, name))
    for name in ("threads", "gpu_id", "ranks"):
        option = f"--{name.replace('_', '-')}"
        found.add_argument(option, type=int, default=getattr(defaults, name))
    found.add_argument("--until-stationary", action="store_true")
    found.add_argument("--allow", action="append", default=[])
    return found
