"""The interface of all engines. An adapter translates a system and contains no physics."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from janus_md.engines.capabilities import Capabilities, Kind, functions
from janus_md.engines.mesh import Coulomb, Mesh, charge_square_sum, longest_cutoff
from janus_md.engines.mesh_work import tight_mesh
from janus_md.model.body import FloatArray
from janus_md.model.dynamics import Bath
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.setup import Setup
from janus_md.model.system import System


@dataclass(frozen=True)
class Device:
    """Where and how an engine runs.

    Attributes
    ----------
    kind : str
        ``cpu`` or ``gpu``.
    threads : int
        OpenMP threads, if the engine supports them.
    gpu_id : int
        Number of the GPU.
    neighbour_list : str
        Kind of neighbour list, one of :attr:`Engine.neighbour_lists`.
    """

    kind: str = "cpu"
    threads: int = 1
    gpu_id: int = 0
    neighbour_list: str = "cell"


CPU = Device()
"""One core."""

SKIN = 0.6
"""Skin (buffer) of the neighbour lists, nm."""


@dataclass(frozen=True)
class Forces:
    """Energy of a system, and force and torque on each whole body.

    Attributes
    ----------
    energy : float
        Potential energy without the bodies' own pairs, kJ/mol.
    forces : ndarray, shape (N, 3)
        kJ/mol/nm.
    torques : ndarray, shape (N, 3)
        About the centres, in the laboratory frame, kJ/mol.
    """

    energy: float
    forces: FloatArray
    torques: FloatArray


@dataclass(frozen=True)
class Kicks:
    """Force and torque on each body in the last step, including those of the bath.

    Attributes are those of :class:`Forces`.
    """

    forces: FloatArray
    torques: FloatArray


@dataclass(frozen=True)
class EngineStatus:
    """Availability of an engine on this machine.

    Attributes
    ----------
    name : str
        Name of the engine.
    installed : bool
        Whether it imports and may be used.
    version : str
        Its version, or an empty string.
    devices : list of str
        ``cpu``, and ``gpu`` if one can be used.
    advice : str
        How to install missing parts; empty if nothing is missing.
    gpu_build : bool
        Whether it was built for GPUs, usable ones or not.
    component : dict or None
        ``version`` (None if it cannot be used), ``hoomd`` and ``advice`` of the compiled component
        for HOOMD-blue; None for other engines.
    """

    name: str
    installed: bool
    version: str = ""
    devices: list[str] = field(default_factory=list)
    advice: str = ""
    gpu_build: bool = False
    component: dict[str, Any] | None = None


class Simulation(Protocol):
    """A running simulation."""

    @property
    def step(self) -> int:
        """Number of steps done, including those before a restart."""

    def advance(self, steps: int) -> None:
        """Integrate `steps` steps; raise ArithmeticError after a numerical failure."""

    def system(self) -> System:
        """Return the present state, including velocities and angular momenta."""

    def potential_energy(self) -> float:
        """Potential energy without the bodies' own pairs, kJ/mol."""

    def forces(self) -> Forces:
        """Energy, forces and torques now."""

    def kicks(self) -> Kicks:
        """Return force and torque on each body in the last step, without recomputing forces."""

    def close(self) -> None:
        """Release the resources of the engine."""


class Engine(ABC):
    """An adapter of one engine. See ``docs/add_an_engine.md``."""

    name: str
    """Name of the engine, and of its functions for pair terms and fields."""
    package: str
    """Python package that must be installed."""
    capabilities: Capabilities
    """Capabilities of the engine."""
    calls_matter = False
    """Whether the exact result depends on how the steps are divided into calls of advance."""
    neighbour_lists: tuple[str, ...] = ("cell",)
    """Kinds of neighbour lists; the fastest one is chosen by measurement. The last one is used to
    compute the forces of a single state."""
    simulation: Callable[..., Simulation]
    """Class of running simulations; it takes the arguments of :meth:`start` in their order."""

    @classmethod
    @abstractmethod
    def status(cls) -> EngineStatus:
        """Return whether the engine can be used here."""

    @classmethod
    def gpus(cls) -> list[str]:
        """Return the GPUs that the engine can use here, one line ``[number] name ...`` each."""
        return []

    @classmethod
    def has(cls, kind: Kind, name: str) -> bool:
        """Whether the engine has a pair term (``terms``) or field (``fields``) of this name."""
        return functions(cls.name, kind).find(name) is not None

    @classmethod
    def objection(cls, setup: Setup) -> str:
        """Return what the engine lacks for a setup besides :attr:`capabilities`; else empty."""
        del setup
        return ""

    @abstractmethod
    def version(self) -> str:
        """Version of the engine."""

    def start(
        self,
        system: System,
        bath: Bath,
        time_step: float,
        mesh: Coulomb | None,
        *,
        seed: int,
        device: Device,
        first_step: int = 0,
    ) -> Simulation:
        """Set up a simulation.

        Parameters
        ----------
        system : System
            Initial state; bodies are at rest if it has no velocities.
        bath : Bath
            Temperature and friction.
        time_step : float
            ps.
        mesh : Mesh, CoulombCutoff or None
            How the Coulomb interaction is computed; None if no body is charged.
        seed : int
            Seed of the random forces of the bath.
        device : Device
            Device to run on.
        first_step : int
            Number of steps done before.

        Raises
        ------
        JanusError
            If the engine does not accept the system or the bath.
        """
        return self.simulation(system, bath, time_step, mesh, seed, device, first_step)

    def component_version(self) -> str | None:
        """Version of a compiled component of janus-md for this engine; None if there is none."""
        return None

    def uses_component(self, system: System, device: Device) -> bool:
        """Whether the component computes this system."""
        del system, device
        return False

    def without_component(self) -> Engine:
        """Return an adapter that does not use the component."""
        return self

    def longest_cutoff(self, system: System) -> float:
        """Longest cutoff that the engine takes in this box, nm."""
        return longest_cutoff(system, SKIN)

    def cutoff(self, reach: float, system: System, device: Device) -> CoulombCutoff:
        """Return a cutoff with the range `reach` (nm); what it limits depends on the engine."""
        del system, device
        return CoulombCutoff(reach)

    def usable(self, system: System, mesh: Mesh) -> Mesh:
        """Return `mesh`, or the next finer one that the engine can use here."""
        return mesh

    def tight_mesh(self, system: System) -> Mesh:
        """Return a mesh that serves as reference."""
        return self.usable(system, tight_mesh(system, SKIN, longest=self.longest_cutoff(system)))

    def energies_and_forces(
        self, system: System, mesh: Coulomb | None = None, device: Device = CPU
    ) -> Forces:
        """Energy, forces and torques of `system`; without `mesh`, a tight mesh is used."""
        if mesh is None and charge_square_sum(system)[1] > 0:
            mesh = self.tight_mesh(system)
        kinds = len(system.bodies)
        still = Bath(0.0, "nve", np.zeros(kinds), np.zeros((kinds, 3)))
        simulation = self.start(system, still, 1e-3, mesh, seed=1, device=device)
        try:
            return simulation.forces()
        finally:
            simulation.close()
