"""1000 point dipoles in a periodic box: energy, forces and torques of ESPResSo's test data.

Testsuite of espressomd/espresso, testsuite/python/data, p3m_magnetostatics_*.data: forces and
torques to 1e-4, conducting surroundings; the energy is that of a direct Ewald sum of the same file.
"""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.engines import Engine
from janus_md.engines.base import Forces
from janus_md.engines.mesh import MAX_ORDER, balanced
from janus_md.model.body import FloatArray
from janus_md.model.interactions.table import Electrostatics, Interactions
from janus_md.model.system import System
from janus_md.model.units import COULOMB
from tests.engines.conftest import point_limit, two_charge_dipole
from tests.validation.reference import reference

PAGE = "github.com/espressomd/espresso, testsuite/python/data"
LENGTH = (4000 * np.pi / 0.27) ** (1 / 3)
ENERGY = 5.57001922
PUBLISHED_ERROR, ALLOWED = 1e-4, 2.5e-4
"""Of a component of a force or torque, whose rms lengths are 3."""
SEPARATIONS = (0.2, 0.3, 0.4, 0.6)


def dipoles(rows: FloatArray, separation: float) -> System:
    """The configuration with each dipole as two charges; nm and kJ/mol stand for its units."""
    positions, moments = rows[:, 1:4], rows[:, 4:7]
    moment = float(np.linalg.norm(moments, axis=1).mean())
    x, y, z = (moments / moment).T
    turns = np.stack([1 + z, -y, x, 0 * z], axis=1)  # +z into the moment
    return System(
        bodies=(two_charge_dipole(separation, moment / np.sqrt(COULOMB)),),
        kinds=np.zeros(len(rows), np.int32),
        box=np.array([LENGTH, LENGTH, LENGTH, 0, 0, 0]),
        positions=positions - LENGTH * np.rint(positions / LENGTH),
        orientations=turns / np.linalg.norm(turns, axis=1, keepdims=True),
        interactions=Interactions({}, Electrostatics(1.0, 0.1)),
    )


def test_a_thousand_dipoles(engine: Engine, report_check) -> None:
    """Charges a finite s apart add terms in s², which the extrapolation takes out.

    By direct Ewald sums of these charges, what it leaves is 5e-6 of the energy and nothing of the
    components. The rest is the engines' arithmetic: their charges' own pairs hold 3e6.
    """
    rows = np.loadtxt(reference("dipoles_1000/p3m_magnetostatics_system.data", PAGE))
    expected = np.loadtxt(reference("dipoles_1000/p3m_magnetostatics_expected.data", PAGE))
    found: list[Forces] = []
    for separation in SEPARATIONS:
        system = dipoles(rows, separation)
        mesh = balanced(system, 7.0, (96, 96, 96), MAX_ORDER)
        found.append(engine.energies_and_forces(system, mesh))

    def limit(name: str) -> FloatArray:
        return point_limit([getattr(each, name) for each in found], SEPARATIONS)

    energy = float(limit("energy"))
    force = np.abs(limit("forces") - expected[:, 1:4]).max()
    torque = np.abs(limit("torques") - expected[:, 4:7]).max()
    told = {"source": "ESPResSo test data", "engine": engine.name}
    report_check("1000 point dipoles, energy", reference=ENERGY, ours=energy, **told)
    largest = "1000 point dipoles, largest difference of a {} component"
    within = f"0 within {PUBLISHED_ERROR:g}, its own error"
    report_check(largest.format("force"), reference=within, ours=force, **told)
    report_check(largest.format("torque"), reference=within, ours=torque, **told)
    assert energy == pytest.approx(ENERGY, abs=6e-4)
    assert max(force, torque) < ALLOWED
