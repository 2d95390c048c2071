"""Every pair term and field in every engine against the sums of model/pairs and closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.engines import ENGINES
from janus_md.engines.accuracy import rms
from janus_md.engines.base import Engine
from janus_md.engines.capabilities import functions, objection
from janus_md.model.environment import FIELDS, AppliedField
from janus_md.model.interactions.table import Interactions, Row, lennard_jones, wca
from janus_md.model.interactions.term import TERMS
from janus_md.model.pairs.energy import pair_energy, pair_forces
from janus_md.model.system import System
from janus_md.model.units import VOLT_PER_NM
from janus_md.study.catalogue.catalog import body
from tests.engines.conftest import catalogue_system, nve

YUKAWA = Row.of("yukawa", amplitude=25.0, kappa=1.3, cutoff=5.0)
TABLES = {
    "attraction": {("blade", "blade"): lennard_jones(6.0, 0.9, 2.0), ("core", "core"): wca(1.21)},
    "yukawa": {("blade", "blade"): YUKAWA},
    "several": {
        ("blade", "blade"): (wca(0.9), YUKAWA, Row.of("yukawa", amplitude=-9, kappa=0.7, cutoff=4)),
        ("core", "core"): (lennard_jones(2.0, 1.2, 3.0), lennard_jones(1.0, 0.8, 2.5)),
        ("core", "blade"): (wca(1.055), Row.of("yukawa", amplitude=-14, kappa=2.0, cutoff=4.5)),
    },
}


def two_bodies(table, seed: int) -> System:
    """Two bladed bodies, turned at random, in a box in which none sees its own image."""
    rng = np.random.default_rng(seed)
    kind = replace(body("R-Au-Cu", "bladed"), charges=np.zeros(14))
    turns = rng.normal(size=(2, 4))
    direction = rng.normal(size=3)
    apart = (3.0 + 1.2 * rng.random()) * direction / np.linalg.norm(direction)
    return System(
        bodies=(kind,),
        kinds=np.zeros(2, np.int32),
        box=np.array([30.0, 30.0, 30.0, 0, 0, 0]),
        positions=np.stack([-0.5 * apart, 0.5 * apart]),
        orientations=turns / np.linalg.norm(turns, axis=1, keepdims=True),
        interactions=Interactions(table, None),
    )


@pytest.mark.parametrize("name", sorted(TABLES))
def test_terms_in_engines_are_those_of_the_model(engine: Engine, name: str) -> None:
    for seed in range(5):
        system = two_bodies(TABLES[name], seed)
        kind, r = system.bodies[0], system.positions[1] - system.positions[0]
        ours = pair_forces(kind, kind, r, *system.orientations, pairs=TABLES[name])
        theirs = engine.energies_and_forces(system)
        scale = np.abs(ours.force).max() + 1.0
        assert theirs.energy == pytest.approx(ours.energy[0], rel=1e-8, abs=1e-8)
        np.testing.assert_allclose(theirs.forces[1], ours.force[0], atol=1e-8 * scale)
        np.testing.assert_allclose(theirs.torques[0], ours.torque_a[0], atol=1e-8 * scale)
        np.testing.assert_allclose(theirs.torques[1], ours.torque_b[0], atol=1e-8 * scale)


def test_energies_of_several_terms_add() -> None:
    kind, r = body("R-Au-Cu", "bladed"), [0.4, 0.3, 2.9]
    parts = [
        {pair: row}
        for pair, rows in TABLES["several"].items()
        for row in (rows if isinstance(rows, tuple) else (rows,))
    ]
    total = pair_energy(kind, kind, r, pairs=TABLES["several"])
    charges = pair_energy(kind, kind, r, pairs={})
    each = sum(pair_energy(kind, kind, r, pairs=part) - charges for part in parts)
    assert total - charges == pytest.approx(each, rel=1e-12)


@pytest.mark.parametrize("engine_name", ["hoomd", "lammps"])
def test_every_form_and_field_is_in_every_engine_of_ours(engine_name: str) -> None:
    forms = {TERMS.get(name).form or name for name in TERMS if TERMS.get(name).acts}
    assert all(functions(engine_name, "terms").find(form) for form in forms)
    assert all(functions(engine_name, "fields").find(name) for name in FIELDS)


def in_a_field(system: System, **components: float) -> System:
    field = AppliedField("electric_field", {"x": 0.0, "y": 0.0, "z": 0.0} | components)
    return replace(system, environment=(field,))


def test_the_electric_field_turns_dipoles(engine: Engine) -> None:
    # torque mu x E, energy -mu . E: a neutral body feels no force
    system = catalogue_system(("R-Au-Cu",), "bladed", 12, seed=2, relative_permittivity=2.0)
    mesh = engine.tight_mesh(system)
    field = np.array([0.3, -0.2, 0.5])
    without = engine.energies_and_forces(system, mesh)
    found = engine.energies_and_forces(in_a_field(system, x=0.3, y=-0.2, z=0.5), mesh)
    kind = system.bodies[0]
    import rowan

    dipoles = rowan.rotate(system.orientations, kind.charges @ kind.positions)
    expected = np.cross(dipoles, VOLT_PER_NM * field)
    np.testing.assert_allclose(found.torques - without.torques, expected, atol=1e-8)
    np.testing.assert_allclose(found.forces - without.forces, 0.0, atol=1e-8)
    energy = -VOLT_PER_NM * float((dipoles @ field).sum())
    assert found.energy - without.energy == pytest.approx(energy, abs=1e-6)


def test_a_charged_body_is_pulled_by_the_field() -> None:
    kind = replace(body("R-Au-Cu", "bladed"), charges=np.r_[3.0, -2.0, np.zeros(12)])
    plain = catalogue_system(("R-Au-Cu",), "bladed", 4, seed=2)
    system = in_a_field(replace(plain, bodies=(kind,)), z=0.1)
    field = FIELDS.get("electric_field")
    force, torque = field.forces(system, system.environment[0].parameters)
    np.testing.assert_allclose(force, np.tile([0, 0, 0.1 * VOLT_PER_NM], (4, 1)))
    step = 1e-6  # the force is the slope of the energy, also past the border of the box
    moved = replace(system, positions=system.positions + np.array([0, 0, step]))
    energies = [field.energy(one, system.environment[0].parameters) for one in (system, moved)]
    np.testing.assert_allclose(-(energies[1] - energies[0]) / step, force[:, 2], rtol=1e-6)
    assert torque.shape == (4, 3)


def test_energy_is_conserved_in_a_field(engine: Engine) -> None:
    """The energy that is logged belongs to the forces that act: NVE, bodies crossing borders."""
    system = in_a_field(catalogue_system(("R-Au-Cu",), "sphere", 27, seed=4), z=0.5)
    mesh = engine.tight_mesh(system)
    from janus_md.engines.base import CPU

    simulation = engine.start(system, nve(system), 0.05, mesh, seed=1, device=CPU)
    try:
        totals, shares = [], []
        for _ in range(10):
            simulation.advance(40)
            state = simulation.system()
            totals.append(simulation.potential_energy() + kinetic(state))
            shares.append(sum(FIELDS.get("electric_field").energy(
                state, state.environment[0].parameters)))  # fmt: skip
    finally:
        simulation.close()
    assert np.ptp(shares) > 100.0  # kJ/mol went to and fro between the field and the rest
    assert np.ptp(totals) < 0.02 * np.ptp(shares)


def kinetic(system: System) -> float:
    assert system.velocities is not None
    assert system.angular_momenta is not None
    kind = system.bodies[0]
    return 0.5 * float(
        kind.mass * (system.velocities**2).sum() + (system.angular_momenta**2 / kind.inertia).sum()
    )


@pytest.mark.parametrize("xi", [1.0, 2.0, 5.0])
def test_langevin_function(engine: Engine, xi: float) -> None:
    """Free dipoles in a field point along it by coth(xi) - 1/xi (Langevin 1905)."""
    from janus_md.engines.base import CPU
    from janus_md.model.dynamics import Bath
    from janus_md.model.units import thermal_energy

    n, kT = 300, thermal_energy(298.15)
    plain = catalogue_system(("R-Au-Cu",), "sphere", n, seed=7, volume_fraction=0.02)
    kind = plain.bodies[0]
    # charges that interact 1e8 times less than in vacuum are free, and the field is the same
    from janus_md.model.interactions.table import Electrostatics

    free = Interactions({}, Electrostatics(1e8, 0.2))
    moment = float(kind.charges @ kind.positions[:, 2])
    strength = xi * kT / (VOLT_PER_NM * moment)
    system = in_a_field(replace(plain, interactions=free), z=strength)
    bath = Bath(kT, "langevin", np.array([kind.mass / 10.0]), np.array([kind.inertia / 10.0]))
    simulation = engine.start(system, bath, 0.1, None, seed=3, device=CPU)
    means = []
    try:
        simulation.advance(1000)  # 100 ps: 10 damping times
        for _ in range(40):
            simulation.advance(200)
            state = simulation.system()
            _, x, y, _ = state.orientations.T
            means.append(float(np.mean(1.0 - 2.0 * (x * x + y * y))))
    finally:
        simulation.close()
    from janus_md.analysis.series.averages import mean_and_error

    found = mean_and_error(means)
    expected = 1.0 / np.tanh(xi) - 1.0 / xi
    print(f"{engine.name}: xi {xi:g}: {found['mean']:.4f}({found['error']:.4f}), {expected:.4f}")
    assert abs(found["mean"] - expected) < 4.0 * found["error"]
    assert found["error"] < 0.015
    assert rms(state.orientations) == pytest.approx(1.0)


def test_unsupported_features_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    from janus_md.study.resolve import resolve
    from janus_md.study.statepoint import StatePoint

    point = StatePoint.of(
        {"particle": "R-Au-Cu", "n_bodies": 64, "volume_fraction": 0.05,
         "relative_permittivity": 1.0, "protocol": {"name": "brownian"}}
    )  # fmt: skip
    assert "'brownian' is not in the engine lammps" in objection(
        ENGINES.get("lammps"), resolve(point)
    )
    assert objection(ENGINES.get("hoomd"), resolve(point)) == ""
