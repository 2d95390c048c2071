"""Gravity and walls in every engine: forces, energy, barometric height, adsorption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import rowan
from scipy.integrate import quad

from janus_md.analysis.series.averages import mean_and_error
from janus_md.engines import Engine
from janus_md.engines.base import CPU
from janus_md.model.body import RigidBody
from janus_md.model.dynamics import Bath
from janus_md.model.environment import FIELDS, AppliedField, field_energy
from janus_md.model.interactions.table import Interactions, wca_table
from janus_md.model.system import System
from janus_md.model.units import thermal_energy
from janus_md.study.catalogue.catalog import body
from tests.engines.conftest import nve
from tests.engines.test_terms import kinetic

KT = thermal_energy(298.15)
LJ93 = {"form": "lj93", "epsilon": 2.5, "sigma": 0.8635, "cutoff": 2.2, "kinds": {}}
REPULSIVE = {"form": "repulsive", "epsilon": 2.5, "sigma": 0.8635, "cutoff": None, "kinds": {}}


def walls(separation: float, normal: str = "z", **sides: Mapping[str, Any]) -> AppliedField:
    both = {"lower": LJ93, "upper": REPULSIVE} | sides
    return AppliedField("walls", {"normal": normal, "separation": separation, **both})


def gravity(strength: float, axis: str = "z") -> AppliedField:
    return AppliedField("gravity", {"x": 0.0, "y": 0.0, "z": 0.0, axis: strength})


def neutral(name: str, model: str) -> RigidBody:
    kind = body(name, model)
    return replace(kind, charges=np.zeros(len(kind.types)))


def touching_walls(fields: tuple[AppliedField, ...], axis: int) -> System:
    """Bodies of two kinds and masses, turned at random, whose beads are within reach of a wall."""
    kinds = (neutral("R-Au-Cu", "bladed"), replace(neutral("R-1", "bladed"), mass=3000.0))
    rng = np.random.default_rng(3)
    n, half = 24, 4.0
    positions = np.zeros((n, 3))
    positions[:, (axis + 1) % 3] = 4.0 * (np.arange(n) % 6 - 2.5)
    positions[:, (axis + 2) % 3] = 6.0 * (np.arange(n) // 6 - 1.5)
    turns = rowan.normalize(rng.normal(size=(n, 4)))
    which = (np.arange(n) % 2).astype(np.int32)
    # The bead next to the wall is 0.5 to 2 nm away from it.
    for k in range(n):
        beads = rowan.rotate(turns[k], kinds[which[k]].positions)[:, axis]
        side = 1.0 if k % 3 else -1.0
        outermost = side * half - side * (0.5 + 1.5 * rng.random())
        positions[k, axis] = outermost - (beads.max() if side > 0 else beads.min())
    box = np.array([24.0, 24.0, 24.0, 0, 0, 0])
    box[axis] = 2 * half + 2.0
    return System(kinds, which, box, positions, turns, Interactions({}, None), environment=fields)


FORMS = {
    "lj93": (LJ93, LJ93),
    "repulsive": (REPULSIVE, REPULSIVE),
    "kinds": (
        LJ93 | {"kinds": {"blade": 6.0, "R-1.core": 1.0}},
        REPULSIVE | {"sigma": 1.1, "kinds": {"core": 4.0}},
    ),
}


@pytest.mark.parametrize("normal", ["x", "z"])
@pytest.mark.parametrize("name", sorted(FORMS))
def test_walls_in_engines_are_those_of_the_model(engine: Engine, name: str, normal: str) -> None:
    """Energies, forces and torques at step 0, also from before the first step."""
    lower, upper = FORMS[name]
    field = walls(8.0, normal, lower=lower, upper=upper)
    axis = "xyz".index(normal)
    system = touching_walls((field, gravity(-1e-3, normal)), axis)
    found = engine.energies_and_forces(system)
    forces, torques = np.zeros((2, system.n_bodies, 3))
    energy = 0.0
    for one in system.environment:
        force, torque = FIELDS.get(one.name).forces(system, one.parameters)
        forces, torques = forces + force, torques + torque
        energy += float(FIELDS.get(one.name).energy(system, one.parameters).sum())
    scale = np.abs(forces).max()
    assert np.abs(FIELDS.get("walls").energy(system, field.parameters)).max() > 1.0
    np.testing.assert_allclose(found.forces, forces, atol=1e-8 * scale)
    np.testing.assert_allclose(found.torques, torques, atol=1e-8 * scale)
    assert found.energy == pytest.approx(energy, rel=1e-8)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_forces_are_the_slope_of_the_energy(name: str) -> None:
    """Also the torques, by small rotations; NumPy alone."""
    lower, upper = FORMS[name]
    field = walls(8.0, lower=lower, upper=upper)
    system = touching_walls((field,), 2)
    model, step = FIELDS.get("walls"), 1e-6
    force, torque = model.forces(system, field.parameters)

    def energy(shift: float, axis: int, turned: bool) -> np.ndarray:
        move = shift * np.eye(3)[axis]
        if turned:
            turn = rowan.exp(np.concatenate([[0.0], 0.5 * move]))
            moved = replace(system, orientations=rowan.multiply(turn, system.orientations))
        else:
            moved = replace(system, positions=system.positions + move)
        return model.energy(moved, field.parameters)

    for axis in range(3):
        for turned, ours in ((False, force), (True, torque)):
            slope = (energy(-step, axis, turned) - energy(step, axis, turned)) / (2 * step)
            np.testing.assert_allclose(slope, ours[:, axis], rtol=1e-5, atol=1e-4)


def test_the_9_3_potential_has_its_closed_form() -> None:
    """Minimum -(sqrt(10)/3) eps at 0.4^(1/6) sigma, 0 at the cutoff, infinite behind the wall."""
    from janus_md.model.planes import Plane

    far = Plane("lower", 2, 0.0, 1.0, 1e4, {})
    depth = float(far.energy(np.array([0.4 ** (1 / 6)]), np.array([3.0]))[0])
    assert depth == pytest.approx(-3.0 * np.sqrt(10.0) / 3.0, rel=1e-9)
    near = replace(far, cutoff=2.0)
    assert near.energy(np.array([2.0, 5.0, -0.1]), np.array(1.0)).tolist() == [0.0, 0.0, np.inf]


def test_gravity_pulls_with_the_masses_of_the_bodies_beside_a_bath(engine: Engine) -> None:
    """``fix gravity`` would take the masses of LAMMPS's particles, 1 or the friction."""
    system = touching_walls((gravity(-2e-3, "x"),), 2)
    bath = Bath(1e-12, "langevin", np.array([900.0, 400.0]), np.full((2, 3), 700.0))
    simulation = engine.start(system, bath, 0.01, None, seed=1, device=CPU)
    try:
        simulation.advance(100)
        state = simulation.system()
    finally:
        simulation.close()
    # v = g tau (exp(-t/tau) - 1), tau = m / gamma, apart from the time step over tau
    mass = np.array([one.mass for one in system.bodies])[system.kinds]
    tau = mass / bath.gamma[system.kinds]
    expected = -2e-3 * tau * (1.0 - np.exp(-1.0 / tau))
    np.testing.assert_allclose(state.velocities[:, 0], expected, rtol=3e-3)
    np.testing.assert_allclose(state.velocities[:, 1:], 0.0, atol=1e-4 * np.abs(expected).max())


