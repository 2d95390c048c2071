"""Input of LAMMPS: commands, and the table of rigid bodies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import rowan

from janus_md.common.errors import JanusError
from janus_md.engines.capabilities import function
from janus_md.engines.lammps.neighbours import neighbours
from janus_md.engines.lammps.styles import words
from janus_md.engines.lammps.words import line
from janus_md.engines.mesh import SLAB_FACTOR, Coulomb, Mesh, reach
from janus_md.engines.sites import Particles, charged_types
from janus_md.engines.skin import best_skin
from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.box import lattice_vectors
from janus_md.model.dynamics import Bath
from janus_md.model.environment import FIELDS
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.interactions.table import layers
from janus_md.model.system import System
from janus_md.model.units import charge_scale

_TABLE_BITS = 13
_LEAST_CHARGE = 1e-100  # sites with less count as neutral
_TABLED_RANGE = 8.0  # ratio of the cutoff to the smallest distance in the table


def box(system: System, n_types: int) -> str:
    """Commands that create the box, centred on the origin."""
    (lx, _, _), (xy, ly, _), (xz, yz, lz) = lattice_vectors(system.box).tolist()
    low = (-0.5 * (lx + xy + xz), -0.5 * (ly + yz), -0.5 * lz)
    sides = [x for a, b in zip(low, (lx, ly, lz), strict=True) for x in (a, a + b)]
    electrostatics = system.interactions.electrostatics
    slab = electrostatics is not None and electrostatics.slab
    region = ["prism", *sides, xy, xz, yz] if xy or xz or yz else ["block", *sides]
    return "\n".join(
        [
            "units lj",
            f"atom_style hybrid sphere{' dipole' * is_directed(system)} charge molecular",
            "atom_modify map array",
            "boundary p p f" if slab else "",
            line("region box", *region),
            line("create_box", n_types, "box"),
        ]
    )


def interactions(
    system: System, particles: Particles, mesh: Coulomb | None, time_step: float
) -> str:
    """Commands of the pair table, the mesh and the neighbour lists."""
    number = {name: k + 1 for k, name in enumerate(particles.type_names)}
    pairs = system.interactions.pairs
    found = [
        style
        for form, rows_of_form in layers(pairs)
        for style in function("lammps", "terms", form)(rows_of_form)
    ]
    styles, coefficients = words(found, number)
    rows = ["pair_coeff * * none", *coefficients]
    ranges = _ranges(system, particles, mesh)
    longest = max(ranges)
    skin = best_skin(system, longest, time_step)
    charges: list[str] = []
    if mesh is not None:
        style = "coul/long" if isinstance(mesh, Mesh) else "coul/msm"
        styles += [style, reach(mesh)]
        charged = sorted(number[t] for t in charged_types(system))
        rows += [line("pair_coeff", i, j, style) for i in charged for j in charged if i <= j]
        charges = _mesh(system, mesh) if isinstance(mesh, Mesh) else _cutoff(mesh)
    if pairs:
        rows.append("pair_modify shift yes")
    rows += charges
    # Neighbours of one particle: three times the mean number, at least the default of LAMMPS.
    density = len(particles.types) / system.volume
    one = max(2000, int(3.0 * density * 4.19 * (longest + skin) ** 3))
    extent = 2.0 * max(body.reach for body in system.bodies)
    return "\n".join(
        [
            line("comm_modify cutoff", max(longest, extent) + skin),
            *([line("pair_style hybrid/overlay", *styles), *rows] if styles else []),
            *neighbours(ranges, system.volume, len(particles.types), skin),
            line("neigh_modify exclude molecule/intra all one", one, "page", 20 * one),
            "neigh_modify every 1 delay 0 check yes",
        ]
    )


def _ranges(system: System, particles: Particles, mesh: Coulomb | None) -> list[float]:
    """Longest cutoff of each type, nm, in the order of the types; 0 if it does not interact."""
    found = dict.fromkeys(particles.type_names, 0.0)
    for pair, rows in system.interactions.pairs.items():
        for name in set(pair) & set(found):
            found[name] = max(found[name], *(row.cutoff for row in rows))
    if mesh is not None:
        for name in charged_types(system):
            found[name] = max(found[name], reach(mesh))
    return list(found.values())


def _mesh(system: System, mesh: Mesh) -> list[str]:
    """Commands of a mesh."""
    electrostatics = system.interactions.electrostatics
    settings = ("order", mesh.order, "gewald", mesh.splitting)
    slab = electrostatics is not None and electrostatics.slab
    return [
        coulomb_table(mesh),
        # It skips particles without a charge. The accuracy is not used, as all parameters are set.
        line("kspace_style pppm/cg", 1.0e-4, _LEAST_CHARGE),
        line("kspace_modify mesh", *mesh.resolution, *settings),
        *([line("kspace_modify slab", SLAB_FACTOR)] if slab else []),
    ]


def _cutoff(cutoff: CoulombCutoff) -> list[str]:
    """Commands of a cutoff of the Coulomb interaction.

    The short-range part of MSM of order 4 is this function, and the style ``zero`` has no
    long-range part. No table is used: the function is a polynomial, as fast as a table.

    Raises
    ------
    JanusError
        If the distance of centres is cut off, which LAMMPS cannot do.
    """
    if cutoff.between != "sites":
        raise JanusError("LAMMPS cuts off the Coulomb interaction only by the distance of sites")
    return ["pair_modify table 0", "kspace_style zero 1.0e-4", "kspace_modify order 4"]


def coulomb_table(mesh: Mesh) -> str:
    """Command that adapts the table of the real-space Coulomb forces to the cutoff.

    LAMMPS uses a table for pairs beyond ``tabinner``. Its default, sqrt(2), is meant in angstroms;
    a shorter cutoff gives an invalid table. The few closer pairs use a formula with a relative
    error of 5e-7. A table of 2^13 entries has a relative error of 4e-7. With fewer entries the
    error of the table dominates; with more, the table no longer fits the cache.
    """
    return line("pair_modify table", _TABLE_BITS, "tabinner", mesh.cutoff / _TABLED_RANGE)


def bath(system: System, bath: Bath, seed: int) -> tuple[str, str]:
    """Return the command that precedes fix rigid, and the keyword of fix rigid.

    Raises
    ------
    JanusError
        If LAMMPS does not support the bath.
    """
    if bath.method == "nve":
        return "", ""
    if objection := bath_objection(system.bodies, bath):
        raise JanusError(objection)
    if is_isotropic(bath):
        before = line("group centres type <=", len(system.bodies))
        noise = line("fix bath centres langevin", bath.kT, bath.kT, 1.0, seed, "omega yes")
        return f"{before}\n{noise}", ""
    mass = system.bodies[0].mass
    return "", line("langevin", bath.kT, bath.kT, 1.0 / (bath.gamma[0] / mass), seed)


def bath_objection(bodies: Sequence[RigidBody], bath: Bath) -> str:
    """Return which equations of motion LAMMPS lacks for these bodies; empty if none."""
    if bath.method == "nve":
        return ""
    if bath.method != "langevin":
        return (
            f"protocol.name: {bath.method!r} of rigid bodies is not in LAMMPS; "
            "use langevin or nve, or the engine hoomd"
        )
    if is_isotropic(bath):
        # Noise about an axis without inertia would accumulate there: bodies would precess.
        for body in bodies:
            if not body.inertia.all():
                return (
                    f"body {body.name}: LAMMPS has no friction about two axes for a body without "
                    "inertia about the third; use the engine hoomd"
                )
        return ""
    inertia = np.array([body.inertia for body in bodies])
    mass = np.array([body.mass for body in bodies])
    turning = np.full_like(inertia, bath.gamma[0] / mass[0])  # an axis without inertia: any rate
    np.divide(bath.gamma_r, inertia, out=turning, where=inertia > 0)
    rates = np.column_stack([bath.gamma / mass, turning])
    if np.ptp(rates) > 1e-9 * rates.max():
        return (
            "LAMMPS has rotational friction that differs between the axes only where it damps "
            "all motions in the same time; use the engine hoomd"
        )
    return ""


def point_objection(bodies: Sequence[RigidBody]) -> str:
    """Return which of these bodies LAMMPS refuses as a single particle; empty if none."""
    for body in bodies:
        if not body.positions.any():
            return (
                f"body {body.name}: LAMMPS has no rigid bodies whose sites are all at one point; "
                "add a site without volume (diameter 0) off the centre, or use the engine hoomd"
            )
    return ""


def fields(system: System) -> list[str]:
    """Commands of the external fields.

    They must precede fix rigid; otherwise it ignores their forces in the first step.
    """
    found: list[str] = []
    for field in system.environment:
        found += function("lammps", "fields", field.name)(system, field.parameters)
    return found


def is_directed(system: System) -> bool:
    """Whether central particles need a dipole that points along the axis of their body."""
    return any(FIELDS.get(field.name).directed for field in system.environment)


def is_isotropic(bath: Bath) -> bool:
    """Whether rotational friction is the same about all axes of every kind."""
    return bool(np.all(np.ptp(bath.gamma_r, axis=1) <= 1e-9 * bath.gamma_r.max(axis=1)))


def friction_radius(bath: Bath) -> FloatArray:
    """Radius at which ``fix langevin omega yes`` gives both frictions of each kind, shape (K,).

    It damps rotation with 4/3 R^2 gamma, the ratio of the two Stokes laws.
    """
    return np.asarray(np.sqrt(0.75 * bath.gamma_r[:, 0] / bath.gamma))


def body_table(system: System) -> FloatArray:
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
            xx, yy, zz, xy, xz, yz, velocities, momenta, np.zeros((system.n_bodies, 3)),
        ]
    )  # fmt: skip


def own_pairs(system: System, mesh: Coulomb | None) -> float:
    """Mesh energy of the charge pairs within each body, kJ/mol; constant, as bodies are rigid.

    LAMMPS excludes these pairs only from the real-space sum; the reciprocal sum contains
    ``q_i q_j erf(alpha r) / r`` for each.
    """
    if not isinstance(mesh, Mesh) or system.interactions.electrostatics is None:
        return 0.0
    from scipy.special import erf

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
