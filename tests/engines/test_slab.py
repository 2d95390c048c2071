"""Electrostatics of a slab in LAMMPS against direct Ewald sums with the slab's term."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rowan

from janus_md.engines import Engine
from janus_md.engines.accuracy import rms
from janus_md.engines.base import CPU
from janus_md.engines.mesh import SLAB_FACTOR, mesh_lengths, resolution_for
from janus_md.engines.tuning import tune
from janus_md.model.interactions.table import Electrostatics, Interactions
from janus_md.model.system import System
from janus_md.model.units import COULOMB, thermal_energy
from janus_md.study.stages import damped
from tests.engines.conftest import ARITHMETIC, ROOM, random_dipoles, usable
from tests.ewald import whole_bodies


@pytest.fixture
def lammps() -> Engine:
    return usable("lammps")


def slab(length_z: float) -> System:
    """Dipoles of 1 e nm in a layer of 4 nm, most of which point up, in a box of 8 x 8 nm."""
    plain = random_dipoles(40, 8.0, seed=3)
    x = plain.positions * [1.0, 1.0, 0.5]
    rng = np.random.default_rng(1)
    up = rowan.normalize(np.array([2.0, 0, 0, 0]) + rng.normal(size=(40, 4)))
    box = np.array([8.0, 8.0, length_z, 0, 0, 0])
    return replace(
        plain,
        positions=x,
        orientations=up,
        box=box,
        interactions=Interactions({}, Electrostatics(1.0, 0.1, slab=True)),
    )


def with_term(system: System):
    """Ewald sum in the longer box, with 2 pi Mz^2 / V and its forces (Yeh and Berkowitz 1999)."""
    box = system.box.copy()
    box[2] *= SLAB_FACTOR
    found = whole_bodies(replace(system, box=box))
    (kind,) = system.bodies
    dipoles = rowan.rotate(system.orientations, kind.charges @ kind.positions)
    total, volume = dipoles[:, 2].sum(), float(box[:3].prod())
    energy = found.energy + 2.0 * np.pi * COULOMB * total**2 / volume
    # the force on a charge is -4 pi q Mz / V along z: a torque on a neutral body
    field = np.array([0.0, 0.0, -4.0 * np.pi * COULOMB * total / volume])
    return energy, found.forces, found.torques + np.cross(dipoles, field)


@pytest.mark.parametrize("length_z", [12.0, 24.0, 48.0])
def test_slab_is_the_periodic_sum_with_the_dipole_term(
    lammps: Engine, length_z: float, report_check
) -> None:
    system = slab(length_z)
    found = lammps.energies_and_forces(system)
    energy, forces, torques = with_term(system)
    report_check(
        f"slab of dipoles, Lz {length_z:g} nm, energy / (kJ/mol)",
        reference=energy,
        source="direct Ewald sum and 2π Mz²/V (Yeh and Berkowitz 1999)",
        ours=found.energy,
        engine="lammps",
    )
    assert found.energy == pytest.approx(energy, rel=1e-5)
    scale = np.sqrt((torques**2).sum(axis=1).mean())
    np.testing.assert_allclose(found.forces, forces, atol=10 * ARITHMETIC["lammps"] * scale)
    np.testing.assert_allclose(found.torques, torques, atol=10 * ARITHMETIC["lammps"] * scale)


def test_energy_of_a_slab_does_not_depend_on_the_empty_part_of_its_box(lammps: Engine) -> None:
    """Without the term, energies at 12 and 48 nm differ by far more."""
    energies = [lammps.energies_and_forces(slab(length)).energy for length in (12.0, 24.0, 48.0)]
    assert np.ptp(energies) < 2e-5 * abs(energies[0])
    box = slab(12.0)
    periodic = replace(box, interactions=Interactions({}, Electrostatics(1.0, 0.1)))
    assert abs(lammps.energies_and_forces(periodic).energy - energies[0]) > 1e-2 * abs(energies[0])


def test_error_reported_by_tuning_is_true_in_a_slab(lammps: Engine) -> None:
    system, kT = slab(12.0), thermal_energy(ROOM)
    _, forces, torques = with_term(system)
    tuned = tune(
        lammps, system, damped(system.bodies, kT, 5.0, "langevin"), 1e-4, device=CPU,
        force_error=1.0,
    )  # fmt: skip
    assert tuned.mesh is not None
    assert tuned.mesh.resolution[2] >= 36.0 / 8.0 * tuned.mesh.resolution[0]
    found = lammps.energies_and_forces(system, tuned.mesh)
    assert rms(found.forces - forces) / kT == pytest.approx(tuned.force_error, rel=0.02)
    assert rms(found.torques - torques) / kT == pytest.approx(tuned.torque_error, rel=0.02)
    assert tuned.force_error < 1.0


def test_mesh_of_a_slab_covers_the_empty_part() -> None:
    system = slab(12.0)
    assert mesh_lengths(system).tolist() == [8.0, 8.0, 36.0]
    x, y, z = resolution_for(system, 16)
    assert (x, y) == (16, 16)
    assert z >= 16 * 36 / 8
