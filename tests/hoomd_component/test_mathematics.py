"""The mathematics of the component against the sums of model/pairs and closed forms."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import erfc

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable, wca, wca_table
from janus_md.model.pairs.energy import PairForces, pair_forces, reach_of_beads
from janus_md.model.units import COULOMB
from janus_md.study.catalogue.catalog import body
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from tests.engines.conftest import two_charge_dipole
from tests.engines.test_terms import TABLES
from tests.hoomd_component.mathematics import Found, compiled, sums, sums_over_neighbours

PAIRS = 400
RELATIVE = 1e-12


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    return compiled(tmp_path_factory.mktemp("component"))


def turns(rng: np.random.Generator) -> FloatArray:
    q = rng.normal(size=(PAIRS, 4))
    return np.asarray(q / np.linalg.norm(q, axis=1, keepdims=True))


def apart(rng: np.random.Generator, shortest: float, longest: float) -> FloatArray:
    directions = rng.normal(size=(PAIRS, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return np.asarray(directions * rng.uniform(shortest, longest, size=(PAIRS, 1)))


def without_charges(kind: RigidBody) -> RigidBody:
    return replace(kind, charges=np.zeros(len(kind.types)))


def assert_agree(found: Found, expected: PairForces) -> None:
    """To 1e-12 of the energy and force of each pair; those of distant pairs are of order 1."""
    scale = RELATIVE * (np.abs(expected.energy) + np.abs(expected.force).max(axis=1) + 1.0)
    assert np.all(np.abs(found.energy - expected.energy) <= scale)
    for ours, theirs in (
        (found.force, -expected.force),  # ours is on the first body
        (found.torque_a, expected.torque_a),
        (found.torque_b, expected.torque_b),
    ):
        own = scale + RELATIVE * np.abs(theirs).max(axis=1)
        assert np.all(np.abs(ours - theirs).max(axis=1) <= own)


def check(library: ctypes.CDLL, a: RigidBody, b: RigidBody, table: PairTable, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = without_charges(a), without_charges(b)
    r = apart(rng, 0.6 * (a.reach + b.reach), 1.05 * reach_of_beads(a, b, table))
    turned = turns(rng), turns(rng)
    expected = pair_forces(a, b, r, *turned, pairs=table)
    assert np.count_nonzero(expected.energy) > 0.2 * PAIRS
    assert_agree(sums(library, a, b, r, *turned, table), expected)


@pytest.mark.parametrize(
    ("particle", "model"),
    [("R-Au-Cu", "sphere"), ("R-Au-Cu", "bladed"), ("S-1", "bladed"), ("R-1", "narrow")],
)
def test_repulsion_of_nanoclusters(library: ctypes.CDLL, particle: str, model: str) -> None:
    kind = body(particle, model)
    check(library, kind, kind, wca_table([kind]), seed=1)


@pytest.mark.parametrize("name", ["amphiphile", "dumbbell", "snowman", "dendrimer"])
def test_terms_of_particles_of_beads(library: ctypes.CDLL, name: str) -> None:
    medium = {"relative_permittivity": 2.0}
    setup = resolve(
        StatePoint.of({"particle": name, "n_bodies": 30, "volume_fraction": 0.1, **medium})
    )
    (kind,) = setup.bodies
    check(library, kind, kind, setup.interactions.pairs, seed=2)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_form_and_several_terms_on_a_pair(library: ctypes.CDLL, name: str) -> None:
    kind = body("R-Au-Cu", "bladed")
    check(library, kind, kind, TABLES[name], seed=3)


def test_two_kinds_of_bodies(library: ctypes.CDLL) -> None:
    a, b = body("R-Au-Cu", "bladed"), body("R-Au-Cu", "sphere")
    diameters = {"other" if t == b.name else t: d for t, d in b.diameters.items()}
    b = replace(b, name="other", diameters=diameters)
    check(library, a, b, wca_table([a, b]), seed=4)


def test_all_versions_of_the_component_know_the_forms_of_the_package() -> None:
    from janus_md.engines.hoomd.component import FORMS
    from janus_md.model.interactions.term import TERMS
    from tests.hoomd_component.mathematics import tables

    forms = {TERMS.get(name).form or name for name in TERMS if TERMS.get(name).acts}
    assert forms == set(FORMS) == set(tables().FORMS)


CUTOFF = 7.0


def smooth(d: FloatArray) -> FloatArray:
    return np.asarray(1 / d + 1.25 * d**2 / CUTOFF**3 - 0.375 * d**4 / CUTOFF**5)


def charge_energy(kind: RigidBody, r, turned, law) -> FloatArray:
    import rowan

    a, b = (rowan.rotate(q[:, None], kind.positions[None]) for q in turned)
    d = np.linalg.norm(r[:, None, None] + b[:, None] - a[:, :, None], axis=-1)
    return COULOMB * np.einsum("a,b,mab->m", kind.charges, kind.charges, law(d))


@pytest.mark.parametrize("particle", ["R-Au-Cu", "S-1"])
def test_smooth_coulomb_energy_of_neutral_bodies(library: ctypes.CDLL, particle: str) -> None:
    rng = np.random.default_rng(5)
    kind = body(particle, "bladed")
    r, turned = apart(rng, 2.0, 1.2 * CUTOFF), (turns(rng), turns(rng))
    found = sums(library, kind, kind, r, *turned, {}, COULOMB, CUTOFF)
    near = np.linalg.norm(r, axis=1) < CUTOFF
    expected = near * charge_energy(kind, r, turned, smooth)
    assert 0.2 * PAIRS < np.count_nonzero(found.energy) < 0.95 * PAIRS
    scale = COULOMB * float(np.abs(kind.charges).sum() ** 2)
    np.testing.assert_allclose(found.energy, expected, atol=1e-13 * scale)


def test_smooth_coulomb_vanishes_with_two_derivatives_at_the_cutoff() -> None:
    """u'(rc) = u''(rc) = 0 of the closed form; u itself is the constant 15 / (8 rc)."""
    step = 1e-3
    u = smooth(CUTOFF + step * np.array([-2.0, -1.0, 0.0, 1.0, 2.0]))
    slope = (u[3] - u[1]) / (2 * step)
    curvature = (u[3] - 2 * u[2] + u[1]) / step**2
    assert u[2] == pytest.approx(15 / (8 * CUTOFF))
    assert abs(slope) < 10 * step**2 / CUTOFF**4
    assert abs(curvature) < 10 * step**2 / CUTOFF**5 + 1e-9


