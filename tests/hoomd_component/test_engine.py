"""HOOMD-blue with the component against HOOMD-blue alone: the same results, whole runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.engines import load
from janus_md.engines.accuracy import rms
from janus_md.engines.base import CPU, Engine
from janus_md.engines.hoomd import component
from janus_md.engines.mesh import balanced
from janus_md.engines.mesh_work import tight_mesh
from janus_md.model.dynamics import Bath
from janus_md.model.environment import AppliedField
from janus_md.model.interactions.table import Interactions
from janus_md.model.system import System
from janus_md.model.units import thermal_energy
from janus_md.simulation.start.first_state import build
from janus_md.study.statepoint import StatePoint
from tests.engines.conftest import ROOM, catalogue_system, nve

CHARGED = [("R-Au-Cu", "sphere"), ("R-Au-Cu", "bladed"), ("S-1", "bladed"), ("R-1", "narrow")]
AGREED = 1e-9
"""Difference over the rms value. Seen: 6e-12."""


def assert_same(engine: Engine, system: System, mesh=None) -> None:
    assert engine.uses_component(system, CPU)
    stock = engine.without_component()
    assert not stock.uses_component(system, CPU)
    a, b = (one.energies_and_forces(system, mesh) for one in (engine, stock))
    assert abs(b.energy) > 0.1
    assert a.energy == pytest.approx(b.energy, rel=AGREED, abs=AGREED * system.n_bodies)
    assert rms(a.forces - b.forces) < AGREED * rms(b.forces)
    assert rms(a.torques - b.torques) < AGREED * max(rms(b.torques), rms(b.forces))


@pytest.mark.parametrize(("particle", "model"), CHARGED)
def test_energies_forces_and_torques_with_a_mesh(
    with_component: Engine, particle: str, model: str
) -> None:
    for seed in range(3):
        system = catalogue_system((particle,), model, 27, seed=seed, relative_permittivity=1.5)
        mesh = with_component.tight_mesh(system)
        # the component needs room for the charges around the centres in its neighbour list
        assert mesh.cutoff <= component.longest_mesh_cutoff(system)
        assert_same(with_component, system, mesh)


@pytest.mark.parametrize("name", ["amphiphile", "dumbbell", "snowman", "dendrimer"])
def test_particles_of_beads(with_component: Engine, name: str) -> None:
    point = StatePoint.of({"particle": name, "n_bodies": 100, "volume_fraction": 0.1})
    assert_same(with_component, build(point))


def test_a_mixture_of_charged_and_uncharged_kinds(with_component: Engine) -> None:
    system = catalogue_system(("R-1", "S-1"), "bladed", 27, seed=5, relative_permittivity=2.0)
    a, b = system.bodies
    mixed = replace(system, bodies=(a, replace(b, charges=np.zeros(len(b.types)))))
    assert_same(with_component, mixed, with_component.tight_mesh(mixed))


def test_fields_on_centres_and_charges(with_component: Engine) -> None:
    system = catalogue_system(("R-Au-Cu",), "bladed", 27, seed=2, relative_permittivity=2.0)
    applied = (
        AppliedField("electric_field", {"x": 0.3, "y": -0.2, "z": 0.5}),
        AppliedField("activity", {"force": {"R-Au-Cu": 4.0}}),
    )
    assert_same(
        with_component, replace(system, environment=applied), with_component.tight_mesh(system)
    )


def test_a_mesh_with_a_cutoff_too_long_for_the_component(with_component: Engine) -> None:
    """Stock HOOMD-blue takes over, where charges would see a body and its image."""
    system = catalogue_system(("R-Au-Cu",), "bladed", 12, seed=2)
    mesh = tight_mesh(system, 0.6)
    long = replace(mesh, cutoff=0.999 * (0.5 * float(system.box[0]) - 0.6))
    assert long.cutoff > component.longest_mesh_cutoff(system)
    a, b = (
        one.energies_and_forces(system, long)
        for one in (with_component, with_component.without_component())
    )
    np.testing.assert_array_equal(a.forces, b.forces)


def test_unknown_terms_and_fields_are_left_to_hoomd(with_component: Engine) -> None:
    system = catalogue_system(("R-Au-Cu",), "bladed", 27, seed=2)
    rows = {pair: (replace(row, form="own"),) for pair, (row,) in system.interactions.pairs.items()}
    own = replace(system, interactions=Interactions(rows, system.interactions.electrostatics))
    walled = replace(system, environment=(AppliedField("walls", {}),))
    small = replace(system, box=np.array([3.5, 3.5, 3.5, 0, 0, 0]))
    assert with_component.uses_component(system, CPU)
    for other in (own, walled, small):
        assert not with_component.uses_component(other, CPU)
    assert not with_component.uses_component(system, replace(CPU, kind="gpu"))


def test_energy_is_conserved(with_component: Engine) -> None:
    """Bodies collide for 5 ps."""
    system = catalogue_system(
        ("R-Au-Cu",), "bladed", 27, seed=3, volume_fraction=0.05, relative_permittivity=2.0
    )
    mesh = with_component.tight_mesh(system)
    bath = Bath(thermal_energy(ROOM), "langevin", *_friction(system))
    coarse = balanced(system, 0.9 * mesh.cutoff, (12, 12, 12), 4)
    run = with_component.start(system, bath, 0.002, coarse, seed=1, device=CPU)
    run.advance(2000)  # away from the close charges of the first state
    begin = run.system()
    run.close()
    run = with_component.start(begin, nve(begin), 0.02, mesh, seed=1, device=CPU)
    before = run.potential_energy() + kinetic(begin)
    run.advance(250)
    after = run.potential_energy() + kinetic(run.system())
    moved = np.linalg.norm(run.system().unwrapped - begin.unwrapped, axis=1).mean()
    run.close()
    assert moved > 0.1
    per_freedom = abs(after - before) / (6 * system.n_bodies) / thermal_energy(ROOM)
    assert per_freedom < 1e-3  # kT


def kinetic(system: System) -> float:
    mass = np.array([b.mass for b in system.bodies])[system.kinds]
    inertia = np.array([b.inertia for b in system.bodies])[system.kinds]
    straight = 0.5 * (mass[:, None] * system.velocities**2).sum()
    return float(straight + 0.5 * (system.angular_momenta**2 / inertia).sum())


def _friction(system: System) -> tuple[np.ndarray, np.ndarray]:
    mass = np.array([b.mass for b in system.bodies])
    return 10.0 * mass, 10.0 * np.array([b.inertia for b in system.bodies])


def test_the_first_steps_are_those_of_hoomd_alone(with_component: Engine) -> None:
    """Same noise, same forces: trajectories part only by rounding."""
    system = catalogue_system(("R-Au-Cu",), "bladed", 27, seed=4, relative_permittivity=2.0)
    mesh = with_component.tight_mesh(system)
    bath = Bath(thermal_energy(ROOM), "langevin", *_friction(system))
    ends = []
    for engine in (with_component, with_component.without_component()):
        run = engine.start(system, bath, 0.002, mesh, seed=1, device=CPU)
        run.advance(50)
        ends.append(run.system())
        run.close()
    np.testing.assert_allclose(ends[0].unwrapped, ends[1].unwrapped, atol=1e-8)
    np.testing.assert_allclose(ends[0].orientations, ends[1].orientations, atol=1e-7)
    assert np.abs(ends[0].unwrapped - system.unwrapped).max() > 1e-3


def test_the_package_takes_the_component_of_its_hoomd(with_component: Engine) -> None:
    import hoomd

    here = component.installed()
    assert here.hoomd == hoomd.version.version
    assert load("hoomd").component_version() == here.version
    assert load("lammps").component_version() is None
