"""Capabilities of engines, and reasons why an engine cannot run a setup."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from janus_md.common.errors import JanusError
from janus_md.common.registry import Registry

if TYPE_CHECKING:
    from janus_md.engines.base import Engine
    from janus_md.model.setup import Setup

Kind = Literal["terms", "fields"]
"""Kinds of extensions for which an engine has functions, one file each."""


@dataclass(frozen=True)
class Capabilities:
    """Capabilities of an engine, apart from pair terms and fields, which have their own functions.

    Attributes
    ----------
    methods : tuple of str
        Equations of motion: ``langevin``, ``brownian``, ``nve``.
    devices : tuple of str
        ``cpu``, ``gpu``.
    threads : bool
        Whether a simulation can have several threads.
    ranks : bool
        Whether it can have several MPI ranks.
    mesh : bool
        Whether it supports Coulomb interactions with a mesh (PPPM).
    slab : bool
        Whether the mesh can have only two periodic directions.
    cutoff : bool
        Whether it supports Coulomb interactions with a cutoff, whose error is measured with a mesh.
    """

    methods: tuple[str, ...]
    devices: tuple[str, ...] = ("cpu",)
    threads: bool = False
    ranks: bool = False
    mesh: bool = True
    slab: bool = False
    cutoff: bool = False


@lru_cache(maxsize=64)
def functions(engine: str, kind: Kind) -> Registry[Callable[..., Any]]:
    """Return the functions of an engine by pair term or field.

    Their name is that of the engine: ``hoomd`` in ``engines/hoomd/terms/NAME.py``, in a plugin, and
    in the group of entry points ``janus_md.hoomd``.
    """
    package = f"janus_md.engines.{engine}.{kind}"
    try:
        ours = find_spec(package) is not None
    except ModuleNotFoundError:
        ours = False
    what = "pair term" if kind == "terms" else "field"
    return Registry(f"{what} of {engine}", f"janus_md.{engine}", engine, package if ours else "")


def function(engine: str, kind: Kind, name: str) -> Callable[..., Any]:
    """Return the function of an engine for a pair term or field.

    Raises
    ------
    JanusError
        If the engine has none.
    """
    found = functions(engine, kind).find(name)
    if found is None:
        raise JanusError(_missing(engine, kind, name))
    return found


def _missing(engine: str, kind: Kind, name: str) -> str:
    what = f"interactions: the pair term {name}" if kind == "terms" else f"environment.{name}: it"
    return f"{what} is not in the engine {engine}"


def objection(engine: type[Engine], setup: Setup) -> str:
    """Return why an engine cannot run a setup; empty if it can."""
    able = engine.capabilities
    for bath in setup.baths:
        if bath.method not in able.methods:
            return (
                f"protocol.name: {bath.method!r} is not in the engine {engine.name}, which "
                f"has {', '.join(able.methods)}"
            )
    charged = any(body.charges.any() for body in setup.bodies)
    if charged and setup.interactions.electrostatics is not None and not able.mesh:
        return f"electrostatics.method: pppm is not in the engine {engine.name}"
    electrostatics = setup.interactions.electrostatics
    if charged and electrostatics is not None and electrostatics.truncated and not able.cutoff:
        return f"electrostatics.method: cutoff is not in the engine {engine.name}"
    if charged and electrostatics is not None and electrostatics.slab and not able.slab:
        return (
            f"environment.walls: charges between walls are not in the engine {engine.name}, whose "
            "mesh is periodic in all directions; use the engine lammps or electrostatics.method "
            "none"
        )
    for form in sorted({row.form for row in setup.interactions.rows}):
        if not engine.has("terms", form):
            return _missing(engine.name, "terms", form)
    for field in setup.environment:
        if not engine.has("fields", field.name):
            return _missing(engine.name, "fields", field.name)
    return engine.objection(setup)


def able(engines: Iterable[type[Engine]], setup: Setup) -> list[type[Engine]]:
    """Return the engines that can run a setup.

    Raises
    ------
    JanusError
        If none can, with a reason for each engine.
    """
    objections = {engine: objection(engine, setup) for engine in engines}
    found = [engine for engine, text in objections.items() if not text]
    if not found:
        raise JanusError("; ".join(dict.fromkeys(objections.values())))
    return found
