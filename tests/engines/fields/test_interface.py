"""Bodies at liquid interfaces in every engine: forces, conservation, and equilibrium averages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import rowan

from janus_md.common.arrays import FloatArray
from janus_md.engines import Engine
from janus_md.engines.base import CPU
from janus_md.engines.lammps.input import fields
from janus_md.model.dynamics import Bath
from janus_md.model.environment import FIELDS, AppliedField
from janus_md.model.interactions.table import Interactions
from janus_md.model.system import System
from janus_md.model.units import MILLINEWTON_PER_M, thermal_energy
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from janus_md.study.statepoint_errors import BadStatePoint
from tests.engines.conftest import ROOM, nve
from tests.engines.fields.quadrature import quadrature

FIELD = FIELDS.get("interface")
KT = thermal_energy(ROOM)
WIDTH = 0.25
TENSION = 5.0 / MILLINEWTON_PER_M
"""5 kJ/mol/nm^2, 8.3 mN/m."""


def point(**changed: Any) -> StatePoint:
    interface = {"tension": TENSION, "width": WIDTH, "angles": {"A": 130.0, "B": 50.0}}
    given: dict[str, Any] = {
        "particle": "snowman",
        "n_bodies": 24,
        "volume_fraction": 0.01,
        "environment": {"interface": interface | changed.pop("interface", {})},
    }
    return StatePoint.of(given | changed)


def free(n: int, seed: int = 1) -> System:
    """Bodies that do not feel each other, at both interfaces, with thermal velocities."""
    setup = resolve(point(relative_permittivity=1.0))
    rng = np.random.default_rng(seed)
    kind, height = setup.bodies[0], float(setup.box[2])
    places = (rng.random((n, 3)) - 0.5) * height
    lower = np.arange(n) % 2 == 0
    places[:, 2] = np.where(lower, -0.25, 0.25) * height + rng.normal(size=n) * 0.1
    over = rowan.from_axis_angle([1.0, 0.0, 0.0], np.where(lower, 0.0, np.pi))
    tilt = rng.normal(size=(n, 3)) * 0.2
    turns = rowan.multiply(rowan.exp(np.column_stack([np.zeros(n), tilt])), over)
    return System(
        bodies=setup.bodies,
        kinds=np.zeros(n, np.int32),
        box=setup.box,
        positions=places,
        orientations=turns,
        interactions=Interactions({}, None),
        velocities=rng.normal(size=(n, 3)) * np.sqrt(KT / kind.mass),
        angular_momenta=rng.normal(size=(n, 3)) * np.sqrt(KT * kind.inertia),
        environment=setup.environment,
    )


def test_energies_and_forces_are_those_of_the_model(engine: Engine) -> None:
    mixed = point(
        particle=None,
        mixture={"snowman": 0.5, "amphiphile": 0.5},
        interface={"angles": {"snowman.A": 120.0, "B": 60.0, "J": 150.0, "amphiphile.A": 20.0}},
    )
    setup = resolve(mixed)
    system = build(setup)
    rng = np.random.default_rng(7)  # many at the interfaces, some across the border of the box
    height = float(system.box[2])
    places = system.positions.copy()
    near = rng.choice([-0.25, 0.25], 12) * height + rng.uniform(-1.5, 1.5, 12)
    places[:12, 2] = near
    places[12:16, 2] = rng.choice([-0.5, 0.4999], 4) * height
    system = replace(system, positions=places, interactions=Interactions({}, None))
    found = engine.energies_and_forces(system)
    parameters = setup.environment[0].parameters
    energy = FIELD.energy(system, parameters)
    force, torque = FIELD.forces(system, parameters)
    assert np.abs(force[:12, 2]).max() > 10.0
    assert np.abs(torque[:12]).max() > 10.0
    np.testing.assert_allclose(found.forces, force, atol=1e-8)
    np.testing.assert_allclose(found.torques, torque, atol=1e-8)
    assert found.energy == pytest.approx(energy.sum(), abs=1e-8)


def test_energy_of_single_bodies_in_an_engine_over_the_height(engine: Engine) -> None:
    """The work of the engine's force from one liquid to the other is the difference of energy."""
    start = free(161)
    height = float(start.box[2])
    z = np.linspace(-0.5 * height, 0.0, 161)
    places = np.column_stack([np.zeros((161, 2)), z])
    turns = np.tile(rowan.from_axis_angle([1.0, 0.0, 0.0], 0.7), (161, 1))
    column = replace(start, positions=places, orientations=turns)
    force = engine.energies_and_forces(column).forces[:, 2]
    energy = FIELD.energy(column, column.environment[0].parameters)
    work = -np.concatenate([[0.0], np.cumsum(0.5 * (force[1:] + force[:-1]) * np.diff(z))])
    np.testing.assert_allclose(energy - energy[0], work, atol=0.02 * np.ptp(energy))
    assert np.ptp(energy) > 4.0 * KT


