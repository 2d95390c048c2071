"""From a state point to the first state of its run."""

from __future__ import annotations

import numpy as np

from janus_md.model.interactions.table import Electrostatics, Interactions, wca_table
from janus_md.model.system import System
from janus_md.model.units import thermal_energy
from janus_md.simulation.start.placement import place_at_random, place_on_lattice
from janus_md.study.statepoint import StatePoint


def box_length(point: StatePoint) -> float:
    """Edge of the cubic box of `point`, nm."""
    counted = zip(point.counts(), point.bodies(), strict=True)
    occupied = sum(n * body.volume for n, body in counted)
    return float((occupied / point.volume_fraction) ** (1 / 3))


def build(point: StatePoint) -> System:
    """Return the first state of `point`: box, places, orientations and thermal velocities.

    Everything random follows from the state point's seed.

    Raises
    ------
    JanusError
        Where the bodies find no room.
    """
    bodies = point.bodies()
    counts = point.counts()
    rng = np.random.default_rng(point.seed())
    kinds = rng.permutation(np.repeat(np.arange(len(bodies)), counts)).astype(np.int32)
    length = box_length(point)
    pairs = wca_table(bodies)
    place = place_on_lattice if point.start == "lattice" else place_at_random
    positions, orientations = place(bodies, kinds, length, pairs, rng)
    kT = thermal_energy(point.temperature)
    mass = np.array([body.mass for body in bodies])[kinds]
    inertia = np.array([body.inertia for body in bodies])[kinds]
    electrostatics = None
    if point.electrostatics.method != "none":
        electrostatics = Electrostatics(
            point.relative_permittivity, point.electrostatics.force_error
        )
    return System(
        bodies=bodies,
        kinds=kinds,
        box=np.array([length, length, length, 0.0, 0.0, 0.0]),
        positions=positions,
        orientations=orientations,
        interactions=Interactions(pairs, electrostatics),
        velocities=rng.normal(size=(len(kinds), 3)) * np.sqrt(kT / mass)[:, None],
        angular_momenta=rng.normal(size=(len(kinds), 3)) * np.sqrt(kT * inertia),
    )
