"""Energy of overlapping beads in a box."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.model.pairs.overlap import overlap_energy
from janus_md.simulation.start.first_state import build
from janus_md.study.statepoint import StatePoint


def test_two_spheres_have_the_wca_energy_through_the_border() -> None:
    """4 eps [(s/r)^12 - (s/r)^6] + eps with eps 2.5 kJ/mol and s 1.727 nm at 1.5 nm."""
    point = StatePoint.of(
        {"particle": "R-Au-Cu", "n_bodies": 2, "volume_fraction": 1e-3,
         "relative_permittivity": 1.0}
    )  # fmt: skip
    system = build(point)
    edge = system.box[0]
    near = np.array([[-0.5 * edge + 0.7, 0.0, 0.0], [0.5 * edge - 0.8, 0.0, 0.0]])
    sixth = (1.727 / 1.5) ** 6
    expected = 10.0 * (sixth**2 - sixth) + 2.5
    assert overlap_energy(replace(system, positions=near)) == pytest.approx(expected, rel=1e-12)
    far = near + np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert overlap_energy(replace(system, positions=far)) == 0.0


def test_it_is_the_energy_of_an_engine_without_charges() -> None:
    from janus_md.engines import load
    from tests.engines.conftest import usable

    usable("lammps")
    point = StatePoint.of(
        {"particle": "R-Au-Cu", "model": "narrow", "n_bodies": 64, "volume_fraction": 0.05,
         "electrostatics": {"method": "none"}}
    )  # fmt: skip
    system = build(point)
    squeezed = replace(system, box=0.9 * system.box, positions=0.9 * system.positions)
    found = load("lammps").energies_and_forces(squeezed).energy
    assert found > 1.0
    assert overlap_energy(squeezed) == pytest.approx(found, rel=1e-6)
