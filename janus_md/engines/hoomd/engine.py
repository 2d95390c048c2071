"""HOOMD-blue as an engine: CPU, GPU, ranks. Uses only API common to versions 4.8 and 7.2."""

from __future__ import annotations

import gc
import importlib.util
import os
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.common.interrupts import signals_kept
from janus_md.engines import ranks
from janus_md.engines.base import CPU, SKIN, Device, Engine, EngineStatus, Forces, Kicks
from janus_md.engines.capabilities import Capabilities
from janus_md.engines.hoomd import component
from janus_md.engines.hoomd import input as objects
from janus_md.engines.hoomd.cutoff import one_charge_per_type
from janus_md.engines.hoomd.domains import grid, longest_cutoff_in, usable_mesh
from janus_md.engines.mesh import MIN_CUTOFF, Coulomb, Mesh
from janus_md.engines.sites import charged_types, lay_out, type_names
from janus_md.engines.skin import best_skin
from janus_md.model.dynamics import Bath
from janus_md.model.environment import field_energy
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.system import System

REFUSED = {"6.1.0": "it writes empty trajectories"}
"""Versions that cannot be used, with reasons."""

_INSTALL = "install HOOMD-blue from conda-forge (conda env create -f environment.yml)"


def _library() -> Any:
    """Import HOOMD-blue without changing signal handlers."""
    with signals_kept():
        import hoomd
        import hoomd.md
    return hoomd


