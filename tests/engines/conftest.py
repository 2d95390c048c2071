"""Engines under test, and the systems that they are tested on."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from janus_md.engines import Engine, load
from janus_md.engines.mesh import Mesh, charge_square_sum
from janus_md.model.body import BondCriterion, FloatArray, RigidBody
from janus_md.model.dynamics import Bath
from janus_md.model.interactions.table import Electrostatics, Interactions, wca_table
from janus_md.model.system import System
from janus_md.model.units import thermal_energy
from janus_md.simulation.start.placement import place_at_random
from janus_md.study.catalogue.catalog import body

ROOM = 298.15


@pytest.fixture(scope="session", params=["lammps", "hoomd"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn; skips, with the reason, where it is not installed."""
    return usable(request.param)


def usable(name: str) -> Engine:
    """Return the engine called `name`, or skip."""
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    return load(name)


def catalogue_system(
    names: tuple[str, ...],
    model: str,
    n: int,
    *,
    seed: int,
    volume_fraction: float = 0.05,
    relative_permittivity: float = 1.0,
) -> System:
    """Bodies of the catalogue at random, with thermal velocities."""
    rng = np.random.default_rng(seed)
    bodies = tuple(body(name, model) for name in names)
    kinds = rng.integers(len(bodies), size=n).astype(np.int32)
    length = (n * bodies[0].volume / volume_fraction) ** (1 / 3)
    pairs = wca_table(bodies)
    positions, orientations = place_at_random(bodies, kinds, length, pairs, rng)
    kT = thermal_energy(ROOM)
    mass = np.array([b.mass for b in bodies])[kinds]
    inertia = np.array([b.inertia for b in bodies])[kinds]
    return System(
        bodies=bodies,
        kinds=kinds,
        box=np.array([length, length, length, 0, 0, 0]),
        positions=positions,
        orientations=orientations,
        interactions=Interactions(pairs, Electrostatics(relative_permittivity, 0.2)),
        velocities=rng.normal(size=(n, 3)) * np.sqrt(kT / mass)[:, None],
        angular_momenta=rng.normal(size=(n, 3)) * np.sqrt(kT * inertia),
    )


def two_charge_dipole(separation: float, moment: float = 1.0) -> RigidBody:
    """A dipole of two charges in e nm, with no volume, mass 1 and inertia 1."""
    half = 0.5 * separation
    return RigidBody(
        name="dipole",
        model="two charges",
        positions=np.array([[0.0, 0.0, -half], [0.0, 0.0, half]]),
        types=("charge", "charge"),
        charges=np.array([-1.0, 1.0]) * moment / separation,
        diameters={"dipole": 0.0, "charge": 0.0},
        mass=1.0,
        inertia=np.ones(3),
        hydrodynamic_radius=1.0,
        volume=1.0,
        bond=BondCriterion(2.0, 35.0),
        symmetry=0,
    )


SEPARATIONS = (0.1, 0.15, 0.2, 0.3)
"""Of the charges of dipoles that stand for points a distance of 1 apart. Closer charges are larger
ones, whose own pairs hide the digits of the others."""


def point_limit(found: Sequence[Any], separations: Sequence[float] = SEPARATIONS) -> Any:
    """What dipoles of two charges tend to as they become points: a series in s^2, solved."""
    squares = np.array(separations) ** 2
    weights = np.linalg.inv(np.vander(squares, increasing=True))[0]
    return np.tensordot(weights, np.asarray(found), 1)


def random_dipoles(n: int, length: float, separation: float = 0.2, seed: int = 1) -> System:
    """Dipoles of 1 e nm at random, charges of two of them no closer than 0.3 nm."""
    rng = np.random.default_rng(seed)
    places: list[FloatArray] = []
    while len(places) < n:
        place = (rng.random(3) - 0.5) * length
        apart = np.array(places).reshape(-1, 3) - place
        apart -= length * np.rint(apart / length)
        if np.all(np.linalg.norm(apart, axis=1) > separation + 0.3):
            places.append(place)
    turns = rng.normal(size=(n, 4))
    return System(
        bodies=(two_charge_dipole(separation),),
        kinds=np.zeros(n, np.int32),
        box=np.array([length, length, length, 0, 0, 0]),
        positions=np.array(places),
        orientations=turns / np.linalg.norm(turns, axis=1, keepdims=True),
        interactions=Interactions({}, Electrostatics(1.0, 0.1)),
    )


ARITHMETIC = {"lammps": 1e-6, "hoomd": 1e-5}
"""Error of forces over their rms value. LAMMPS takes the error function from a table or a formula
that are right to 5e-7. HOOMD-blue's meshes and transforms are in single precision."""


def energy_error(engine: Engine, system: System, mesh: Mesh, energy: float) -> float:
    """Error that an engine's arithmetic may make in an energy, kJ/mol: 1e-6 of it.

    With HOOMD-blue also the rounding, in single precision, of the charges' own energy on the mesh,
    which is large beside what is left of it.
    """
    own = charge_square_sum(system)[0] * mesh.splitting / np.sqrt(np.pi)
    rounding = {"lammps": 0.0, "hoomd": 0.5 * np.finfo(np.float32).eps}[engine.name]
    return 1e-6 * abs(energy) + float(rounding) * own


def nve(system: System) -> Bath:
    """No bath."""
    return Bath(0.0, "nve", np.ones(len(system.bodies)), np.ones((len(system.bodies), 3)))
