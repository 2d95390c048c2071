"""Active bodies in every engine: forces, and the mean squared displacement in closed form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from janus_md.engines import Engine
from janus_md.engines.base import CPU
from janus_md.engines.capabilities import Capabilities, objection
from janus_md.engines.lammps.input import fields
from janus_md.model.body import FloatArray
from janus_md.model.environment import FIELDS, AppliedField
from janus_md.model.fields.activity import active_msd
from janus_md.model.system import System
from janus_md.study.catalogue.catalog import body
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from janus_md.study.statepoint_errors import BadStatePoint
from tests.engines.conftest import catalogue_system, nve, usable
from tests.engines.test_dynamics import KT, free_bodies, stokes

KIND = body("R-Au-Cu", "sphere")
BATH = stokes(KIND)
SPEED = 0.005
"""nm/ps; the friction is 3773.97 amu/ps, so the force is 18.87 kJ/mol/nm."""


def propelled(system: System, **forces: float) -> System:
    """Bodies with these forces along their axes, kJ/mol/nm, by the names of particles."""
    everybody = {body.name: 0.0 for body in system.bodies} | forces
    parameters = {"speed": SPEED, "particles": None, "force": everybody}
    return replace(system, environment=(AppliedField("activity", parameters),))


def active(n: int) -> System:
    """Free bodies, all active."""
    start = free_bodies(KIND)
    few = {
        name: getattr(start, name)[:n]
        for name in (
            "kinds",
            "positions",
            "orientations",
            "images",
            "velocities",
            "angular_momenta",
        )
    }
    force = SPEED * float(BATH.gamma[0])
    return propelled(replace(start, **few), **{KIND.name: force})


def point(**changed: Any) -> StatePoint:
    given: dict[str, Any] = {
        "particle": "R-Au-Cu",
        "n_bodies": 64,
        "volume_fraction": 0.02,
        "viscosity": 0.413,
        "electrostatics": {"method": "none"},
        "environment": {"activity": {"speed": SPEED}},
    }
    return StatePoint.of(given | changed)


def test_forces_are_along_the_axes_of_the_chosen_bodies(engine: Engine) -> None:
    """Already before the first step, where LAMMPS ignores fixes that follow the rigid bodies."""
    system = catalogue_system(("R-Au-Cu", "Au3Cd"), "bladed", 24, seed=5)
    mesh = engine.tight_mesh(system)
    moved = propelled(system, Au3Cd=-7.5)
    without, found = (engine.energies_and_forces(one, mesh) for one in (system, moved))
    chosen = np.array([one.name == "Au3Cd" for one in system.bodies])[system.kinds]
    assert 0 < chosen.sum() < 24
    expected = np.where(chosen[:, None], -7.5 * system.axes, 0.0)
    np.testing.assert_allclose(found.forces - without.forces, expected, atol=1e-9)
    np.testing.assert_allclose(found.torques - without.torques, 0.0, atol=1e-9)
    assert found.energy == pytest.approx(without.energy, abs=1e-9)
    field = moved.environment[0]
    force, torque = FIELDS.get("activity").forces(moved, field.parameters)
    np.testing.assert_allclose(force, expected, atol=1e-12)
    assert not torque.any()


def test_forces_turn_with_the_bodies(engine: Engine) -> None:
    """LAMMPS turns the dipoles of the central particles with the bodies."""
    start = active(100)
    run = engine.start(start, BATH, 0.5, None, seed=2, device=CPU)
    run.advance(1000)
    run.close()
    still = engine.start(start, nve(start), 0.1, None, seed=2, device=CPU)
    still.advance(400)
    end, found = still.system(), still.forces().forces
    still.close()
    turned = np.einsum("ij,ij->i", start.axes, end.axes)
    assert turned.min() < 0.0
    force = SPEED * BATH.gamma[0]
    np.testing.assert_allclose(found, force * end.axes, atol=1e-9 * force)


def test_the_force_balances_the_friction_of_the_production() -> None:
    setup = resolve(point())
    parameters = setup.environment[0].parameters
    assert parameters["force"]["R-Au-Cu"] == pytest.approx(SPEED * setup.bath.gamma[0])
    assert parameters["force"]["R-Au-Cu"] == pytest.approx(18.87, abs=0.005)
    mixed = point(
        particle=None,
        mixture={"R-Au-Cu": 0.5, "S-Au-Cu": 0.5},
        environment={"activity": {"speed": -SPEED, "particles": ["S-Au-Cu"]}},
    )
    parameters = resolve(mixed).environment[0].parameters
    assert parameters["force"]["R-Au-Cu"] == 0.0
    assert parameters["force"]["S-Au-Cu"] == pytest.approx(-18.87, abs=0.005)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"viscosity": None, "protocol": {"name": "nve"}}, "environment.activity: it needs fric"),
        (
            {"environment": {"activity": {"speed": 1.0, "particles": ["Au3Cd"]}}},
            "environment.activity: it has 'Au3Cd' in particles; allowed are R-Au-Cu",
        ),
        ({"environment": {"activity": {}}}, "environment.activity.speed: is missing"),
    ],
)
def test_what_cannot_be_active_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(BadStatePoint, match=message):
        resolve(point(**changed))


def test_an_engine_without_the_field_is_refused() -> None:
    class Bare(Engine):
        name = "bare"
        capabilities = Capabilities(methods=("langevin",), mesh=False)

        @classmethod
        def has(cls, kind: str, name: str) -> bool:
            return kind == "terms"

    assert objection(Bare, resolve(point())) == "environment.activity: it is not in the engine bare"


def test_numpy_numbers_are_plain_in_commands() -> None:
    start = active(2)
    force = np.float64(18.5)
    rows = fields(propelled(start, **{KIND.name: force}))
    assert rows == ["group activity1 type 1", "fix activity1 activity1 propel/self dipole 18.5"]


def displacements(
    engine: Engine, n: int, method: str, times: list[float], time_step: float, windows: int
) -> FloatArray:
    """Mean squared displacement of each body after these times, shape (times, N), nm^2.

    The average of several windows, one after another, once the bodies have reached their speed.
    """
    bath = replace(BATH, method=method)
    run = engine.start(active(n), bath, time_step, None, seed=3, device=CPU)
    steps = np.diff(np.round(np.array([0.0, *times]) / time_step).astype(int))
    found = np.zeros((len(times), n))
    try:
        run.advance(round(20.0 / time_step))  # m/gamma is 1.1 ps
        for _ in range(windows):
            start = run.system().unwrapped
            for k, count in enumerate(steps.tolist()):
                run.advance(count)
                found[k] += np.sum((run.system().unwrapped - start) ** 2, axis=1) / windows
    finally:
        run.close()
    return found


def compare(told, engine: str, method: str, times: list[float], squares: FloatArray) -> None:
    """Compare mean squared displacements with the closed form within three standard errors."""
    mass = KIND.mass if method == "langevin" else 0.0
    gamma, gamma_r = float(BATH.gamma[0]), float(BATH.gamma_r[0, 0])
    exact = active_msd(np.array(times), SPEED, KT, gamma, gamma_r, mass)
    passive = active_msd(np.array(times), 0.0, KT, gamma, gamma_r, mass)
    for k, time in enumerate(times):
        mean = squares[k].mean()
        error = squares[k].std(ddof=1) / np.sqrt(squares.shape[1])
        told(
            f"active bodies, {method}: mean squared displacement in {time:g} ps / nm²",
            reference=exact[k],
            source="closed form",
            ours=mean,
            error=error,
            engine=engine,
        )
        assert mean == pytest.approx(exact[k], abs=3.0 * error)
        assert error < 0.08 * exact[k]
    assert mean > passive[k] + 10.0 * error  # the control: bodies without activity


def test_closed_form() -> None:
    """Values of a free body with D 0.6569 nm^2/ns and D_r 0.7602 /ns."""
    brownian = active_msd(np.array([1.0]), speed=1.0, kT=1.0, gamma=10.0, gamma_r=2.0)
    assert brownian[0] == pytest.approx(1.3357588823, rel=1e-9)  # D 0.1, v 1, D_r 0.5
    times = np.array([50.0, 400.0, 1600.0])
    gamma, gamma_r = float(BATH.gamma[0]), float(BATH.gamma_r[0, 0])
    found = active_msd(times, SPEED, KT, gamma, gamma_r, KIND.mass)
    np.testing.assert_allclose(found, [0.2537, 4.871, 39.19], rtol=2e-4)
    slope = np.diff(active_msd(np.array([1e6, 2e6]), SPEED, KT, gamma, gamma_r, KIND.mass)) / 6e6
    persistent = SPEED**2 * 0.5 * gamma_r / KT / 3.0  # v^2 tr / 3 adds to the diffusion
    assert slope[0] == pytest.approx(KT / gamma + persistent, rel=1e-6)


def test_mean_squared_displacement(engine: Engine, report_check) -> None:
    times = [50.0, 400.0]
    compare(
        report_check, engine.name, "langevin", times,
        displacements(engine, 512, "langevin", times, 0.5, 1),
    )  # fmt: skip


def test_mean_squared_displacement_of_brownian_bodies(report_check) -> None:
    times = [50.0, 400.0]
    squares = displacements(usable("hoomd"), 512, "brownian", times, 0.5, 1)
    compare(report_check, "hoomd", "brownian", times, squares)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["langevin", "brownian"])
def test_mean_squared_displacement_of_long_runs(engine: Engine, method: str, report_check) -> None:
    """With the inertia of a step of 0.1 ps; 2000 bodies for 1.6 ns."""
    if method not in engine.capabilities.methods:
        pytest.skip(f"{engine.name} has no {method} dynamics")
    times = [50.0, 400.0, 1600.0]
    squares = displacements(engine, 2000, method, times, 0.1 if method == "langevin" else 0.5, 1)
    compare(report_check, engine.name, method, times, squares)
