"""Changes between the pieces of a run: the engine starts again, and both engines agree after it.

In place, HOOMD-blue has right forces but a wrong energy after a change of charges, and LAMMPS
scales the sites of bodies with the box until the next step.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.engines.base import CPU
from janus_md.engines.sites import lay_out
from janus_md.model.system import System
from tests.engines.conftest import catalogue_system, nve, usable


def after_a_piece(name: str) -> System:
    """A state after 20 steps, in a box that is 2 % smaller and a medium that screens twice."""
    system = catalogue_system(("R-Au-Cu",), "sphere", 27, seed=5, volume_fraction=0.06)
    engine = usable(name)
    run = engine.start(system, nve(system), 0.05, engine.tight_mesh(system), seed=1, device=CPU)
    run.advance(20)
    state = run.system()
    run.close()
    electrostatics = state.interactions.electrostatics
    assert electrostatics is not None
    medium = replace(electrostatics, relative_permittivity=2.0)
    return replace(
        state,
        box=state.box * np.array([0.98, 0.98, 0.98, 1.0, 1.0, 1.0]),
        positions=0.98 * state.positions,
        interactions=replace(state.interactions, electrostatics=medium),
    )


@pytest.mark.parametrize("name", ["lammps", "hoomd"])
def test_energy_and_forces_after_a_change_of_box_and_medium(name: str) -> None:
    """The engine that made the piece goes on with the energy that the other one has."""
    changed = after_a_piece(name)
    energies, forces = {}, {}
    for one in ("lammps", "hoomd"):
        engine = usable(one)
        mesh = engine.tight_mesh(changed)
        run = engine.start(changed, nve(changed), 0.05, mesh, seed=1, device=CPU)
        energies[one], forces[one] = run.potential_energy(), run.forces().forces
        run.close()
    scale = np.abs(forces["lammps"]).max()
    assert energies["hoomd"] == pytest.approx(energies["lammps"], abs=2e-3)
    np.testing.assert_allclose(forces["hoomd"], forces["lammps"], atol=1e-4 * scale)
    # Coulomb energies halve in the medium that screens twice
    engine = usable(name)
    vacuum = replace(
        changed,
        interactions=replace(
            changed.interactions,
            electrostatics=replace(changed.interactions.electrostatics, relative_permittivity=1.0),
        ),
    )
    none = replace(changed, interactions=replace(changed.interactions, electrostatics=None))
    rest = engine.energies_and_forces(none).energy
    whole = engine.energies_and_forces(vacuum, engine.tight_mesh(vacuum)).energy
    assert energies[name] - rest == pytest.approx(0.5 * (whole - rest), abs=2e-3)
    assert abs(whole - rest) > 1.0


def test_bodies_stay_rigid_when_the_box_changes() -> None:
    """Sites follow from centre and orientation; only the centres are scaled."""
    changed = after_a_piece("lammps")
    particles = lay_out(changed)
    centres = particles.positions[: changed.n_bodies][particles.bodies]
    arms = np.linalg.norm(particles.positions - centres, axis=1)
    (kind,) = changed.bodies
    expected = np.linalg.norm(kind.positions, axis=1)
    n = changed.n_bodies
    np.testing.assert_allclose(arms[n:].reshape(n, -1), np.tile(expected, (n, 1)), atol=1e-12)


@pytest.mark.parametrize("first_step", [0, 136, 1 << 36])
def test_hoomd_sorts_bodies_in_the_first_step(first_step: int) -> None:
    """Its default sorts at multiples of 200; 10^5 unsorted bodies take 1.4 times as long."""
    system = catalogue_system(("R-Au-Cu",), "sphere", 27, seed=5, volume_fraction=0.06)
    engine = usable("hoomd")
    mesh = engine.tight_mesh(system)
    run = engine.start(system, nve(system), 0.05, mesh, seed=1, device=CPU, first_step=first_step)
    (sorter,) = run._simulation.operations.tuners  # type: ignore[attr-defined]
    assert sorter.trigger(first_step)
    assert not sorter.trigger(first_step + 1)
    run.close()
