"""SPC/E water of NIST's reference configurations, as our rigid body, through a System.

Source: NIST Standard Reference Simulation Website, SPC/E Water Reference Calculations - 10 A cutoff
(cuboid and non-cuboid cells). NIST publishes the parts of a truncated Ewald sum; the energies here
are those of a converged one of the same configurations (independent of the splitting to 1e-6 K),
which the published sum approaches within its own truncation.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rowan

from janus_md.engines import Engine
from janus_md.model.body import BondCriterion, RigidBody
from janus_md.model.box import lattice_vectors, wrap
from janus_md.model.interactions.table import Electrostatics, Interactions, Row, lennard_jones
from janus_md.model.system import System
from janus_md.model.units import COULOMB
from tests.validation.reference import fine_mesh, reference

PAGE = "nist.gov: SPC/E Water Reference Calculations - 10A cutoff"
KELVIN = 0.0083144621  # kJ/mol, the gas constant of CODATA 2010 that NIST's page uses
COULOMB_2010 = 167100.957 * KELVIN / 10  # kJ/mol nm
CHARGES = np.array([-0.84760, 0.42380, 0.42380])
MASSES = np.array([15.9994, 1.008, 1.008])
OXYGEN = lennard_jones(78.19743111 * KELVIN, 0.316555789, 1.0)
COPIES = 2  # along each box vector: the cutoff is half of NIST's box, which no engine allows


def water() -> RigidBody:
    """SPC/E in its principal frame: O-H 0.1 nm, H-O-H as in NIST's files."""
    half = 0.5 * np.radians(109.47)
    sites = np.array([[0, 0, 0], [0, np.sin(half), np.cos(half)], [0, -np.sin(half), np.cos(half)]])
    sites = 0.1 * sites
    sites -= MASSES @ sites / MASSES.sum()
    squares = sites**2
    inertia = MASSES @ (squares.sum(axis=1, keepdims=True) - squares)
    return RigidBody(
        name="water",
        model="SPC/E",
        positions=sites,
        types=("O", "H", "H"),
        charges=CHARGES,
        diameters={"water": 0.0, "O": 0.3166, "H": 0.0},
        mass=float(MASSES.sum()),
        inertia=inertia,
        hydrodynamic_radius=0.14,
        volume=0.03,
        bond=BondCriterion(0.35, 30.0),
    )


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Box (6,) and atoms (N, 3, 3) in nm, molecules unwrapped."""
    lines = path.read_text().split("\n")
    if path.suffix == ".xyz":
        lx, ly, lz, xy, xz, yz = (float(x) for x in lines[1].split()[1:])
        box = np.array([lx, ly, lz, xy / ly, xz / lz, yz / lz])
        rows = [line.split()[1:4] for line in lines[2:] if line.strip()]
    else:
        box = np.array([*(float(x) for x in lines[0].split()), 0, 0, 0])
        rows = [line.split()[1:4] for line in lines[2:] if line.strip()]
    box[:3] *= 0.1
    atoms = 0.1 * np.array(rows, float).reshape(-1, 3, 3)
    vectors = lattice_vectors(box)
    shift = np.rint((atoms - atoms[:, :1]) @ np.linalg.inv(vectors))
    return box, atoms - shift @ vectors


def system_of(path: Path, interactions: Interactions) -> System:
    """COPIES^3 copies of the configuration as rigid bodies."""
    box, atoms = read(path)
    kind = water()
    # Orientation from the atoms: z along the bisector, y from one H to the other.
    z = atoms[:, 1] + atoms[:, 2] - 2 * atoms[:, 0]
    y = atoms[:, 1] - atoms[:, 2]
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    turns = np.stack([np.cross(y, z), y, z], axis=2)
    centres = np.einsum("a,nad->nd", MASSES, atoms) / MASSES.sum()
    cells = np.stack(np.meshgrid(*[np.arange(COPIES)] * 3), -1).reshape(-1, 3)
    shifts = cells @ lattice_vectors(box)
    large = box * np.array([COPIES] * 3 + [1] * 3)
    everywhere = (centres[None, :, :] + shifts[:, None, :]).reshape(-1, 3)
    positions, _ = wrap(everywhere, lattice_vectors(large))
    return System(
        bodies=(kind,),
        kinds=np.zeros(len(positions), np.int32),
        box=large,
        positions=positions,
        orientations=np.tile(rowan.from_matrix(turns), (len(shifts), 1)),
        interactions=interactions,
    )


CASES = {
    "cubic 1": ("spce_sample_config_periodic1.txt", -587317.229, 99538.736),
    "cubic 2": ("spce_sample_config_periodic2.txt", -1256314.674, 193712.423),
    "cubic 3": ("spce_sample_config_periodic3.txt", -2061789.089, 354343.822),
    "triclinic 1": ("spce_triclinic_sample_periodic1.xyz", -828767.510, 111992.146),
}


@pytest.mark.parametrize("case", CASES)
def test_energies_of_water(engine: Engine, report_check, case: str) -> None:
    name, coulomb, dispersion = CASES[case]
    path = reference(f"nist_spce/{name}", PAGE)
    charged = system_of(path, Interactions({}, Electrostatics(1.0, 0.1)))
    mesh = fine_mesh(charged)
    found = engine.energies_and_forces(charged, mesh).energy / COPIES**3
    expected = coulomb * KELVIN * COULOMB / COULOMB_2010
    report_check(
        f"SPC/E water, {case}: Coulomb energy / K",
        reference=coulomb,
        source="NIST SRSW, Ewald sum converged",
        ours=found / KELVIN * COULOMB_2010 / COULOMB,
        engine=engine.name,
    )
    assert found == pytest.approx(expected, rel=2e-7)

    table = {("O", "O"): OXYGEN}
    neutral = system_of(path, Interactions(table, None))
    shifted = engine.energies_and_forces(neutral, None).energy
    found = (shifted + pairs_within(neutral, OXYGEN.cutoff) * at_cutoff(OXYGEN)) / COPIES**3
    report_check(
        f"SPC/E water, {case}: Lennard-Jones energy / K",
        reference=dispersion,
        source="NIST SRSW",
        ours=found / KELVIN,
        engine=engine.name,
    )
    assert found == pytest.approx(dispersion * KELVIN, rel=1e-8)


def at_cutoff(row: Row) -> float:
    """Energy at the cutoff, by which engines shift the potential and NIST does not."""
    s6 = (row["sigma"] / row.cutoff) ** 6
    return 4 * row["epsilon"] * (s6 * s6 - s6)


def pairs_within(system: System, cutoff: float) -> int:
    """Pairs of the bodies' first sites closer than the cutoff, by brute force over images."""
    site = system.bodies[0].positions[0]
    x = system.positions + rowan.rotate(system.orientations, site)
    vectors = lattice_vectors(system.box)
    inverse = np.linalg.inv(vectors)
    count = 0
    for k in range(len(x) - 1):
        apart = x[k + 1 :] - x[k]
        apart -= np.rint(apart @ inverse) @ vectors
        count += int((np.einsum("ij,ij->i", apart, apart) < cutoff**2).sum())
    return count