class HoomdSimulation:
    """One ``hoomd.Simulation``; bodies with constituents are under ``md.constrain.Rigid``."""

    def __init__(
        self,
        by_component: bool,
        system: System,
        bath: Bath,
        time_step: float,
        mesh: Coulomb | None,
        seed: int,
        device: Device,
        first_step: int,
    ) -> None:
        import hoomd

        self._start = system
        # the system as HOOMD-blue gets it
        self._reduced = _given(system, mesh, by_component)
        # PPPM prints a warning for every mesh that is not tight; the error of ours is measured.
        quiet: dict[str, Any] = {"notice_level": 0}
        if not hoomd.version.mpi_enabled:  # an MPI build removes the file, as root even a device
            quiet["message_filename"] = os.devnull
        if device.kind == "gpu":
            # Each rank on a machine takes the next GPU; often only one is visible to it.
            gpu = (device.gpu_id + ranks.local_rank()) % max(1, len(HoomdEngine.gpus()))
            where = hoomd.device.GPU(gpu_id=gpu, **quiet)
        else:
            where = hoomd.device.CPU(**quiet)
        # HOOMD's counter-based generators take 16 bits of seed.
        self._simulation = hoomd.Simulation(device=where, seed=seed % 65536)
        self._simulation.timestep = first_step
        objects.sort_from(self._simulation, system.n_bodies)
        self._simulation.create_state_from_snapshot(
            objects.snapshot(self._reduced, lay_out(self._reduced), where),
            domain_decomposition=grid(system, ranks.size()),
        )
        try:
            skin = SKIN  # for which domains of ranks have room
            if ranks.size() == 1:
                reach = component.reach_of_bodies if by_component else objects.reach_of_sites
                skin = best_skin(system, reach(system, mesh), time_step)
            neighbours = objects.neighbour_list(device.neighbour_list, skin)
            if by_component:
                self._forces = component.pair_forces(system, mesh, neighbours)
            else:
                self._forces = objects.forces(self._reduced, mesh, neighbours)
            self._fields = objects.fields(self._reduced)
            integrator = hoomd.md.Integrator(
                dt=time_step,
                integrate_rotational_dof=True,
                rigid=objects.rigid(self._reduced),
                forces=[*self._forces, *self._fields],
                methods=[objects.method(self._reduced, bath)],
            )
            self._simulation.operations.integrator = integrator
            self._simulation.run(0)
            if isinstance(mesh, Mesh) and not by_component:
                self._spare_neutral_pairs(system)
        except (RuntimeError, ValueError) as error:
            raise JanusError(f"HOOMD-blue refused the system: {error}") from error

    @property
    def step(self) -> int:
        """Number of steps done, including those before a restart."""
        return int(self._simulation.timestep)

    def advance(self, steps: int) -> None:
        """Integrate `steps` steps; raise ArithmeticError if HOOMD reports a numerical failure."""
        try:
            self._simulation.run(steps)
        except RuntimeError as error:
            first = str(error).strip().splitlines()[0]
            raise ArithmeticError(f"HOOMD-blue stopped ({first})") from error

    def potential_energy(self) -> float:
        """Potential energy without pairs inside a body, with that in fields, kJ/mol."""
        outside = field_energy(self.system()) if self._fields else 0.0
        return float(sum(force.energy for force in self._forces)) + outside

    def forces(self) -> Forces:
        """Present energy, forces and torques, without those of the bath."""
        self._simulation.run(0)
        # With several ranks, the first one has all forces.
        every = (*self._forces, *self._fields)
        found = [(force.forces, force.torques) for force in every]
        on_sites, twists = ranks.broadcast(
            np.sum(found, axis=0) if ranks.rank() == 0 else (np.empty(0), np.empty(0))
        )
        laid_out = lay_out(replace(self.system(), bodies=self._reduced.bodies))
        n = self._start.n_bodies
        centres = laid_out.positions[:n][laid_out.bodies]
        moments = np.cross(laid_out.positions - centres, on_sites)
        forces, torques = np.zeros((n, 3)), np.zeros((n, 3))
        np.add.at(forces, laid_out.bodies, on_sites)
        np.add.at(torques, laid_out.bodies, moments + twists)
        return Forces(self.potential_energy(), forces, torques)

    def kicks(self) -> Kicks:
        """Return force and torque on each body in the last step, including those of the bath."""
        pushed = ranks.gather(objects.kicks_of(self._simulation.state, self._start.n_bodies))
        pushed = pushed[np.argsort(pushed[:, 0])]
        mass = np.array([body.mass for body in self._start.bodies])[self._start.kinds]
        return Kicks(mass[:, None] * pushed[:, 1:4], pushed[:, 4:])

    def system(self) -> System:
        """Return the present state."""
        snapshot = self._simulation.state.get_snapshot()
        state = ranks.broadcast(objects.state_of(snapshot, self._start.n_bodies))
        return replace(self._start, **state)

    def close(self) -> None:
        """Release the resources of HOOMD."""
        self._simulation.operations.integrator = None
        del self._simulation
        if ranks.size() > 1:  # deletion communicates, so all ranks must do it now
            gc.collect()

    def _spare_neutral_pairs(self, system: System) -> None:
        """Exclude pairs of uncharged types from the real-space sum, for speed."""
        charged, names = charged_types(system), type_names(system)
        ewald = self._forces[-2]
        for k, a in enumerate(names):
            for b in names[k:]:
                if not {a, b} <= charged:
                    ewald.r_cut[(a, b)] = 0.0


