"""Energy, forces and torques of all bodies in a box, with a cutoff."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.model.box import lattice_vectors, wrap
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.interactions.table import Interactions
from janus_md.model.pairs.box import box_forces
from janus_md.model.pairs.energy import pair_energy
from janus_md.model.system import System
from tests.engines.conftest import catalogue_system

SITES = CoulombCutoff(4.0)


def small(**changes: float) -> System:
    return catalogue_system(("Au3Cd", "R-Au-Cu"), "sphere", 24, seed=2, **changes)


def test_energy_is_the_sum_over_pairs_and_images() -> None:
    """With loops, for the charges alone."""
    system = small(relative_permittivity=2.0)
    neutral = replace(system, interactions=replace(system.interactions, pairs={}))
    total, vectors = 0.0, lattice_vectors(system.box)
    for i in range(system.n_bodies):
        for j in range(i):
            apart = system.positions[i] - system.positions[j]
            apart = apart - np.rint(apart / system.box[:3]) @ vectors
            total += float(
                pair_energy(
                    system.bodies[system.kinds[j]],
                    system.bodies[system.kinds[i]],
                    apart,
                    system.orientations[j],
                    system.orientations[i],
                    relative_permittivity=2.0,
                    pairs={},
                    cutoff=SITES,
                )[0]
            )
    assert system.box[0] > 2 * (4.0 + 2 * 0.24)
    assert box_forces(neutral, SITES).energy == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("between", ["sites", "bodies"])
def test_forces_are_derivatives_and_add_up_to_nothing(between: str) -> None:
    system, cutoff = small(), CoulombCutoff(3.3, between)  # type: ignore[arg-type]
    found = box_forces(system, cutoff)
    np.testing.assert_allclose(found.forces.sum(axis=0), 0.0, atol=1e-9)
    h = 1e-5
    for i, axis in ((0, 0), (7, 1), (20, 2)):
        moved = []
        for s in (1, -1):
            positions = system.positions.copy()
            positions[i, axis] += s * h
            moved.append(box_forces(replace(system, positions=positions), cutoff).energy)
        slope = (moved[0] - moved[1]) / (2 * h)
        assert found.forces[i, axis] == pytest.approx(-slope, abs=1e-5)


def test_bodies_may_be_anywhere_in_the_box() -> None:
    system = small()
    moved, _ = wrap(system.positions + np.array([3.0, -1.0, 7.0]), lattice_vectors(system.box))
    a, b = box_forces(system, SITES), box_forces(replace(system, positions=moved), SITES)
    assert b.energy == pytest.approx(a.energy, rel=1e-12)
    np.testing.assert_allclose(b.forces, a.forces, atol=1e-9)
    np.testing.assert_allclose(b.torques, a.torques, atol=1e-9)


def test_system_without_electrostatics_is_refused() -> None:
    system = small()
    with pytest.raises(ValueError, match="no electrostatics"):
        box_forces(replace(system, interactions=Interactions({}, None)), SITES)
