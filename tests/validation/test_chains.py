"""Chains and ribbons of dipoles against the lattice sums of point dipoles.

Energies per dipole in units of μ²/d³, d the spacing along the chain. A box that is wide beside its
chains shows them alone: the field of a chain falls off as exp(-2πr/d), and conducting surroundings
take the box's own dipole out.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import zeta

from janus_md.engines import Engine
from janus_md.engines.base import SKIN
from janus_md.engines.mesh_work import tight_mesh
from janus_md.model.interactions.table import Electrostatics, Interactions
from janus_md.model.pairs.energy import pair_energy
from janus_md.model.system import System
from janus_md.model.units import COULOMB, DEBYE
from janus_md.study.catalogue.catalog import body
from tests.engines.conftest import SEPARATIONS, point_limit, two_charge_dipole

UP, DOWN = (1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0)
LENGTH, WIDTH = 6, 6.0
HALF = np.sqrt(0.75)
ENDS = 1000
"""Number of dipoles on each side of a chain that represents an infinite one."""

BESIDE = {
    "in register, antiparallel": (1.0, 0.0, DOWN, -0.1455152432),
    "in register, parallel": (1.0, 0.0, UP, 0.1455152432),
    "half shifted, parallel": (HALF, 0.5, UP, -0.3555405208),
}
"""Distance, shift along the chain, orientation, energy of a dipole and the whole other chain."""

STRUCTURES = {
    "infinite chain": ([(0.0, 0.0, UP)], -2 * zeta(3)),
    "ribbon, half shifted, parallel": ([(0.0, 0.0, UP), (HALF, 0.5, UP)], -2.5818840667),
    "ribbon, in register, antiparallel": ([(0.0, 0.0, UP), (1.0, 0.0, DOWN)], -2.4768714279),
}
"""Chains by place and shift and orientation, and the energy."""


@pytest.mark.parametrize("pair", BESIDE)
def test_dipole_beside_an_infinite_chain(report_check, pair: str) -> None:
    """Chains attract half a spacing shifted, and repel in register where they are parallel."""
    distance, shift, orientation, exact = BESIDE[pair]
    kind = two_charge_dipole(3e-4)
    z = np.arange(-ENDS, ENDS + 1) + shift
    place = np.column_stack([np.full(len(z), distance), 0.0 * z, z])
    found = pair_energy(kind, kind, place, UP, orientation).sum() / COULOMB
    # What the other chain has beyond its ends: -+2 / z³ a dipole, on both sides.
    found += (-2.0 if orientation == UP else 2.0) / (ENDS + 0.5) ** 2
    report_check(
        f"dipole beside a chain {pair}, energy / (μ²/d³)",
        reference=exact,
        source="direct sum",
        ours=found,
    )
    assert found == pytest.approx(exact, abs=5e-7)


@pytest.mark.parametrize("name", ["R-Au-Cu", "Au3Cd"])
def test_wires_of_the_catalogue_attract_half_shifted(name: str) -> None:
    """The signs are those of point dipoles: a body beside a wire of bodies in contact."""
    kind, spacing = body(name, "sphere"), 1.61
    scale = COULOMB * (kind.dipole[2] * DEBYE) ** 2 / spacing**3
    energies = {}
    for pair, (_, shift, orientation, point) in BESIDE.items():
        z = spacing * (np.arange(-200, 200) + shift)
        place = np.column_stack([np.full(len(z), 2.0), 0.0 * z, z])  # past the beads' repulsion
        energies[pair] = pair_energy(kind, kind, place, UP, orientation).sum() / scale
        assert np.sign(energies[pair]) == np.sign(point)
    parallel, antiparallel = (energies[f"in register, {p}"] for p in ("parallel", "antiparallel"))
    assert antiparallel == pytest.approx(-parallel, rel=1e-9)


def chains(separation: float, rows: list[tuple[float, float, tuple[float, ...]]]) -> System:
    """Chains along z, LENGTH dipoles of 1 e nm each at a spacing of 1 nm."""
    kind = two_charge_dipole(separation)
    z = np.arange(LENGTH) + 0.1 - 0.5 * LENGTH
    positions = [np.column_stack([x + 0.0 * z, 0.0 * z, z + shift]) for x, shift, _ in rows]
    return System(
        bodies=(kind,),
        kinds=np.zeros(LENGTH * len(rows), np.int32),
        box=np.array([WIDTH, WIDTH, LENGTH, 0, 0, 0]),
        positions=np.concatenate(positions),
        orientations=np.repeat([q for _, _, q in rows], LENGTH, axis=0),
        interactions=Interactions({}, Electrostatics(1.0, 0.1)),
    )


@pytest.mark.parametrize("structure", STRUCTURES)
def test_periodic_chains(engine: Engine, report_check, structure: str) -> None:
    """As points, and of charges that are a finite distance apart."""
    rows, exact = STRUCTURES[structure]
    energy = {}
    for s in SEPARATIONS:
        system = chains(s, rows)
        found = engine.energies_and_forces(system, tight_mesh(system, SKIN))
        energy[s] = found.energy / system.n_bodies / COULOMB
    limit = point_limit(list(energy.values()))
    report_check(
        f"{structure} of point dipoles, energy / (μ²/d³)",
        reference=exact,
        source="-2ζ(3)" if len(rows) == 1 else "direct sum",
        ours=limit,
        engine=engine.name,
    )
    assert limit == pytest.approx(exact, rel=5e-6)
    if len(rows) == 1:
        for separation, finite in ((0.1, -2.42505606), (0.2, -2.49042834)):
            assert energy[separation] == pytest.approx(finite, rel=1e-6)
