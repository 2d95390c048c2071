"""Lennard-Jones sample configurations of NIST's Standard Reference Simulation Website."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.engines import Engine
from janus_md.model.interactions.table import Interactions, lennard_jones
from janus_md.model.system import System
from tests.engines.conftest import two_charge_dipole
from tests.validation.reference import reference
from tests.validation.test_nist_water import at_cutoff, pairs_within

PAGE = "nist.gov: Lennard-Jones Fluid Reference Calculations"


@pytest.mark.parametrize(
    ("name", "direct", "published", "last"),
    [
        pytest.param("lj_sample_config_periodic1.txt", -4351.54019, -4.3515e3, 0.1, id="1"),
        pytest.param("lj_sample_config_periodic4.txt", -16.79032130, -1.6790e1, 0.001, id="4"),
    ],
)
def test_energy_at_cutoff_three(
    engine: Engine, report_check, name: str, direct: float, published: float, last: float
) -> None:
    """The published five digits, with the place of the last one, and more of a direct sum."""
    lines = reference(f"nist_lj/{name}", PAGE).read_text().split("\n")
    x = np.array([line.split()[1:4] for line in lines[2:] if line.strip()], float)
    row = lennard_jones(1.0, 1.0, 3.0)
    kind = two_charge_dipole(0.1)
    system = System(
        bodies=(kind,),
        kinds=np.zeros(len(x), np.int32),
        box=np.array([*(float(side) for side in lines[0].split()), 0, 0, 0]),
        positions=x,
        orientations=np.tile([1.0, 0, 0, 0], (len(x), 1)),
        interactions=Interactions({("dipole", "dipole"): row}, None),
    )
    found = engine.energies_and_forces(system, None).energy
    centred = two_charge_dipole(0.0 + 1e-12)
    unshifted = found + pairs_within(
        System((centred,), system.kinds, system.box, x, system.orientations, system.interactions),
        3.0,
    ) * at_cutoff(row)
    report_check(
        f"Lennard-Jones configuration {name[-5]}, energy / ε",
        reference=published,
        source="NIST SRSW",
        ours=unshifted,
        engine=engine.name,
    )
    assert unshifted == pytest.approx(direct, rel=2e-9)
    assert unshifted == pytest.approx(published, abs=0.5 * last)
