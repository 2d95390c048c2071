"""Temperatures of each kind, and the effect of the time step on positions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rowan

from janus_md.model.body import RigidBody
from janus_md.model.dynamics import Bath
from janus_md.model.interactions.table import Interactions
from janus_md.model.system import System
from janus_md.model.units import BOLTZMANN, thermal_energy
from janus_md.simulation.thermodynamics import kinetic_energies, quantities, step_excess
from janus_md.study.catalogue.catalog import body

KT = thermal_energy(298.15)


def system(bodies: tuple[RigidBody, ...], counts: list[int], temperatures: list[float]) -> System:
    """Bodies of each kind with thermal velocities of another temperature each."""
    rng = np.random.default_rng(1)
    kinds = rng.permutation(np.repeat(np.arange(len(bodies)), counts)).astype(np.int32)
    n = len(kinds)
    kT = BOLTZMANN * np.array(temperatures)[kinds]
    mass = np.array([one.mass for one in bodies])[kinds]
    inertia = np.array([one.inertia for one in bodies])[kinds]
    return System(
        bodies=bodies,
        kinds=kinds,
        box=np.array([50.0, 50.0, 50.0, 0, 0, 0]),
        positions=np.zeros((n, 3)),
        orientations=rowan.normalize(rng.normal(size=(n, 4))),
        interactions=Interactions({}, None),
        velocities=rng.normal(size=(n, 3)) * np.sqrt(kT / mass)[:, None],
        angular_momenta=rng.normal(size=(n, 3)) * np.sqrt(kT[:, None] * inertia),
    )


def test_each_kind_has_its_own_temperature() -> None:
    bodies = (body("Au3Cd", "sphere"), body("R-Au-Cu", "bladed"))
    row = quantities(system(bodies, [4000, 6000], [200.0, 400.0]), 0.0, 0.0)
    for motion in (row["temperatures_translational"], row["temperatures_rotational"]):
        errors = np.array([200.0, 400.0]) * np.sqrt(2.0 / (3.0 * np.array([4000, 6000])))
        assert np.all(np.abs(motion - [200.0, 400.0]) < 4 * errors)


def test_an_axis_without_inertia_has_no_motion() -> None:
    kind = body("R-Au-Cu", "sphere")
    linear = replace(kind, inertia=np.array([900.0, 900.0, 0.0]))
    point = replace(kind, inertia=np.zeros(3))
    here = system((kind, linear, point), [5000] * 3, [300.0] * 3)
    row = quantities(here, 0.0, 0.0)
    moving, turning = row["temperatures_translational"], row["temperatures_rotational"]
    assert np.all(np.abs(moving - 300.0) < 4 * 300.0 * np.sqrt(2 / 15_000))
    assert turning[2] == 0.0
    assert np.all(np.abs(turning[:2] - 300.0) < 4 * 300.0 * np.sqrt(2 / 10_000))
    # Together they are what the energies of the whole box say.
    energies = kinetic_energies(here)
    assert energies[0] == pytest.approx(0.5 * BOLTZMANN * 15_000 * moving.sum())
    assert energies[1] == pytest.approx(
        0.5 * BOLTZMANN * 5000 * (3 * turning[0] + 2 * turning[1] + 0 * turning[2])
    )
    assert (row["kinetic_translational"], row["kinetic_rotational"]) == energies


@pytest.mark.parametrize(
    ("stiffness", "friction"), [(0.0, 0.2), (0.1, 0.2), (1.0, 0.2), (0.3, 1.5)]
)
def test_excess_of_harmonic_modes_equals_that_of_positions(
    stiffness: float, friction: float
) -> None:
    """The engines' integrator in a few lines: `stiffness` is (omega dt)^2, `friction` gamma dt.

    Velocities at whole steps have T in all cases; places have T / (1 - w / (4 - 2 g)).
    """
    rng = np.random.default_rng(2)
    kind = body("R-Au-Cu", "sphere")
    n, step, gamma = 4000, 1.0, friction * kind.mass
    bath = Bath(KT, "langevin", np.array([gamma]), np.full((1, 3), friction * kind.inertia[0]))
    spring = stiffness * kind.mass
    x, v = np.zeros((n, 3)), rng.normal(size=(n, 3)) * np.sqrt(KT / kind.mass)
    force = np.zeros((n, 3))
    seen, places, speeds = [], [], []
    still = system((kind,), [n], [0.0])
    for k in range(400):
        half = v + 0.5 * step * force / kind.mass
        x = x + step * half
        noise = rng.normal(size=(n, 3)) * np.sqrt(2.0 * gamma * KT / step)
        force = -spring * x - gamma * half + noise
        v = half + 0.5 * step * force / kind.mass
        if k >= 100 and k % 10 == 0:
            found = step_excess(still, force, np.zeros((n, 3)), bath, step)
            seen.append(found[0][0] * BOLTZMANN / KT)
            places.append(spring * np.mean(x**2) / KT)
            speeds.append(kind.mass * np.mean(v**2) / KT)
    expected = 1.0 / (1.0 - stiffness / (4.0 - 2.0 * friction)) - 1.0
    error = 4 * np.std(seen) / np.sqrt(len(seen)) + 1e-12
    assert np.mean(seen) == pytest.approx(expected, abs=error)
    assert np.mean(speeds) == pytest.approx(1.0, abs=4 * np.std(speeds) / np.sqrt(len(speeds)))
    if stiffness:
        scatter = 6 * np.std(places) / np.sqrt(len(places))
        assert np.mean(places) == pytest.approx(1.0 + expected, abs=scatter)


def test_excess_of_rotation_is_about_each_axis() -> None:
    """A torque about one axis of the body, for any orientation."""
    kind = body("R-Au-Cu", "bladed")
    here = system((kind,), [100], [300.0])
    about = rowan.rotate(here.orientations, np.tile([7.0, 0.0, 0.0], (100, 1)))
    rates = np.array([0.1, 0.2, 0.3])
    bath = Bath(KT, "langevin", np.array([0.0]), rates[None] * kind.inertia)
    _, found = step_excess(here, np.zeros((100, 3)), about, bath, 0.5)
    kick = 0.25 * 0.5**2 * 7.0**2 / kind.inertia[0] * (1 - 0.5 * 0.5 * rates[0])
    lost = 0.5 * 0.5 * rates.sum() * KT
    assert found[0] == pytest.approx((kick - lost) / 3 / BOLTZMANN)
    free = replace(bath, method="nve")
    _, found = step_excess(here, np.zeros((100, 3)), about, free, 0.5)
    assert found[0] == pytest.approx(0.25 * 0.5**2 * 7.0**2 / kind.inertia[0] / 3 / BOLTZMANN)
