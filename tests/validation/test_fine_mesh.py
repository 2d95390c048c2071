"""The mesh behind the tests of energies is as good as it says, in boxes of any size and shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.engines import Engine
from tests.engines.conftest import energy_error, random_dipoles
from tests.ewald import whole_bodies
from tests.validation.reference import fine_mesh

TILTED = np.array([0.0, 1.0, 2.0, 0.2, -0.15, 0.1])


@pytest.mark.parametrize("tilt", [0.0, 1.0], ids=["upright", "tilted"])
@pytest.mark.parametrize("length", [3.4, 4.0, 6.0, 8.0, 12.0])
def test_energy_is_good_to_a_millionth(engine: Engine, length: float, tilt: float) -> None:
    system = random_dipoles(24, length, separation=0.3)
    system = replace(system, box=system.box + tilt * TILTED)
    mesh, exact = fine_mesh(system), whole_bodies(system).energy
    found = engine.energies_and_forces(system, mesh).energy
    assert found == pytest.approx(exact, abs=energy_error(engine, system, mesh, exact))
