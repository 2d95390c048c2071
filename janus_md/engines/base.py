"""What every engine offers. An adapter translates; it holds no physics of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from janus_md.bodies import FloatArray
from janus_md.mesh import Mesh
from janus_md.system import Bath, System


@dataclass(frozen=True)
class Device:
    """Where an engine runs.

    Attributes
    ----------
    kind : str
        ``cpu`` or ``gpu``.
    threads : int
        OpenMP threads (LAMMPS on a CPU).
    gpu_id : int
        Which GPU.
    """

    kind: str = "cpu"
    threads: int = 1
    gpu_id: int = 0


CPU = Device()
"""One core."""


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
class EngineStatus:
    """Whether an engine can be used here.

    Attributes
    ----------
    name : str
        ``hoomd`` or ``lammps``.
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
        """Integrate `steps` steps."""

    def system(self) -> System:
        """Return the present state, velocities and angular momenta included."""

    def potential_energy(self) -> float:
        """Potential energy at the present step, kJ/mol."""

    def close(self) -> None:
        """Free what the engine holds."""


class Engine(Protocol):
    """An adapter of one engine."""

    name: str

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
        """Set up a simulation of `system`, which must carry velocities and angular momenta."""

    def energies_and_forces(
        self, system: System, mesh: Mesh | None, device: Device = CPU
    ) -> Forces:
        """Energy, forces and torques of `system` as it stands."""
