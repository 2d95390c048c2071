"""Magnetic particles in a magnetic field, in every engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rowan

from janus_md.common.errors import JanusError
from janus_md.engines.base import Engine
from janus_md.model.body import RigidBody
from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from tests.study.catalogue.bead_files import read

AVOGADRO_MU_B = 9.2740100783e-24 * 6.02214076e23 / 1e3
"""Energy of one Bohr magneton in 1 T, kJ/mol (CODATA 2018)."""

MAGNET = """\
name: magnet
beads:
  - {kind: S, at: [0, 0, -0.5]}
  - {kind: N, at: [0, 0, 0.5]}
  - {kind: M, at: [0, 0, 0]}
kinds:
  M: {diameter: 3.0}
  N: {diameter: 0, magnetic_charge: 12800}
  S: {diameter: 0, magnetic_charge: -12800}
mass: 100000
"""


@pytest.fixture
def magnet(own_folder) -> RigidBody:
    (own_folder / "magnet.yaml").write_text(MAGNET)
    return read(MAGNET).build(None)


def point(**changed) -> StatePoint:
    fields = {"particle": "magnet", "n_bodies": 8, "volume_fraction": 0.02}
    return StatePoint.of(fields | changed)


def system(setup: Setup) -> System:
    from janus_md.simulation.start.placement import place_at_random

    kinds = np.zeros(setup.n_bodies, np.int32)
    rng = np.random.default_rng(3)
    length = float(setup.box[0])
    x, q = place_at_random(setup.bodies, kinds, length, setup.interactions.pairs, rng)
    return System(
        bodies=setup.bodies, kinds=kinds, box=setup.box, positions=x, orientations=q,
        interactions=setup.interactions, environment=setup.environment,
    )  # fmt: skip


def test_torque_and_energy_in_a_magnetic_field(engine: Engine, magnet: RigidBody) -> None:
    # torque m x B and energy -m . B with m = 12800 Bohr magnetons
    field = np.array([0.1, -0.2, 0.3])
    setup = resolve(point(environment={"magnetic_field": dict(zip("xyz", field, strict=True))}))
    state = system(setup)
    mesh = engine.tight_mesh(state)
    found = engine.energies_and_forces(state, mesh)
    without = engine.energies_and_forces(replace(state, environment=()), mesh)
    moments = 12800 * AVOGADRO_MU_B * rowan.rotate(state.orientations, [0.0, 0.0, 1.0])
    np.testing.assert_allclose(
        found.torques - without.torques, np.cross(moments, field), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(found.forces - without.forces, 0.0, atol=1e-7)
    assert found.energy - without.energy == pytest.approx(-(moments @ field).sum(), rel=1e-5)


def test_moments_interact_as_in_vacuum_whatever_the_medium(magnet: RigidBody) -> None:
    from janus_md.model.pairs.energy import pair_energy

    for medium in (None, 78.5):
        setup = resolve(point(relative_permittivity=medium))
        assert setup.relative_permittivity == 1.0
    assert Setup.of(setup.to_dict()).bodies[0].magnetic
    # two point moments in line: -2 mu0 m^2 / (4 pi r^3)
    far = 60.0
    moment = 12800 * 9.2740100783e-24
    expected = -2e-7 * moment**2 / (far * 1e-9) ** 3 * 6.02214076e23 / 1e3
    assert pair_energy(magnet, magnet, [0.0, 0.0, far]) == pytest.approx(expected, rel=2e-3)


def test_a_field_that_acts_on_nothing_is_refused(magnet: RigidBody) -> None:
    with pytest.raises(JanusError, match=r"magnetic_field: it acts on magnetic charges, and no"):
        resolve(point(particle="amphiphile", environment={"magnetic_field": {"z": 1.0}}))
    with pytest.raises(JanusError, match=r"electric_field: it acts on electric charges, and no"):
        resolve(point(environment={"electric_field": {"z": 1.0}}))
    with pytest.raises(JanusError, match=r"magnetic_field: it has no component other than 0"):
        resolve(point(environment={"magnetic_field": {}}))


def test_electric_and_magnetic_charges_together_are_refused(magnet: RigidBody) -> None:
    both = MAGNET.replace("M: {diameter: 3.0}", "M: {diameter: 3.0, charge: 1.0}")
    with pytest.raises(JanusError, match="both electric and magnetic charges"):
        read(both)
    mixture = {"magnet": 0.5, "R-Au-Cu": 0.5}
    with pytest.raises(JanusError, match="mixture: magnet has magnetic charges and R-Au-Cu"):
        resolve(point(particle=None, mixture=mixture, model="sphere", relative_permittivity=1.0))
