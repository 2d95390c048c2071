"""Energy of two bodies against closed forms of electrostatics, and its symmetries."""

import math

import numpy as np
import pytest
import rowan
from scipy.special import zeta

from janus_md.model.body import BondCriterion, RigidBody
from janus_md.model.pairs.energy import head_to_tail_minimum, pair_energy, pair_forces
from janus_md.model.rotations import turn, turn_about_z
from janus_md.model.units import COULOMB, DEBYE
from janus_md.study.catalogue import catalog

BODIES = [(name, model) for name in catalog.nanocluster_names() for model in catalog.MODELS]


def charged_pair(dipole, separation, diameter=0.0, name="D"):
    """Two opposite charges of a given dipole moment (debye), on a bead or on none."""
    charge = dipole * DEBYE / separation
    return RigidBody(
        name=name,
        model="test",
        positions=np.array([[0.0, 0.0, 0.5 * separation], [0.0, 0.0, -0.5 * separation]]),
        types=("charge", "charge"),
        charges=np.array([charge, -charge]),
        diameters={name: diameter, "charge": 0.0},
        mass=1.0,
        inertia=np.ones(3),
        hydrodynamic_radius=1.0,
        volume=1.0,
        bond=BondCriterion(2.1, 35.0),
        symmetry=0,
    )


@pytest.fixture(scope="module")
def point_dipole():
    """43.42 D (R-Au-Cu) as two charges so close that their size does not show at 1 nm."""
    return charged_pair(43.42, 1e-3)


def random_quaternions(n, rng):
    q = rng.normal(size=(n, 4))
    return q / np.linalg.norm(q, axis=1, keepdims=True)


def random_pairs(n, seed, nearest, furthest):
    rng = np.random.default_rng(seed)
    r = rng.normal(size=(n, 3))
    r *= (rng.uniform(nearest, furthest, n) / np.linalg.norm(r, axis=1))[:, None]
    return r, random_quaternions(n, rng), random_quaternions(n, rng)


# ---------------------------------------------------------------- electrostatics, closed forms


@pytest.mark.parametrize(("distance", "energy"), [(1.61, -54.4), (1.80, -38.9), (2.50, -14.5)])
def test_aligned_point_dipoles(point_dipole, distance, energy):
    # -2 mu^2 / (4 pi eps0 r^3), Jackson, Classical Electrodynamics, section 4.2; 43.42 D: Li et
    # al., ACS Cent. Sci. 2022, 8, 1258-1264
    found = pair_energy(point_dipole, point_dipole, [0.0, 0.0, distance])[0]
    assert found == pytest.approx(-2 * COULOMB * (43.42 * DEBYE) ** 2 / distance**3, rel=2e-6)
    assert found == pytest.approx(energy, abs=0.05)


def test_point_dipoles_in_any_direction(point_dipole):
    # E = mu1 mu2 [cos(12) - 3 cos1 cos2] / (4 pi eps0 eps_r r^3)
    r, q_a, q_b = random_pairs(200, 1, 1.5, 4.0)
    u_a, u_b = rowan.to_matrix(q_a)[:, :, 2], rowan.to_matrix(q_b)[:, :, 2]
    distance = np.linalg.norm(r, axis=1)
    n = r / distance[:, None]
    angles = np.sum(u_a * u_b, 1) - 3 * np.sum(u_a * n, 1) * np.sum(u_b * n, 1)
    unit = COULOMB * (43.42 * DEBYE) ** 2 / 8.93 / distance**3
    found = pair_energy(point_dipole, point_dipole, r, q_a, q_b, relative_permittivity=8.93)
    np.testing.assert_allclose(found / unit, angles, atol=2e-6)


