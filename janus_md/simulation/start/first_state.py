"""The initial state of a run, from its setup."""

from __future__ import annotations

import numpy as np

from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.simulation.start.frame import place_frame
from janus_md.simulation.start.limits import limits_of
from janus_md.simulation.start.placement import place_at_random, place_on_lattice
from janus_md.simulation.start.structure import place_structure
from janus_md.study.resolve import as_setup
from janus_md.study.statepoint import StatePoint


def build(point: StatePoint | Setup) -> System:
    """Return the initial state of a state point or a setup: positions, orientations, velocities.

    All random numbers depend only on the seed of the setup. Velocities are drawn at the temperature
    of the bath, also if the positions are those of a frame.

    Raises
    ------
    JanusError
        If the bodies cannot be placed.
    """
    setup = as_setup(point)
    bodies, kT = setup.bodies, setup.bath.kT
    rng = np.random.default_rng(setup.seed)
    kinds = rng.permutation(np.repeat(np.arange(len(bodies)), setup.counts)).astype(np.int32)
    if isinstance(setup.start, str):
        place = place_on_lattice if setup.start == "lattice" else place_at_random
        positions, orientations = place(
            bodies, kinds, setup.box[:3], setup.interactions.pairs, rng, limits_of(setup)
        )
    elif setup.start["kind"] == "from":
        kinds, positions, orientations = place_frame(setup)
    else:
        positions, orientations = place_structure(setup)
    mass = np.array([body.mass for body in bodies])[kinds]
    inertia = np.array([body.inertia for body in bodies])[kinds]
    return System(
        bodies=bodies,
        kinds=kinds,
        box=setup.box.copy(),
        positions=positions,
        orientations=orientations,
        interactions=setup.interactions,
        environment=setup.environment,
        velocities=rng.normal(size=(len(kinds), 3)) * np.sqrt(kT / mass)[:, None],
        angular_momenta=rng.normal(size=(len(kinds), 3)) * np.sqrt(kT * inertia),
    )
