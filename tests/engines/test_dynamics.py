"""Free rigid bodies in each bath move as the closed forms say, within statistical error."""

from __future__ import annotations

import numpy as np
import pytest
import rowan

from janus_md.engines import Engine
from janus_md.engines.base import CPU
from janus_md.model.body import RigidBody
from janus_md.model.dynamics import Bath
from janus_md.model.interactions.table import Interactions
from janus_md.model.system import System
from janus_md.model.units import stokes_friction, thermal_energy
from janus_md.simulation.thermodynamics import kinetic_energies
from janus_md.study.catalogue.catalog import body
from janus_md.study.stages import damped
from tests.engines.conftest import ROOM, catalogue_system

KT = thermal_energy(ROOM)
N = 2000


def free_bodies(kind: RigidBody, seed: int = 1) -> System:
    """N bodies that do not feel each other, with thermal velocities."""
    rng = np.random.default_rng(seed)
    length = 200.0
    return System(
        bodies=(kind,),
        kinds=np.zeros(N, np.int32),
        box=np.array([length, length, length, 0, 0, 0]),
        positions=(rng.random((N, 3)) - 0.5) * length,
        orientations=rowan.normalize(rng.normal(size=(N, 4))),
        interactions=Interactions({}, None),
        velocities=rng.normal(size=(N, 3)) * np.sqrt(KT / kind.mass),
        angular_momenta=rng.normal(size=(N, 3)) * np.sqrt(KT * kind.inertia),
    )


def stokes(kind: RigidBody) -> Bath:
    gamma, gamma_r = stokes_friction(0.413, kind.hydrodynamic_radius)
    return Bath(KT, "langevin", np.array([gamma]), np.full((1, 3), gamma_r))


@pytest.mark.parametrize("bath", ["langevin", "stokes", "nve"])
def test_kicks_equal_the_last_half_step(engine: Engine, bath: str) -> None:
    """Places have moved by ``dt (v - dt F / 2 m)``, orientations as ``L - dt N / 2`` turns them.

    So the kicks hold all that pushed, the bath's share too. (What the next step begins with is
    another matter: HOOMD-blue forgets the bath's torque where a run ends.)
    """
    kind, step = body("R-Au-Cu", "sphere"), 0.5
    of_kind = {
        "langevin": damped((kind,), KT, 5.0, "langevin"),
        "stokes": stokes(kind),
        "nve": damped((kind,), KT, 5.0, "nve"),
    }[bath]
    start = catalogue_system(("R-Au-Cu",), "sphere", 64, seed=3)
    mesh = engine.tight_mesh(start)
    run = engine.start(start, of_kind, step, mesh, seed=5, device=CPU)
    run.advance(20)
    before = run.system()
    run.advance(1)
    here, kicks = run.system(), run.kicks()
    run.close()
    edge = start.box[0]
    moved = here.positions - before.positions + edge * (here.images - before.images)
    expected = step * (here.velocities - 0.5 * step * kicks.forces / kind.mass)
    np.testing.assert_allclose(moved, expected, atol=1e-5 * np.abs(expected).max())
    momenta = lab_momenta(here) - 0.5 * step * kicks.torques
    turned = rowan.multiply(here.orientations, rowan.conjugate(before.orientations))
    turn = rowan.exp(np.column_stack([np.zeros(64), 0.5 * step * momenta / kind.inertia[0]]))
    turned *= np.sign((turned * turn).sum(axis=1))[:, None]
    np.testing.assert_allclose(turned, turn, atol=1e-4)
    # The bath is in them: against those of the forces alone.
    alone = engine.energies_and_forces(here, mesh)
    pushed = np.abs(kicks.forces - alone.forces).max() / np.abs(alone.forces).max()
    assert pushed < 1e-3 if bath == "nve" else pushed > 0.1


def lab_momenta(system: System) -> np.ndarray:
    return rowan.rotate(system.orientations, system.angular_momenta)


def overlap(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """<a.b> / <a.a> and its standard error over bodies."""
    products = np.einsum("ij,ij->i", a, b)
    squares = np.einsum("ij,ij->i", a, a).mean()
    return products.mean() / squares, products.std() / np.sqrt(len(products)) / squares


@pytest.mark.parametrize("model", ["sphere", "bladed"])
def test_velocity_decorrelates_in_five_ps_when_dry(engine: Engine, model: str) -> None:
    """<v(0).v(t)> and <L(0).L(t)> fall as exp(-t / 5 ps), L in the laboratory's frame."""
    kind = body("R-Au-Cu", model)
    start = free_bodies(kind)
    run = engine.start(start, damped((kind,), KT, 5.0, "langevin"), 0.1, None, seed=3, device=CPU)
    run.advance(50)
    end = run.system()
    run.close()
    for a, b in ((start.velocities, end.velocities), (lab_momenta(start), lab_momenta(end))):
        found, error = overlap(a, b)
        assert found == pytest.approx(np.exp(-1.0), abs=4 * error)
        assert error < 0.02


def test_stokes_friction_of_translation_and_rotation(engine: Engine) -> None:
    """<v(0).v(t)> = exp(-gamma t / m) and <L(0).L(t)> = exp(-gamma_r t / I) (Langevin)."""
    kind = body("R-Au-Cu", "sphere")
    start, bath = free_bodies(kind), stokes(kind)
    elapsed = 0.3
    run = engine.start(start, bath, 0.01, None, seed=3, device=CPU)
    run.advance(30)
    end = run.system()
    run.close()
    moving, error = overlap(start.velocities, end.velocities)
    assert moving == pytest.approx(np.exp(-bath.gamma[0] * elapsed / kind.mass), abs=4 * error)
    turning, error = overlap(lab_momenta(start), lab_momenta(end))
    rate = bath.gamma_r[0, 0] / kind.inertia[0]
    assert turning == pytest.approx(np.exp(-rate * elapsed), abs=4 * error)


def test_free_body_keeps_momentum_and_energy(engine: Engine) -> None:
    """Without a bath a free asymmetric top keeps velocity, angular momentum and energy."""
    kind = body("R-Au-Cu", "bladed")
    start = free_bodies(kind)
    bath = Bath(0.0, "nve", np.ones(1), np.ones((1, 3)))
    run = engine.start(start, bath, 0.05, None, seed=1, device=CPU)
    run.advance(200)
    end = run.system()
    run.close()
    np.testing.assert_allclose(end.velocities, start.velocities, atol=1e-12)
    scale = np.abs(lab_momenta(start)).max()
    np.testing.assert_allclose(lab_momenta(end), lab_momenta(start), atol=1e-12 * scale)
    assert sum(kinetic_energies(end)) == pytest.approx(sum(kinetic_energies(start)), rel=1e-9)