def test_fragment_charges_head_to_tail():
    # four Coulomb terms: q^2 [2/r - 1/(r - s) - 1/(r + s)], two of them at r
    body = charged_pair(43.42, catalog.entry("R-Au-Cu").charge_separation)
    found = pair_energy(body, body, [[0.0, 0.0, 1.61], [0.0, 0.0, 40.0]])
    s = catalog.entry("R-Au-Cu").charge_separation
    exact = 4 * COULOMB * (2 / 1.61 - 1 / (1.61 - s) - 1 / (1.61 + s))
    assert found[0] == pytest.approx(exact, rel=1e-12)
    assert found[0] == pytest.approx(-59.1, abs=0.05)
    # and far away the point dipoles' value, with the first term of the series in (s / r)^2
    point = -2 * COULOMB * (43.42 * DEBYE) ** 2 / 40.0**3
    assert found[1] == pytest.approx(point * (1 + (s / 40.0) ** 2), rel=2e-8)


def total_energy(body, positions, quaternions):
    """Sum over all pairs, in units mu^2 / d^3 for d = 1 nm."""
    i, j = np.triu_indices(len(positions), 1)
    energies = pair_energy(body, body, positions[j] - positions[i], quaternions[i], quaternions[j])
    return float(energies.sum() / (COULOMB * (43.42 * DEBYE) ** 2))


@pytest.mark.parametrize(
    ("count", "chain", "ring"),
    [(3, -4.25, -3.75), (4, -6.57407407, -6.70710678), (13, None, None), (20, None, None)],
)
def test_chains_and_rings_of_dipoles(point_dipole, count, chain, ring):
    # closed forms of the sums; of the two, the chain is the lower up to 3 dipoles and the ring
    # from 4 on (Messina, Khalil and Stankovic, Self-assembly of magnetic balls: from chains to
    # tubes, 2014)
    k = np.arange(1, count)
    straight = np.column_stack([0.0 * np.arange(count), 0.0 * np.arange(count), np.arange(count)])
    along = np.tile([1.0, 0.0, 0.0, 0.0], (count, 1))
    found_chain = total_energy(point_dipole, straight, along)
    assert found_chain == pytest.approx(-2 * np.sum((count - k) / k**3), rel=2e-6)

    angles = 2 * np.pi * np.arange(count) / count
    radius = 0.5 / math.sin(math.pi / count)
    circle = radius * np.column_stack([np.cos(angles), np.sin(angles), 0 * angles])
    # z to x, then to the tangent at the angle
    tangent = rowan.multiply(turn_about_z(angles + np.pi / 2), turn([0.0, np.pi / 2, 0.0]))
    found_ring = total_energy(point_dipole, circle, tangent)
    terms = (3 + np.cos(2 * np.pi * k / count)) / np.sin(np.pi * k / count) ** 3
    exact = -count / 4 * math.sin(math.pi / count) ** 3 * np.sum(terms)
    assert found_ring == pytest.approx(exact, rel=2e-6)
    assert (found_chain < found_ring) == (count <= 3)
    if chain is not None:
        assert found_chain == pytest.approx(chain, rel=2e-6)
        assert found_ring == pytest.approx(ring, rel=2e-6)


def test_infinite_chain(point_dipole):
    # energy per dipole -2 zeta(3); a chain cut after K neighbours leaves out 1 / (K + 1/2)^2
    k = np.arange(1.0, 2001.0)
    energies = pair_energy(point_dipole, point_dipole, np.column_stack([0 * k, 0 * k, k]))
    per_dipole = energies.sum() / (COULOMB * (43.42 * DEBYE) ** 2)
    assert per_dipole - 1 / 2000.5**2 == pytest.approx(-2 * zeta(3), rel=2e-6)


# ---------------------------------------------------------------- repulsion


def test_repulsion_is_epsilon_at_sigma_and_nothing_past_the_cutoff():
    ball = charged_pair(0.0, 0.1, diameter=1.2, name="ball")
    other = charged_pair(0.0, 0.1, diameter=0.8, name="other")
    cutoff = 2 ** (1 / 6)
    found = pair_energy(ball, other, [[1.0, 0, 0], [0, cutoff, 0], [0, 0, 1.001 * cutoff]])
    np.testing.assert_allclose(found, [2.5, 0.0, 0.0], atol=1e-12)
    np.testing.assert_array_equal(pair_forces(ball, other, [0, 0, 1.2]).force, [[0, 0, 0]])
    # -du/dr = 24 eps / sigma at sigma
    np.testing.assert_allclose(pair_forces(ball, other, [0, 0, 1]).force, [[0, 0, 60.0]])