SPLITTING = 0.45


def test_real_space_part_of_an_ewald_sum(library: ctypes.CDLL) -> None:
    """Energies are those of scipy's erfc, up to the cutoff between charges."""
    rng = np.random.default_rng(6)
    kind = two_charge_dipole(1.0)
    r, turned = apart(rng, 1.2, 1.2 * CUTOFF), (turns(rng), turns(rng))
    found = sums(library, kind, kind, r, *turned, {}, COULOMB, CUTOFF, SPLITTING)

    def law(d: FloatArray) -> FloatArray:
        return np.where(d < CUTOFF, erfc(SPLITTING * d) / d, 0.0)

    expected = charge_energy(kind, r, turned, law)
    np.testing.assert_allclose(found.energy, expected, atol=4e-11 * COULOMB)
    assert np.count_nonzero(found.energy) > 0.5 * PAIRS


@pytest.mark.parametrize("splitting", [0.0, SPLITTING])
def test_forces_and_torques_are_slopes_of_the_energy(
    library: ctypes.CDLL, splitting: float
) -> None:
    """Central differences of displacements, and of rotations of either body."""
    import rowan

    rng = np.random.default_rng(7)
    kind, step = body("R-Au-Cu", "bladed"), 1e-4
    r, a, b = apart(rng, 2.6, 0.8 * CUTOFF), turns(rng), turns(rng)
    table = TABLES["several"]
    settings = (table, COULOMB, 2 * CUTOFF if splitting else CUTOFF, splitting)

    def energy(r, a, b) -> FloatArray:
        return sums(library, kind, kind, r, a, b, *settings).energy

    found = sums(library, kind, kind, r, a, b, *settings)
    for k in range(3):
        shift = step * np.eye(3)[k]
        turn = rowan.from_axis_angle(np.eye(3)[k], step)
        back = rowan.conjugate(turn)
        slopes = (
            (energy(r + shift, a, b) - energy(r - shift, a, b), found.force[:, k]),
            (energy(r, rowan.multiply(back, a), b) - energy(r, rowan.multiply(turn, a), b),
             found.torque_a[:, k]),
            (energy(r, a, rowan.multiply(back, b)) - energy(r, a, rowan.multiply(turn, b)),
             found.torque_b[:, k]),
        )  # fmt: skip
        for difference, expected in slopes:
            scale = 1.0 + np.abs(found.energy) + np.abs(found.force).max(axis=1)
            # terms end with a kink in the force, and close sites have steep forces
            off = np.abs(difference / (2 * step) - expected) / scale
            assert np.quantile(off, 0.95) < 1e-5