def test_energy_of_gravity_is_continuous_where_a_body_crosses_the_border() -> None:
    system = touching_walls((gravity(-1e-3, "x"),), 2)
    shift = np.array([1, 0, 0], np.int32)
    moved = replace(system, positions=system.positions - 24.0 * shift, images=system.images + shift)
    assert field_energy(moved) == pytest.approx(field_energy(system), rel=1e-12)


def spheres(n: int, height: float, fields: tuple[AppliedField, ...], width: float = 40.0) -> System:
    """Bodies of one bead that do not interact, in the lower part of a slit, with velocities."""
    kind = neutral("R-Au-Cu", "sphere")
    rng = np.random.default_rng(8)
    x = (rng.random((n, 3)) - 0.5) * width
    x[:, 2] = -0.5 * height + 0.7 + 3.0 * rng.random(n)
    return System(
        bodies=(kind,),
        kinds=np.zeros(n, np.int32),
        box=np.array([width, width, height + 4.0, 0, 0, 0]),
        positions=x,
        orientations=rowan.normalize(rng.normal(size=(n, 4))),
        interactions=Interactions({}, None),
        velocities=rng.normal(size=(n, 3)) * np.sqrt(KT / kind.mass),
        angular_momenta=rng.normal(size=(n, 3)) * np.sqrt(KT * kind.inertia),
        environment=fields,
    )