# ---------------------------------------------------------------- forces and symmetries


@pytest.mark.parametrize("name", ["R-Au-Cu", "Au3Cd"])
@pytest.mark.parametrize("model", catalog.MODELS)
def test_forces_and_torques_are_slopes_of_energy(name, model):
    body, other = catalog.body(name, model), catalog.body("S-1", model)
    near, far = (1.5, 2.2) if body.symmetry == 0 else (2.2, 3.5)
    r, q_a, q_b = random_pairs(40, 2, near, far)
    found = pair_forces(body, other, r, q_a, q_b)
    np.testing.assert_allclose(
        found.energy, pair_energy(body, other, r, q_a, q_b), rtol=1e-11, atol=1e-12
    )
    assert np.abs(found.force).max() > 10
    step = 1e-5
    for axis in np.eye(3):

        def slope(shift, axis=axis):
            return (pair_energy(*shift(step * axis)) - pair_energy(*shift(-step * axis))) / -2e-5

        moved = slope(lambda d: (body, other, r + d, q_a, q_b))
        spun_a = slope(lambda d: (body, other, r, rowan.multiply(turn(d), q_a), q_b))
        spun_b = slope(lambda d: (body, other, r, q_a, rowan.multiply(turn(d), q_b)))
        scale = 1.0 + np.abs(found.energy)
        for numeric, exact in (
            (moved, found.force @ axis),
            (spun_a, found.torque_a @ axis),
            (spun_b, found.torque_b @ axis),
        ):
            assert np.max(np.abs(numeric - exact) / (scale + np.abs(exact))) < 1e-6


