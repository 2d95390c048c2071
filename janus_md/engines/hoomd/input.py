"""Input of HOOMD-blue: snapshot, rigid bodies, forces, equations of motion."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import rowan

from janus_md.engines.capabilities import function
from janus_md.engines.hoomd.cutoff import tabulated
from janus_md.engines.mesh import Coulomb, Mesh, reach
from janus_md.engines.sites import Particles, type_names
from janus_md.model.body import FloatArray
from janus_md.model.box import lattice_vectors, wrap
from janus_md.model.dynamics import Bath
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.interactions.table import layers
from janus_md.model.rotations import multiply
from janus_md.model.system import System

NEIGHBOUR_LISTS = ("cell", "tree")
"""Kinds of neighbour lists. A cell list visits all sites within the longest cutoff, that of the
charges. A tree list visits only those within the cutoff of their types, and is therefore faster for
bodies with many uncharged beads."""


def snapshot(system: System, particles: Particles, device: Any) -> Any:
    """Snapshot of centres and constituents, used for both start and restart."""
    import hoomd

    snapshot = hoomd.Snapshot(device.communicator)
    if snapshot.communicator.rank != 0:
        return snapshot
    n, total = system.n_bodies, len(particles.types)
    snapshot.configuration.box = system.box
    data = snapshot.particles
    data.types = list(particles.type_names)
    data.N = total
    positions, images = wrap(particles.positions, lattice_vectors(system.box))
    data.position[:] = positions
    data.image[:] = images + system.images[particles.bodies]
    data.typeid[:] = particles.types
    data.charge[:] = particles.charges
    lone = np.array([not body.types for body in system.bodies])[system.kinds]
    data.body[:] = np.where(lone, -1, np.arange(n))[particles.bodies]
    data.orientation[:] = system.orientations[particles.bodies]
    mass = np.array([body.mass for body in system.bodies])
    inertia = np.array([body.inertia for body in system.bodies])
    data.mass[:n] = mass[system.kinds]
    data.moment_inertia[:n] = inertia[system.kinds]
    if system.velocities is not None and system.angular_momenta is not None:
        data.velocity[:n] = system.velocities
        pure = np.column_stack([np.zeros(n), system.angular_momenta])
        data.angmom[:n] = 2.0 * multiply(system.orientations, pure)
    return snapshot


def state_of(snapshot: Any, n: int) -> dict[str, Any]:
    """State of the bodies in `snapshot`, whose particles are only on the first rank."""
    if snapshot.communicator.rank != 0:
        return {}
    particles = snapshot.particles
    orientations = np.asarray(particles.orientation[:n], float)
    # HOOMD stores the conjugate quaternion momentum p = 2 q L, with L in the body frame.
    momenta = multiply(rowan.conjugate(orientations), particles.angmom[:n])
    return {
        "positions": np.array(particles.position[:n], float),
        "images": np.array(particles.image[:n], np.int32),
        "orientations": orientations,
        "velocities": np.array(particles.velocity[:n], float),
        "angular_momenta": 0.5 * momenta[:, 1:],
    }


def kicks_of(state: Any, n: int) -> FloatArray:
    """Return the rows tag, acceleration and net torque of the bodies on this rank, shape (M, 7).

    Both include the Langevin contribution, which HOOMD adds to the net torque.
    """
    with state.cpu_local_snapshot as local:
        here = local.particles
        tags = np.array(here.tag, float)
        rows = np.column_stack([tags, here.acceleration, np.asarray(here.net_torque)[:, :3]])
    return np.asarray(rows[tags < n], float)


def rigid(system: System) -> Any:
    """Return the constraint that fixes constituents within bodies; None without constituents."""
    import hoomd

    composed = [body for body in system.bodies if body.types]
    rigid = hoomd.md.constrain.Rigid()
    for body in composed:
        rigid.body[body.name] = {
            "constituent_types": list(body.types),
            "positions": [tuple(x) for x in body.positions.tolist()],
            "orientations": [(1.0, 0.0, 0.0, 0.0)] * len(body.types),
        }
    return rigid if composed else None


def reach_of_sites(system: System, mesh: Coulomb | None) -> float:
    """Largest distance of two sites at which a term or charges act, nm."""
    terms = max((row.cutoff for row in system.interactions.rows), default=0.0)
    return terms if mesh is None else max(terms, reach(mesh))


def neighbour_list(kind: str, skin: float) -> Any:
    """Return the neighbour list of all pair forces, one of :data:`NEIGHBOUR_LISTS`."""
    import hoomd

    kinds = {"cell": hoomd.md.nlist.Cell, "tree": hoomd.md.nlist.Tree}
    return kinds[kind](buffer=skin, exclusions=("body",))


def sort_from(simulation: Any, n_bodies: int) -> None:
    """Let the particle sorter begin in the first step, with a grid for this number of bodies.

    By default, it begins in the next step that is a multiple of 200. Until then, a step of 10^5
    bodies takes 1.4 times as long.

    The grid has 256 cells in each direction by default, and the path through all of them is
    computed at every start: 40 ms. A few cells for each body are enough, in a power of 2.
    """
    import hoomd

    for sorter in simulation.operations.tuners:
        every = sorter.trigger.period
        sorter.trigger = hoomd.trigger.Periodic(every, phase=simulation.timestep % every)
        sorter.grid = min(256, 2 ** max(2, math.ceil(math.log2(2.0 * n_bodies ** (1 / 3)))))


def forces(system: System, mesh: Coulomb | None, neighbours: Any) -> list[Any]:
    """Pair forces with one neighbour list; those of the charges are last."""
    import hoomd

    names = type_names(system)
    forces = [
        function("hoomd", "terms", form)(rows, names, neighbours)
        for form, rows in layers(system.interactions.pairs)
    ]
    if isinstance(mesh, CoulombCutoff):
        forces.append(tabulated(system, mesh, neighbours))
    elif isinstance(mesh, Mesh):
        # HOOMD balances the two errors itself, which gives mesh.splitting.
        forces += hoomd.md.long_range.pppm.make_pppm_coulomb_forces(
            nlist=neighbours,
            resolution=mesh.resolution,
            order=mesh.order,
            r_cut=mesh.cutoff,
        )
    return forces


def fields(system: System) -> list[Any]:
    """Forces of the external fields."""
    found = []
    for field in system.environment:
        found += function("hoomd", "fields", field.name)(system, field.parameters)
    return found


def method(system: System, bath: Bath) -> Any:
    """Equations of motion of the bodies, with the friction of each kind."""
    import hoomd

    # Only centres are integrated: constituents follow from them.
    bodies = hoomd.filter.Rigid(("center", "free"))
    if bath.method == "nve":
        return hoomd.md.methods.ConstantVolume(filter=bodies, thermostat=None)
    kinds = {"langevin": hoomd.md.methods.Langevin, "brownian": hoomd.md.methods.Brownian}
    method = kinds[bath.method](filter=bodies, kT=bath.kT)
    for body, gamma, gamma_r in zip(system.bodies, bath.gamma, bath.gamma_r, strict=True):
        method.gamma[body.name] = float(gamma)
        method.gamma_r[body.name] = tuple(float(x) for x in gamma_r)
    for name in set(type_names(system)) - {body.name for body in system.bodies}:
        method.gamma[name] = 0.0
        method.gamma_r[name] = (0.0, 0.0, 0.0)
    return method
