"""An engine around another one."""

from __future__ import annotations

from typing import Any

from janus_md.engines.base import Device, Engine, EngineStatus, Simulation
from janus_md.engines.mesh import Mesh
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.system import System


class Wrapper(Engine):
    """An engine that delegates to another one, except for methods overridden in a subclass."""

    def __init__(self, engine: Engine) -> None:
        self.name, self.engine = engine.name, engine
        self.capabilities = engine.capabilities
        self.calls_matter, self.neighbour_lists = engine.calls_matter, engine.neighbour_lists

    @classmethod
    def status(cls) -> EngineStatus:
        """Delegate to the other engine."""
        raise NotImplementedError

    def version(self) -> str:
        """Version of the engine."""
        return self.engine.version()

    def simulation(self, *arguments: Any) -> Simulation:
        """Make a running simulation."""
        return self.engine.simulation(*arguments)

    def component_version(self) -> str | None:
        """Version of the component of the engine."""
        return self.engine.component_version()

    def uses_component(self, system: System, device: Device) -> bool:
        """Whether the component computes this system."""
        return self.engine.uses_component(system, device)

    def longest_cutoff(self, system: System) -> float:
        """Longest cutoff that the engine takes in this box, nm."""
        return self.engine.longest_cutoff(system)

    def cutoff(self, reach: float, system: System, device: Device) -> CoulombCutoff:
        """Return a cutoff of the Coulomb interaction as the engine does it."""
        return self.engine.cutoff(reach, system, device)

    def usable(self, system: System, mesh: Mesh) -> Mesh:
        """Return `mesh`, or the next finer one that the engine can use here."""
        return self.engine.usable(system, mesh)