def test_energy_is_conserved(engine: Engine) -> None:
    start = free(16)
    run = engine.start(start, nve(start), 0.01, None, seed=1, device=CPU)
    totals, shares = [], []
    try:
        for _ in range(20):
            run.advance(100)
            state = run.system()
            shares.append(run.potential_energy())
            kind = state.bodies[0]
            assert state.velocities is not None
            assert state.angular_momenta is not None
            moving = kind.mass * (state.velocities**2).sum()
            turning = (state.angular_momenta**2 / kind.inertia).sum()
            totals.append(shares[-1] + 0.5 * float(moving + turning))
    finally:
        run.close()
    print(f"{engine.name}: {np.ptp(totals):.2e} of {np.ptp(shares):.1f} kJ/mol")
    assert np.ptp(shares) > 10.0
    assert np.ptp(totals) < 1e-4 * np.ptp(shares)


def equilibrium(engine: Engine, n: int, samples: int) -> FloatArray:
    """Time averages of the cosine and the squared height of each body, shape (2, N)."""
    start = free(n)
    kind, damping = start.bodies[0], 15.0
    bath = Bath(KT, "langevin", np.array([kind.mass / damping]), np.array([kind.inertia / damping]))
    run = engine.start(start, bath, 0.2, None, seed=4, device=CPU)
    found = np.zeros((2, n))
    quarter = 0.25 * float(start.box[2])
    try:
        run.advance(500)
        for _ in range(samples):
            run.advance(25)
            state = run.system()
            z = state.positions[:, 2]
            height = quarter - np.abs(z)
            assert np.abs(height).max() < LEFT
            # the slab is above the lower interface and below the upper one
            found += np.stack([-np.sign(z) * state.axes[:, 2], height**2]) / samples
    finally:
        run.close()
    return found


LEFT = 1.6
"""Height beyond which a body has left the interface, nm; its energy there is over 10 kT higher."""


def compare(engine: Engine, n: int, samples: int, told) -> None:
    """Compare averages with quadrature within four standard errors of independent bodies."""
    averages = equilibrium(engine, n, samples)
    (cosine, square), errors = averages.mean(axis=1), averages.std(axis=1, ddof=1) / np.sqrt(n)
    exact = quadrature(free(1), LEFT)
    rms = float(np.sqrt(square))
    for what, reference, ours, error in (
        ("mean cosine", exact[0], cosine, errors[0]),
        ("rms height / nm", exact[1], rms, 0.5 * errors[1] / rms),
    ):
        told(
            f"snowman at a liquid interface: {what}",
            reference=reference,
            source="quadrature of the same points",
            ours=ours,
            error=error,
            engine=engine.name,
        )
        assert ours == pytest.approx(reference, abs=4.0 * error)
        assert error < 0.03


def test_orientation_and_height_in_equilibrium(engine: Engine, report_check) -> None:
    compare(engine, 64, 36, report_check)


@pytest.mark.slow
def test_orientation_and_height_of_long_runs(engine: Engine, report_check) -> None:
    compare(engine, 128, 800, report_check)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"interface": {"angles": {}}}, "interface: it has no angle for A of snowman in angles"),
        ({"interface": {"angles": {"A": 90.0}}}, "interface: it has no angle for B of snowman"),
        (
            {"interface": {"angles": {"A": 90.0, "B": 90.0, "X": 90.0}}},
            "interface: it has an angle for 'X'; allowed are A, B, snowman.A, snowman.B",
        ),
        ({"interface": {"width": 3.0}}, "interface: it needs a box of at least .* nm along z"),
        ({"interface": {"site_spacing": 0.01}}, "points for snowman; at most 5000 are allowed"),
    ],
)
def test_what_cannot_be_at_an_interface_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(BadStatePoint, match=rf"environment\.{message}|{message}"):
        resolve(point(**changed))


def test_angles_must_be_given() -> None:
    given = {
        "particle": "snowman",
        "n_bodies": 24,
        "volume_fraction": 0.01,
        "environment": {"interface": {"tension": 8.0, "width": 0.25}},
    }
    with pytest.raises(BadStatePoint, match=r"environment\.interface\.angles: is missing"):
        StatePoint.of(given)


def test_numpy_numbers_are_plain_in_commands() -> None:
    start = free(2)
    given = start.environment[0].parameters
    parts = {
        part: {kind: np.float64(x) for kind, x in given[part].items()}
        for part in ("surface", "volume")
    }
    numbers = {"width": np.float64(WIDTH), **parts}
    rows = fields(replace(start, environment=(AppliedField("interface", given | numbers),)))
    assert len(rows) == 6
    assert not any("float64" in row for row in rows)