class HoomdEngine(Engine):
    """Adapter of HOOMD-blue."""

    name = "hoomd"
    package = "hoomd"
    capabilities = Capabilities(
        methods=("langevin", "brownian", "nve"),
        devices=("cpu", "gpu"),
        ranks=True,
        cutoff=True,
    )
    calls_matter = True  # each run() recomputes the torques, without those of the bath
    neighbour_lists = objects.NEIGHBOUR_LISTS

    def __init__(self, component_on: tuple[str, ...] = ("cpu",)) -> None:
        """`component_on`: kinds of devices on which the component is used."""
        _library()
        self._component_on = component_on

    def simulation(self, *arguments: Any) -> HoomdSimulation:
        """Make a running simulation, with the component where it can be used."""
        system, mesh, device = arguments[0], arguments[3], arguments[5]
        if isinstance(mesh, CoulombCutoff):
            used = mesh.between == "bodies"
            if used and mesh != self.cutoff(mesh.range, system, device):
                raise JanusError(
                    "a cutoff of the Coulomb interaction between bodies needs the component of "
                    "HOOMD-blue, which cannot be used here; see janus-md doctor"
                )
        else:
            used = mesh is None or mesh.cutoff <= component.longest_mesh_cutoff(system)
            used = used and self.uses_component(system, device)
        return HoomdSimulation(used, *arguments)

    def cutoff(self, reach: float, system: System, device: Device) -> CoulombCutoff:
        """Return a cutoff between bodies with the component, else one between sites."""
        whole = self.uses_component(system, device) and component.computes_charges(system)
        return CoulombCutoff(reach, "bodies" if whole else "sites")

    def component_version(self) -> str | None:
        """Version of the compiled component, if it is installed and fits HOOMD-blue."""
        return component.installed().version

    def uses_component(self, system: System, device: Device) -> bool:
        """Whether the component computes the terms of a system.

        It does so on one CPU core; it has not been tested on GPUs and ranks.
        """
        here = device.kind in self._component_on and ranks.size() == 1
        return here and component.can(system) and self.component_version() is not None

    def without_component(self) -> HoomdEngine:
        """Return an adapter that uses only HOOMD-blue itself."""
        return HoomdEngine(component_on=())

    def with_component_on_gpu(self) -> HoomdEngine:
        """Return an adapter that uses the component on a GPU too, for measurements."""
        return HoomdEngine(component_on=("cpu", "gpu"))

    @classmethod
    def status(cls) -> EngineStatus:
        """Return whether HOOMD-blue can be used here."""
        if importlib.util.find_spec("hoomd") is None:
            return EngineStatus("hoomd", False, advice=_INSTALL)
        try:
            hoomd = _library()
        except ImportError as error:
            return EngineStatus(
                "hoomd", False, advice=f"HOOMD-blue does not load ({error}); {_INSTALL}"
            )
        version = hoomd.version.version
        if version in REFUSED:
            return EngineStatus(
                "hoomd",
                False,
                version,
                advice=f"HOOMD-blue {version}: {REFUSED[version]}; {_INSTALL}",
            )
        if ranks.size() > 1 and not hoomd.version.mpi_enabled:
            return EngineStatus("hoomd", False, version, advice="this build has no MPI for ranks")
        devices = ["cpu"]
        advice = ""
        if not hoomd.version.gpu_enabled:
            advice = "this build has no GPU support; conda-forge's *gpu* builds have"
        elif cls.gpus():
            devices.append("gpu")
        else:
            advice = "no usable GPU: " + "; ".join(
                hoomd.device.GPU.get_unavailable_device_reasons()[:1]
            )
        built, part = bool(hoomd.version.gpu_enabled), component.installed()
        return EngineStatus("hoomd", True, version, devices, advice, built, asdict(part))

    @classmethod
    def gpus(cls) -> list[str]:
        """Return the description by HOOMD-blue of each usable GPU: ``[number] name ...``."""
        import hoomd

        return hoomd.device.GPU.get_available_devices() if hoomd.version.gpu_enabled else []

    def version(self) -> str:
        """Version of HOOMD-blue."""
        return str(_library().version.version)

    def longest_cutoff(self, system: System) -> float:
        """Longest cutoff allowed by the box or, with several ranks, by its domains, nm."""
        count = ranks.size()
        if count > 1:
            return longest_cutoff_in(system, count)
        if self.uses_component(system, CPU):
            shorter = component.longest_mesh_cutoff(system)
            if shorter >= MIN_CUTOFF:
                return shorter
        return super().longest_cutoff(system)

    def usable(self, system: System, mesh: Mesh) -> Mesh:
        """Return `mesh`; on ranks, the next finer one whose sides are powers of two."""
        return mesh if ranks.size() == 1 else usable_mesh(system, mesh, ranks.size())


def _given(system: System, mesh: Coulomb | None, by_component: bool) -> System:
    """Return a system with the constituents that HOOMD-blue gets."""
    if isinstance(mesh, CoulombCutoff):
        if by_component:
            return component.without_constituents(system)
        return one_charge_per_type(system)
    return component.with_charges_alone(system) if by_component else system
