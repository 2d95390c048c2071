"""What every engine offers. An adapter translates; it holds no physics of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from janus_md.engines.capabilities import Capabilities, Kind, functions
from janus_md.engines.mesh import Mesh, charge_square_sum, longest_cutoff, tight_mesh
from janus_md.model.body import FloatArray
from janus_md.model.dynamics import Bath
from janus_md.model.setup import Setup
from janus_md.model.system import System


@dataclass(frozen=True)
class Device:
    """Where an engine runs.

    Attributes
    ----------
    kind : str
        ``cpu`` or ``gpu``.
    threads : int
        OpenMP threads, where the engine has them.
    gpu_id : int
        Which GPU.
    """

    kind: str = "cpu"
    threads: int = 1
    gpu_id: int = 0


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
    """What pushed each body in the last step, the bath's share included.

    Attributes
    ----------
    forces : ndarray, shape (N, 3)
        kJ/mol/nm.
    torques : ndarray, shape (N, 3)
        About the centres, in the laboratory frame, kJ/mol.
    """

    forces: FloatArray
    torques: FloatArray


@dataclass(frozen=True)
class EngineStatus:
    """Whether an engine can be used here.

    Attributes
    ----------
    name : str
        Name of the engine.
    installed : bool
        Whether it imports and may be used.
    version : str
        Its version, or an empty string.
    devices : list of str
        ``cpu``, and ``gpu`` where one can be used.
    advice : str
        What to do about what is missing; empty where nothing is.
    """

    name: str
    installed: bool
    version: str = ""
    devices: list[str] = field(default_factory=list)
    advice: str = ""


class Simulation(Protocol):
    """A running simulation."""

    @property
    def step(self) -> int:
        """Steps done, those before a restart included."""

    def advance(self, steps: int) -> None:
        """Integrate `steps` steps; ArithmeticError where the engine gives up on the numbers."""

    def system(self) -> System:
        """Return the present state, velocities and angular momenta included."""

    def potential_energy(self) -> float:
        """Potential energy without the bodies' own pairs, kJ/mol."""

    def forces(self) -> Forces:
        """Energy, forces and torques now."""

    def kicks(self) -> Kicks:
        """Return what pushed each body in the last step, without computing any force again."""

    def close(self) -> None:
        """Free what the engine holds."""


class Engine(ABC):
    """An adapter of one engine. See ``docs/add_an_engine.md``."""

    name: str
    """Name of the engine, and of its functions for pair terms and fields."""
    package: str
    """Python package that must be installed."""
    capabilities: Capabilities
    """What it can do."""
    calls_matter = False
    """Whether the bits of a run depend on how its steps are shared out among calls of advance."""
    simulation: Callable[..., Simulation]
    """Makes a running simulation of the arguments of :meth:`start`, in their order."""

    @classmethod
    @abstractmethod
    def status(cls) -> EngineStatus:
        """Tell whether the engine can be used here."""

    @classmethod
    def gpus(cls) -> list[str]:
        """Return the GPUs that the engine can use here, a line ``[number] name ...`` each."""
        return []

    @classmethod
    def has(cls, kind: Kind, name: str) -> bool:
        """Whether the engine has a pair term (``terms``) or field (``fields``) of this name."""
        return functions(cls.name, kind).find(name) is not None

    @classmethod
    def objection(cls, setup: Setup) -> str:
        """Say what else than :attr:`capabilities` the engine lacks for a setup; else empty."""
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
        mesh: Mesh | None,
        *,
        seed: int,
        device: Device,
        first_step: int = 0,
    ) -> Simulation:
        """Set up a simulation.

        Parameters
        ----------
        system : System
            State to begin with; bodies rest where it has no velocities.
        bath : Bath
            Temperature and friction.
        time_step : float
            ps.
        mesh : Mesh or None
            None where no body carries charge.
        seed : int
            Of the bath's noise.
        device : Device
            Where to run.
        first_step : int
            Steps done before.

        Raises
        ------
        JanusError
            Where the engine refuses the system or the bath.
        """
        return self.simulation(system, bath, time_step, mesh, seed, device, first_step)

    def longest_cutoff(self, system: System) -> float:
        """Longest cutoff that the engine takes in this box, nm."""
        return longest_cutoff(system, SKIN)

    def usable(self, system: System, mesh: Mesh) -> Mesh:
        """Return `mesh`, or the next finer one that the engine can use here."""
        return mesh

    def tight_mesh(self, system: System) -> Mesh:
        """Return a mesh that serves as reference."""
        return self.usable(system, tight_mesh(system, SKIN, longest=self.longest_cutoff(system)))

    def energies_and_forces(
        self, system: System, mesh: Mesh | None = None, device: Device = CPU
    ) -> Forces:
        """Energy, forces and torques of `system` as it stands; without `mesh`, on a tight one."""
        if mesh is None and charge_square_sum(system)[1] > 0:
            mesh = self.tight_mesh(system)
        kinds = len(system.bodies)
        still = Bath(0.0, "nve", np.zeros(kinds), np.zeros((kinds, 3)))
        simulation = self.start(system, still, 1e-3, mesh, seed=1, device=device)
        try:
            return simulation.forces()
        finally:
            simulation.close()


class Wrapper(Engine):
    """An engine that leaves all to another one, but for what a subclass does itself."""

    def __init__(self, engine: Engine) -> None:
        self.name, self.engine = engine.name, engine
        self.capabilities = engine.capabilities

    @classmethod
    def status(cls) -> EngineStatus:
        """Ask the engine itself."""
        raise NotImplementedError

    def version(self) -> str:
        """Version of the engine."""
        return self.engine.version()

    def simulation(self, *arguments: Any) -> Simulation:
        """Make a running simulation."""
        return self.engine.simulation(*arguments)

    def longest_cutoff(self, system: System) -> float:
        """Longest cutoff that the engine takes in this box, nm."""
        return self.engine.longest_cutoff(system)

    def usable(self, system: System, mesh: Mesh) -> Mesh:
        """Return `mesh`, or the next finer one that the engine can use here."""
        return self.engine.usable(system, mesh)