def test_energy_is_conserved_in_gravity_between_walls(engine: Engine) -> None:
    """NVE of bodies that bounce off both walls and cross the periodic borders."""
    kind = neutral("R-Au-Cu", "bladed")
    rng = np.random.default_rng(2)
    n = 8
    grid = np.stack(np.unravel_index(np.arange(n), (2, 2, 2)), 1) - 0.5
    system = System(
        bodies=(kind,),
        kinds=np.zeros(n, np.int32),
        box=np.array([10.0, 10.0, 15.0, 0, 0, 0]),
        positions=grid * [5.0, 5.0, 4.0],
        orientations=rowan.normalize(rng.normal(size=(n, 4))),
        interactions=Interactions(wca_table((kind,)), None),
        velocities=3.0 * rng.normal(size=(n, 3)) * np.sqrt(KT / kind.mass),
        angular_momenta=3.0 * rng.normal(size=(n, 3)) * np.sqrt(KT * kind.inertia),
        environment=(gravity(-2e-3), walls(12.0)),
    )
    simulation = engine.start(system, nve(system), 0.01, None, seed=1, device=CPU)
    try:
        totals, outside, images = [], [], np.zeros(3)
        for _ in range(20):
            simulation.advance(500)
            state = simulation.system()
            totals.append(simulation.potential_energy() + kinetic(state))
            outside.append(field_energy(state))
            images = np.maximum(images, np.abs(state.images).max(axis=0))
    finally:
        simulation.close()
    assert images[:2].min() >= 1.0
    assert images[2] == 0.0
    print(f"{engine.name}: outside {np.ptp(outside):.3g}, total {np.ptp(totals):.3g} kJ/mol")
    assert np.ptp(outside) > 50.0
    assert np.ptp(totals) < 3e-4 * np.ptp(outside)


ADSORBED = 1.5
"""Largest distance of an adsorbed body from the wall here, nm."""


def profile(height: float, length: float, upper: bool = True) -> tuple[float, float]:
    """Mean height over the wall, nm, and adsorbed share of independent bodies, by quadrature."""

    def energy(z: float) -> float:
        def shape(r: float) -> float:
            return 2.5 * (2 / 15 * (0.8635 / r) ** 9 - (0.8635 / r) ** 3)

        top = height - z
        least = 0.4 ** (1 / 6) * 0.8635
        below = shape(z) - shape(2.2) if z < 2.2 else 0.0
        above = shape(top) - shape(least) if upper and top < least else 0.0
        return below + above + KT * z / length

    def integral(power: int, end: float) -> float:
        kinks = [z for z in (0.6, 0.74, 1.0, 2.2, height - 0.75) if z < end]
        value, _ = quad(
            lambda z: z**power * np.exp(-energy(z) / KT), 0.2, end, points=kinks, limit=400
        )
        return float(value)

    whole = integral(0, height - 0.2)
    return integral(1, height - 0.2) / whole, integral(0, ADSORBED) / whole


def test_quadrature_of_the_barometric_height_is_the_known_one() -> None:
    mean, share = profile(20.2, 2.0, upper=False)  # to 20 nm
    assert mean == pytest.approx(2.2227, abs=5e-5)
    assert share == pytest.approx(0.497, abs=5e-4)


@pytest.mark.parametrize(
    "frames", [60, pytest.param(600, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_barometric_height_and_adsorbed_share(engine: Engine, frames: int, report_check) -> None:
    """kT/mg is 2 nm over a 9-3 wall; the heights are those of the Boltzmann distribution."""
    n, height = 500, 20.0
    kind = neutral("R-Au-Cu", "sphere")
    system = spheres(n, height, (gravity(-KT / (2.0 * kind.mass)), walls(height)))
    bath = Bath(KT, "langevin", np.array([kind.mass / 50.0]), np.array([kind.inertia / 50.0]))
    simulation = engine.start(system, bath, 0.5, None, seed=5, device=CPU)
    heights, shares = [], []
    try:
        simulation.advance(2000)  # 1 ns
        for _ in range(frames):
            simulation.advance(200)
            z = simulation.system().positions[:, 2] + 0.5 * height
            heights.append(float(z.mean()))
            shares.append(float((z < ADSORBED).mean()))
    finally:
        simulation.close()
    exact = profile(height, 2.0)
    for what, values, reference, largest in (
        ("mean height over a 9-3 wall / nm, kT/mg = 2 nm", heights, exact[0], 0.1),
        ("share within 1.5 nm of a 9-3 wall", shares, exact[1], 0.02),
    ):
        found = mean_and_error(values)
        print(f"{engine.name}: {what}: {found['mean']:.4f}({found['error']:.4f}), {reference:.4f}")
        if frames > 100:
            report_check(
                what,
                reference=reference,
                source="Boltzmann distribution, quadrature",
                ours=found["mean"],
                error=found["error"],
                engine=engine.name,
            )
        assert abs(found["mean"] - reference) < 4.0 * found["error"]
        assert found["error"] < largest
