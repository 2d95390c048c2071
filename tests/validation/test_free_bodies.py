"""Free rigid bodies in a bath: diffusion, rotational diffusion and equipartition, in each engine.

Closed forms: D = kT/γ, MSD = 6 D [t - τ (1 - exp(-t/τ))] with τ = m/γ, <u(0).u(t)> = exp(-2 D_r t)
with D_r = kT/γ_r, and kT/2 per degree of freedom, of which a linear body has two rotations.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rowan

from janus_md.common.errors import JanusError
from janus_md.engines import Engine
from janus_md.engines.base import CPU
from janus_md.model.body import RigidBody
from janus_md.model.dynamics import Bath
from janus_md.model.system import System
from janus_md.study.catalogue.catalog import body
from janus_md.study.stages import damped
from tests.engines.conftest import usable
from tests.engines.test_dynamics import KT, N, free_bodies, stokes

FORM = "closed form"
ALLOWED = 3.0
"""Standard errors."""


def linear(kind: RigidBody) -> RigidBody:
    """The same body as a rod: no inertia about its axis."""
    return replace(kind, name="rod", diameters=kind.diameters | {"rod": 0.0}, inertia=RODS)


RODS = np.array([1067.0, 1067.0, 0.0])
KINDS = {
    "sphere": body("R-Au-Cu", "sphere"),
    "bladed": body("R-Au-Cu", "bladed"),
    "linear": linear(body("R-Au-Cu", "sphere")),
}


def held(told, check: str, exact: float, ours: float, error: float, engine: str) -> None:
    """Say both numbers, and assert that they differ by no more than the error allows."""
    told(check, reference=exact, source=FORM, ours=ours, error=error, engine=engine)
    assert ours == pytest.approx(exact, abs=ALLOWED * error)


def diffusion(start: System, end: System, elapsed: float, tau: float) -> tuple[float, float]:
    """D and its standard error, nm^2/ns, from the displacements in `elapsed` ps."""
    moved = end.positions + end.images * start.box[:3] - start.positions
    squares = np.einsum("ij,ij->i", moved, moved)
    per_d = 6 * (elapsed - tau * (1 - np.exp(-elapsed / tau))) * 1e-3
    return squares.mean() / per_d, squares.std() / np.sqrt(len(squares)) / per_d


def rotational_diffusion(start: System, end: System, elapsed: float) -> tuple[float, float]:
    """D_r and its standard error, 1/ns, from <u(0).u(t)> after `elapsed` ps."""
    z = np.array([0.0, 0.0, 1.0])
    cosines = np.einsum(
        "ij,ij->i", rowan.rotate(start.orientations, z), rowan.rotate(end.orientations, z)
    )
    mean, error = cosines.mean(), cosines.std() / np.sqrt(len(cosines))
    per_d = 2e-3 * elapsed
    return -np.log(mean) / per_d, error / mean / per_d


def after(engine: Engine, start: System, bath: Bath, time_step: float, steps: int) -> System:
    run = engine.start(start, bath, time_step, None, seed=3, device=CPU)
    run.advance(steps)
    end = run.system()
    run.close()
    return end


def test_diffusion_of_langevin_bodies(engine: Engine, report_check) -> None:
    """4118 amu, 0.8 nm, 0.413 mPa s, 298.15 K: D = 0.6609627 nm^2/ns, D_r = 0.7745656 /ns."""
    kind = replace(KINDS["sphere"], hydrodynamic_radius=0.8)
    bath = stokes(kind)
    assert KT / bath.gamma[0] == pytest.approx(6.609627e-4, rel=1e-6)
    assert KT / bath.gamma_r[0, 0] == pytest.approx(7.745656e-4, rel=1e-6)
    start = free_bodies(kind)
    elapsed = 200.0
    end = after(engine, start, bath, 0.1, 2000)
    found, error = diffusion(start, end, elapsed, kind.mass / bath.gamma[0])
    held(report_check, "Langevin, D / (nm²/ns)", 0.6609627, found, error, engine.name)
    found, error = rotational_diffusion(start, end, elapsed)
    held(report_check, "Langevin, D_r / (1/ns)", 0.7745656, found, error, engine.name)


def test_diffusion_of_brownian_bodies(report_check) -> None:
    """The same without inertia (HOOMD-blue alone)."""
    engine = usable("hoomd")
    kind = replace(KINDS["sphere"], hydrodynamic_radius=0.8)
    start = free_bodies(kind)
    end = after(engine, start, replace(stokes(kind), method="brownian"), 0.5, 1000)
    found, error = diffusion(start, end, 500.0, 1e-9)
    held(report_check, "Brownian, D / (nm²/ns)", 0.6609627, found, error, engine.name)
    found, error = rotational_diffusion(start, end, 500.0)
    held(report_check, "Brownian, D_r / (1/ns)", 0.7745656, found, error, engine.name)


@pytest.mark.parametrize("friction", ["dry", "solvent"])
@pytest.mark.parametrize("shape", KINDS)
def test_equipartition(engine: Engine, report_check, shape: str, friction: str) -> None:
    """Each degree of freedom holds kT / 2, from a start at four times the temperature."""
    kind = KINDS[shape]
    if (engine.name, shape, friction) == ("lammps", "linear", "solvent"):
        # Noise about the axis would wind up there, and the body precess like a gyroscope.
        with pytest.raises(JanusError, match=r"rod.*inertia.*hoomd"):
            engine.start(free_bodies(kind), stokes(kind), 0.1, None, seed=1, device=CPU)
        return
    cold = free_bodies(kind)
    hot = replace(cold, velocities=2 * cold.velocities, angular_momenta=2 * cold.angular_momenta)
    # Steps for the start to be forgotten, and from sample to sample.
    if friction == "dry":
        bath, time_step, steps = damped((kind,), KT, 5.0, "langevin"), 0.1, (300, 100)
    else:
        bath, time_step, steps = stokes(kind), 0.02, (300, 150)
    run = engine.start(hot, bath, time_step, None, seed=5, device=CPU)
    run.advance(steps[0])
    squares = []
    for _ in range(4):
        run.advance(steps[1])
        end = run.system()
        moving = kind.mass * end.velocities**2
        turning = end.angular_momenta**2 / np.where(kind.inertia > 0, kind.inertia, np.inf)
        squares.append(np.concatenate([moving, turning], axis=1) / KT)
    run.close()
    free = np.append(np.ones(3, bool), kind.inertia > 0)
    found = np.mean(squares, axis=(0, 1))
    error = np.sqrt(2.0 / (len(squares) * N))  # of a mean of squared normal numbers
    for motion, which in (("moving", slice(0, 3)), ("turning", slice(3, 6))):
        own = found[which][free[which]]
        report_check(
            f"kT per degree of freedom, {motion}: {shape} body, {friction}",
            reference=1.0,
            source=FORM,
            ours=own.mean(),
            error=error / np.sqrt(len(own)),
            engine=engine.name,
        )
    np.testing.assert_allclose(found[free], 1.0, atol=4 * error)
    np.testing.assert_array_equal(found[~free], 0.0)