def test_energy_is_rotation_invariant():
    body = catalog.body("R-Au-Cu", "bladed")
    r, q_a, q_b = random_pairs(50, 3, 2.0, 3.5)
    found = pair_forces(body, body, r, q_a, q_b)
    balance = found.torque_a + found.torque_b + np.cross(r, found.force)
    assert np.abs(balance).max() < 1e-12 * np.abs(found.torque_a).max()
    whole = random_quaternions(1, np.random.default_rng(4))[0]
    turned = pair_energy(
        body,
        body,
        r @ rowan.to_matrix(whole).T,
        rowan.multiply(whole, q_a),
        rowan.multiply(whole, q_b),
    )
    np.testing.assert_allclose(turned, found.energy, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("model", catalog.MODELS)
def test_energy_is_symmetric_in_the_bodies(model):
    one, two = catalog.body("R-Au-Cu", model), catalog.body("Au3Cd", model)
    r, q_a, q_b = random_pairs(50, 5, 1.8, 3.5)
    there, back = pair_energy(one, two, r, q_a, q_b), pair_energy(two, one, -r, q_b, q_a)
    np.testing.assert_allclose(there, back, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("pair", [("R-Au-Cu", "R-Au-Cu"), ("R-1", "R-1"), ("R-1", "S-1")])
def test_mirrored_configurations_of_mirrored_bodies_have_the_same_energy(pair):
    image = {"R-Au-Cu": "S-Au-Cu", "R-1": "S-1", "S-1": "R-1"}
    r, q_a, q_b = random_pairs(300, 6, 1.8, 3.2)
    # a turn is mirrored in x by keeping its component along x and reversing the others
    flip = np.array([1.0, 1.0, -1.0, -1.0])
    for model in catalog.MODELS:
        one, two = (catalog.body(name, model) for name in pair)
        energy = pair_energy(one, two, r, q_a, q_b)
        mirrored = (r * [-1, 1, 1], q_a * flip, q_b * flip)
        one, two = (catalog.body(image[name], model) for name in pair)
        np.testing.assert_allclose(pair_energy(one, two, *mirrored), energy, rtol=1e-11, atol=1e-12)
    # and the bladed bodies themselves are not their own mirror images
    one, two = (catalog.body(name, "bladed") for name in pair)
    assert not np.allclose(pair_energy(one, two, *mirrored), energy, rtol=0.01, atol=1.0)


def test_many_pairs_agree_with_single_pairs():
    body = catalog.body("R-Au-Cu", "bladed")
    r, q_a, q_b = random_pairs(2000, 7, 1.8, 3.5)
    together = pair_energy(body, body, r, q_a, q_b)
    some = [0, 1, 700, 1999]
    alone = [pair_energy(body, body, r[k], q_a[k], q_b[k])[0] for k in some]
    np.testing.assert_allclose(together[some], alone, rtol=1e-11, atol=1e-12)
    assert pair_energy(body, body, np.zeros((0, 3)), q_a[:0], q_b[:0]).shape == (0,)


# ---------------------------------------------------------------- head-to-tail minimum


@pytest.mark.parametrize(("name", "model"), BODIES)
@pytest.mark.parametrize("permittivity", [1.0, 8.93])
def test_force_and_torque_vanish_at_the_minimum(name, model, permittivity):
    body = catalog.body(name, model)
    found = head_to_tail_minimum(body, body, permittivity)
    place = ([0, 0, found.distance], (1, 0, 0, 0), turn_about_z(np.radians(found.turn)))
    pushed = pair_forces(body, body, *place, relative_permittivity=permittivity)
    assert pushed.energy[0] == pytest.approx(found.energy, abs=1e-6)
    assert abs(pushed.force[0, 2]) < 0.01
    assert abs(pushed.torque_b[0, 2]) < 0.01
    # lower than anything on a grid of another pitch, outside of the outermost distance at which the
    # bodies repel each other at any turn; faces of opposite hand of `narrow` have a minimum inside,
    # behind a barrier of 250 kJ/mol
    distance, spin = np.meshgrid(np.linspace(1.3, 4, 91), np.linspace(0, 2.1, 47))
    along = np.stack([0 * distance, 0 * distance, distance], -1).reshape(-1, 3)
    spins = turn_about_z(spin.ravel())
    grid = pair_energy(body, body, along, (1, 0, 0, 0), spins, relative_permittivity=permittivity)
    profile = grid.reshape(distance.shape).min(axis=0)
    repelled = np.flatnonzero(profile > 0.0)
    outside = profile[repelled[-1] + 1 :] if len(repelled) else profile
    assert found.energy <= outside.min() + 1e-9


@pytest.mark.parametrize("model", catalog.MODELS)
def test_a_larger_permittivity_weakens_the_bond_and_moves_it_outwards(model):
    body = catalog.body("R-Au-Cu", model)
    minima = [head_to_tail_minimum(body, body, eps) for eps in (1, 1.25, 1.5, 2, 3, 8.93, 36.7)]
    assert np.all(np.diff([m.energy for m in minima]) > 0)
    assert np.all(np.diff([m.distance for m in minima]) > 0)


def test_r_meshes_with_s_in_the_racemate_and_with_its_own_kind_in_r_au_cu():
    def depth(behind, ahead):
        bodies = [catalog.body(name, "bladed") for name in (behind, ahead)]
        return head_to_tail_minimum(*bodies).energy

    assert depth("R-1", "S-1") == pytest.approx(depth("S-1", "R-1"))
    assert depth("R-1", "S-1") < depth("R-1", "R-1") - 15
    assert depth("R-1", "R-1") == pytest.approx(depth("S-1", "S-1"))
    assert depth("R-Au-Cu", "R-Au-Cu") < depth("R-Au-Cu", "S-Au-Cu") - 15


def test_minimum_is_cached():
    body = catalog.body("R-Au-Cu", "bladed")
    assert head_to_tail_minimum(body, body, 2.0) is head_to_tail_minimum(body, body, 2.0)


def test_without_charges_there_is_no_bond():
    ball = charged_pair(0.0, 0.1, diameter=1.2, name="ball")
    assert head_to_tail_minimum(ball, ball).energy == pytest.approx(0.0, abs=1e-12)
