"""Madelung constants of NaCl and CsCl: ions as bodies of one charge each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.engines import Engine
from janus_md.model.body import RigidBody
from janus_md.model.interactions.table import Electrostatics, Interactions
from janus_md.model.system import System
from janus_md.model.units import COULOMB
from tests.engines.conftest import two_charge_dipole
from tests.validation.reference import fine_mesh


def ion(name: str, charge: float) -> RigidBody:
    """A charge at the centre, and a site that feels nothing: LAMMPS wants extended bodies."""
    return replace(
        two_charge_dipole(1.0),
        name=name,
        positions=np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.1]]),
        types=("charge", "nothing"),
        charges=np.array([charge, 0.0]),
        diameters={name: 0.0, "charge": 0.0, "nothing": 0.0},
    )


def crystal(basis: list[tuple[float, float, float]], kinds: list[int], cells: int) -> System:
    """A cubic crystal of edge 1 nm, `cells` along each side."""
    corners = np.stack(np.meshgrid(*[np.arange(cells)] * 3), -1).reshape(-1, 1, 3)
    x = (corners + np.array(basis)[None]).reshape(-1, 3)
    return System(
        bodies=(ion("cation", 1.0), ion("anion", -1.0)),
        kinds=np.tile(np.array(kinds, np.int32), cells**3),
        box=np.array([cells] * 3 + [0] * 3, float),
        positions=x - 0.5 * cells + 0.125,
        orientations=np.tile([1.0, 0, 0, 0], (len(x), 1)),
        interactions=Interactions({}, Electrostatics(1.0, 0.1)),
    )


HALF = 0.5
CORNERS = [(0, 0, 0), (0, HALF, HALF), (HALF, 0, HALF), (HALF, HALF, 0)]
EDGES = [(HALF, 0, 0), (0, HALF, 0), (0, 0, HALF), (HALF, HALF, HALF)]
NACL = (CORNERS + EDGES, [0] * 4 + [1] * 4)
CSCL = ([(0, 0, 0), (HALF, HALF, HALF)], [0, 1])


@pytest.mark.parametrize(
    ("basis", "nearest", "constant", "source"),
    [
        pytest.param(NACL, 0.5, -1.74756459463, "textbooks", id="NaCl"),
        pytest.param(CSCL, np.sqrt(0.75), -1.76267477307, "direct Ewald sum", id="CsCl"),
    ],
)
def test_madelung_constant(
    engine: Engine, report_check, request, basis, nearest: float, constant: float, source: str
) -> None:
    system = crystal(*basis, cells=4)
    found = engine.energies_and_forces(system, fine_mesh(system))
    madelung = found.energy / (0.5 * system.n_bodies) / (COULOMB / nearest)
    report_check(
        f"Madelung constant of {request.node.callspec.id.split('-')[-1]}",
        reference=constant,
        source=source,
        ours=madelung,
        engine=engine.name,
    )
    assert madelung == pytest.approx(constant, rel=2e-7)
