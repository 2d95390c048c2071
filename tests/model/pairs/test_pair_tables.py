"""Energy of two bodies whose beads do more than repel each other."""

from dataclasses import replace

import numpy as np
import pytest

from janus_md.model.interactions.table import Interactions, lennard_jones, wca
from janus_md.model.pairs.energy import pair_energy, pair_forces, reach_of_beads
from janus_md.model.system import System
from tests.engines.conftest import usable
from tests.model.pairs.test_energy import charged_pair, random_pairs


@pytest.mark.parametrize("engine", ["lammps", "hoomd"])
def test_custom_pair_table_is_used_by_engines(engine):
    """Beads that attract, a core that only repels, and a row that is missing."""
    body = charged_pair(0.0, 0.1, diameter=1.0, name="J")
    body = replace(
        body,
        positions=np.array([[0.0, 0.0, 0.6], [0.1, 0.0, -0.5]]),
        types=("A", "B"),
        charges=np.zeros(2),
        diameters={"J": 1.0, "A": 0.8, "B": 0.7},
    )
    pairs = {
        ("A", "A"): lennard_jones(7.0, 0.8, 2.0),
        ("B", "A"): lennard_jones(3.0, 0.7, 1.5),  # in the other order: the same row
        ("J", "J"): wca(1.0),
    }
    r, q_a, q_b = random_pairs(3, 8, 1.0, 1.6)
    found = pair_forces(body, body, r, q_a, q_b, pairs=pairs)
    np.testing.assert_allclose(found.energy, pair_energy(body, body, r, q_a, q_b, pairs=pairs))
    assert np.abs(found.energy - pair_energy(body, body, r, q_a, q_b)).min() > 0.1
    assert reach_of_beads(body, body, pairs) == pytest.approx(2 * 0.6 + 2.0)
    table = {(min(pair), max(pair)): row for pair, row in pairs.items()}
    for k, (energy, force) in enumerate(zip(found.energy, found.force, strict=True)):
        system = System(
            bodies=(body,),
            kinds=np.zeros(2, np.int32),
            box=np.array([20.0, 20.0, 20.0, 0.0, 0.0, 0.0]),
            positions=np.stack([-0.5 * r[k], 0.5 * r[k]]),
            orientations=np.stack([q_a[k], q_b[k]]),
            interactions=Interactions(table, None),
        )
        theirs = usable(engine).energies_and_forces(system)
        assert theirs.energy == pytest.approx(energy, rel=1e-8, abs=1e-8)
        np.testing.assert_allclose(theirs.forces[1], force, rtol=1e-8, atol=1e-8)
