"""Lattice sums of dipoles with a closed form, through a System, in each engine."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from janus_md.engines import Engine
from janus_md.engines.accuracy import rms
from janus_md.engines.base import SKIN
from janus_md.engines.mesh_work import tight_mesh
from janus_md.model.interactions.table import Electrostatics, Interactions, wca_table
from janus_md.model.pairs.energy import pair_forces
from janus_md.model.system import System
from janus_md.model.units import COULOMB
from janus_md.study.catalogue.catalog import body
from tests.engines.conftest import ARITHMETIC, SEPARATIONS, point_limit, two_charge_dipole
from tests.ewald import whole_bodies

ALONG_X = np.array([math.sqrt(0.5), 0.0, math.sqrt(0.5), 0.0])  # turns +z into +x


def dipole_lattice(separation: float, cells: int, antiparallel_columns: bool) -> System:
    """Simple cubic lattice with spacing 1 nm, dipoles of 1 e nm along x."""
    grid = np.stack(np.meshgrid(*[np.arange(cells)] * 3, indexing="ij"), -1).reshape(-1, 3)
    orientations = np.tile(ALONG_X, (len(grid), 1))
    if antiparallel_columns:
        turned = (grid[:, 1] + grid[:, 2]) % 2 == 1
        orientations[turned] = ALONG_X * np.array([1, 1, -1, 1])
    kind = two_charge_dipole(separation)
    return System(
        bodies=(kind,),
        kinds=np.zeros(len(grid), np.int32),
        box=np.array([cells] * 3 + [0, 0, 0], float),
        positions=grid + 0.5 - 0.5 * cells,
        orientations=orientations,
        interactions=Interactions({}, Electrostatics(1.0, 0.1)),
    )


def test_ferroelectric_cube_in_conducting_surroundings(engine: Engine, report_check) -> None:
    """Any cubic lattice of point dipoles: -(2 pi / 3) rho mu^2 each."""
    energy = {}
    for s in SEPARATIONS:
        system = dipole_lattice(s, 6, antiparallel_columns=False)
        found = engine.energies_and_forces(system, tight_mesh(system, SKIN, 1e-5))
        energy[s] = found.energy / system.n_bodies / COULOMB
        # By symmetry no body feels a force.
        assert rms(found.forces) < ARITHMETIC[engine.name] * COULOMB / s**2
    exact = {0.1: -2.12553797, 0.2: -2.21985298}
    limit = point_limit(list(energy.values()))
    for s, value in exact.items():
        report_check(
            f"cube of parallel dipoles, charges {s} apart, energy / (μ²/d³)",
            reference=value,
            source="direct Ewald sum",
            ours=energy[s],
            engine=engine.name,
        )
    report_check(
        "cube of parallel dipoles, extrapolated to points, energy / (μ²/d³)",
        reference=-2 * math.pi / 3,
        source="-2π/3, conducting surroundings",
        ours=limit,
        engine=engine.name,
    )
    for s, value in exact.items():
        assert energy[s] == pytest.approx(value, rel=5e-6)
    assert limit == pytest.approx(-2 * math.pi / 3, rel=1e-5)


def test_antiparallel_columns_are_the_ground_state_of_the_cube(
    engine: Engine, report_check
) -> None:
    """-2.6767886844 mu^2/d^3 each (Luttinger and Tisza, Phys. Rev. 70, 954, 1946), s -> 0."""
    energies = []
    for s in SEPARATIONS:
        system = dipole_lattice(s, 6, antiparallel_columns=True)
        found = engine.energies_and_forces(system, tight_mesh(system, SKIN, 1e-5))
        energies.append(found.energy / system.n_bodies / COULOMB)
    limit = point_limit(energies)
    report_check(
        "cube of antiparallel columns of point dipoles, energy / (μ²/d³)",
        reference=-2.6767886844,
        source="Luttinger and Tisza 1946",
        ours=limit,
        engine=engine.name,
    )
    assert limit == pytest.approx(-2.6767886844, rel=1e-5)


@pytest.mark.parametrize("model", ["sphere", "bladed"])
def test_pair_in_a_large_box_is_the_free_pair_and_its_images(engine: Engine, model: str) -> None:
    """Energy, forces and torques of two bodies against the sum over their sites in free space.

    What the images 30 nm away add is the direct Ewald sum without that of the free charges.
    """
    kind = body("R-Au-Cu", model)
    charges = replace(kind, diameters=dict.fromkeys(kind.diameters, 0.0))
    rng = np.random.default_rng(4)
    length = 30.0
    for _ in range(3):
        q = rng.normal(size=(2, 4))
        q /= np.linalg.norm(q, axis=1, keepdims=True)
        apart = rng.normal(size=3)
        apart *= 3.2 / np.linalg.norm(apart)
        system = System(
            bodies=(kind,),
            kinds=np.zeros(2, np.int32),
            box=np.array([length] * 3 + [0, 0, 0]),
            positions=np.array([-0.5 * apart, 0.5 * apart]),
            orientations=q,
            interactions=Interactions(wca_table((kind,)), Electrostatics(1.0, 0.1)),
        )
        found = engine.energies_and_forces(system, tight_mesh(system, SKIN, 1e-5))
        free = pair_forces(kind, kind, apart, q[0], q[1])
        bare = pair_forces(charges, charges, apart, q[0], q[1])
        images = whole_bodies(system, 0.6)
        energy = images.energy + free.energy[0] - bare.energy[0]
        assert found.energy == pytest.approx(energy, abs=2e-4)
        force = images.forces[1] + free.force[0] - bare.force[0]
        np.testing.assert_allclose(found.forces, [-force, force], atol=2e-4)
        torques = np.concatenate([free.torque_a, free.torque_b])
        torques += images.torques - np.concatenate([bare.torque_a, bare.torque_b])
        np.testing.assert_allclose(found.torques, torques, atol=2e-4)
