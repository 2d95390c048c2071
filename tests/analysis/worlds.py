"""Frames with a known answer, and GSD files made of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from janus_md.model.body import BondCriterion
from janus_md.model.interactions.table import Electrostatics, Interactions, wca_table
from janus_md.model.nanoclusters.sphere import sphere
from janus_md.model.setup import Setup
from janus_md.model.units import DEBYE
from janus_md.simulation.files.description import METADATA, description
from janus_md.study.catalogue import catalog
from janus_md.study.stages import stages
from janus_md.study.statepoint import ProtocolSettings, StatePoint


def quaternions_along(axes, spin=None):
    """Quaternions (N, 4) that turn +z onto `axes`, after a turn by `spin` about z."""
    u = np.asarray(axes, float)
    u = u / np.linalg.norm(u, axis=1, keepdims=True)
    q = np.stack([1.0 + u[:, 2], -u[:, 1], u[:, 0], np.zeros(len(u))], axis=1)
    down = u[:, 2] < -1.0 + 1e-9
    q[down] = [0.0, 1.0, 0.0, 0.0]
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    if spin is None:
        return q
    half = 0.5 * np.broadcast_to(np.asarray(spin, float), len(u))
    zero = np.zeros(len(u))
    return multiply(q, np.stack([np.cos(half), zero, zero, np.sin(half)], axis=1))


def multiply(a, b):
    """Hamilton product of arrays of quaternions."""
    w, x, y, z = a.T
    s, t, u, v = b.T
    return np.stack(
        [
            w * s - x * t - y * u - z * v,
            w * t + x * s + y * v - z * u,
            w * u - x * v + y * s + z * t,
            w * v + x * u - y * t + z * s,
        ],
        axis=1,
    )


def described(
    bodies, distance=2.1, angle=35.0, symmetry=0, dipole=43.42, permittivity=1.0, model="sphere"
):
    """Setup as the simulation describes it, for bodies {name: R, S or ''}.

    Particles of the catalogue are themselves; any other name is a sphere with this dipole.
    """
    kinds = []
    for name, hand in sorted(bodies.items()):
        if name in catalog.names():
            body = catalog.body(name, model)
        else:
            separation = dipole * DEBYE / 2.0
            body = sphere(name, mass=4118.0, charge=2.0, separation=separation)
        bond = BondCriterion(distance, angle)
        kinds.append(replace(body, enantiomer=hand, symmetry=symmetry, bond=bond))
    kinds = tuple(kinds)
    point = StatePoint(
        particle="R-Au-Cu",
        n_bodies=2,
        volume_fraction=0.01,
        relative_permittivity=1.0,
        protocol=ProtocolSettings(time_step_ps=0.1),
    )
    medium = None if permittivity is None else Electrostatics(permittivity, 0.2)
    return Setup(
        statepoint={},
        bodies=kinds,
        counts=(1,) * len(kinds),
        interactions=Interactions(wca_table(kinds), medium),
        box=np.array([20.0, 20.0, 20.0, 0.0, 0.0, 0.0]),
        stages=stages(point, kinds),
    )


def gsd_frame(positions, orientations, box, *, step=0, types=("A",), typeid=None, about=None):
    """Return a frame for ``gsd.hoomd``."""
    import gsd.hoomd

    frame = gsd.hoomd.Frame()
    frame.configuration.step = step
    frame.configuration.box = box
    frame.particles.N = len(positions)
    frame.particles.position = positions
    frame.particles.orientation = orientations
    frame.particles.types = list(types)
    frame.particles.typeid = np.zeros(len(positions), int) if typeid is None else typeid
    if about is not None:
        frame.log[METADATA] = np.frombuffer(description(about), np.uint8)
    return frame


def write_gsd(path, frames):
    """Write frames to a file."""
    import gsd.hoomd

    with gsd.hoomd.open(path, "w") as file:
        for frame in frames:
            file.append(frame)
    return path


def straight_wires(rng, n_wires, length, edge, spacing=1.61):
    """Straight wires on a lattice of parallel lines 4 nm apart, along z; (N, 3), (N, 3)."""
    across = int(edge // 4.0)
    cells = rng.choice(across * across, n_wires, replace=False)
    origin = np.stack([4.0 * (cells // across), 4.0 * (cells % across)], axis=1) - 0.5 * edge
    z = rng.uniform(-0.5 * edge, 0.5 * edge, n_wires)[:, None] + spacing * np.arange(length)
    x = np.concatenate([np.repeat(origin, length, axis=0), z.reshape(-1, 1)], axis=1)
    x -= edge * np.round(x / edge)
    return x, np.tile([0.0, 0.0, 1.0], (len(x), 1))