@pytest.mark.parametrize("splitting", [0.0, SPLITTING])
@pytest.mark.parametrize("particle", ["R-Au-Cu", "S-1"])
def test_all_neighbours_at_once_as_pair_by_pair(
    library: ctypes.CDLL, particle: str, splitting: float
) -> None:
    """Neighbours are counted that fill no whole vector register, too."""
    rng = np.random.default_rng(8)
    a, b = two_charge_dipole(1.0), body(particle, "bladed")
    for count in (1, 2, 3, 37):
        r, others = apart(rng, 2.0, 0.99 * CUTOFF)[:count], turns(rng)[:count]
        check_neighbours(library, a, b, r, turns(rng)[:1], others, {}, splitting)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_terms_of_all_neighbours_as_pair_by_pair(library: ctypes.CDLL, name: str) -> None:
    kind = body("R-Au-Cu", "bladed")
    rng = np.random.default_rng(9)
    r = apart(rng, 2.0, 1.05 * reach_of_beads(kind, kind, TABLES[name]))
    check_neighbours(library, kind, kind, r, turns(rng)[:1], turns(rng), TABLES[name], 0.0)


def test_bodies_of_more_sites_than_bits_of_a_word(library: ctypes.CDLL) -> None:
    """Sites in reach are found 64 at a time; 150 of one kind lie on a sphere here."""
    rng = np.random.default_rng(10)
    kind = body("R-Au-Cu", "bladed")
    spots = rng.normal(size=(150, 3))
    spots *= 1.5 / np.linalg.norm(spots, axis=1, keepdims=True)
    charges = rng.choice([-0.1, 0.1], size=75)
    many = replace(
        kind, positions=spots, types=("blade",) * 150, charges=np.concatenate([charges, -charges])
    )
    r, own, others = apart(rng, 3.0, 4.0), turns(rng)[:1], turns(rng)
    table = {("blade", "blade"): wca(0.9)}
    each = pair_forces(without_charges(many), many, r, own, others, pairs=table)
    assert np.count_nonzero(each.energy) > 0.5 * PAIRS
    check_neighbours(library, many, many, r, own, others, table, 0.0)


def check_neighbours(
    library: ctypes.CDLL,
    a: RigidBody,
    b: RigidBody,
    r: FloatArray,
    own: FloatArray,
    others: FloatArray,
    table: PairTable,
    splitting: float,
) -> None:
    """The loop over all neighbours gives what the interaction of two bodies gives."""
    settings = (table, COULOMB, CUTOFF, splitting)
    each = sums(library, a, b, r, np.repeat(own, len(r), axis=0), others, *settings)
    found, torque = sums_over_neighbours(library, a, b, r, own, others, *settings)
    expected = np.column_stack([each.energy, -each.force, each.torque_b])
    # sites that overlap have terms of any size
    terms = np.abs(expected).max(axis=1, keepdims=True) if table else 0.0
    of_all = np.abs(each.torque_a).sum() if table else 0.0
    scale = COULOMB * len(r)
    assert np.all(np.abs(found - expected) <= 1e-13 * (scale + terms))
    assert np.all(np.abs(torque - each.torque_a.sum(axis=0)) <= 1e-13 * (scale + of_all))
