"""Handed quantities and stiffness of wires against closed forms."""

import numpy as np
import pytest

from janus_md.analysis.aggregates import chirality
from janus_md.analysis.aggregates.bonds import Bonds, body_axes, find_bonds
from janus_md.analysis.aggregates.measures import BodyProperties, measure_wires
from janus_md.analysis.aggregates.wires import build_wires
from janus_md.model.body import BondCriterion
from janus_md.model.box import lattice_vectors
from tests.analysis.worlds import quaternions_along

BOX = np.array([200.0, 200.0, 200.0, 0.0, 0.0, 0.0])


def measured(x, q, fold=1, hands=None, distance=2.1, angle=60.0):
    axes = body_axes(q)
    bonds = find_bonds(x, axes, BOX, BondCriterion(distance, angle))
    wires = build_wires(len(x), bonds, lattice_vectors(BOX))
    hands = np.zeros(len(x), int) if hands is None else hands
    properties = BodyProperties((0.0, 0.0, 1.0), fold, hands)
    return measure_wires(x, q, axes, lattice_vectors(BOX), bonds, wires, properties)


@pytest.mark.parametrize("hand", [1, -1])
def test_dihedral_angle_of_a_helix(hand):
    """cos(phi/2) = cos(tau/2) sin(theta/2) (Shimanouchi and Mizushima, 1955) for a helix of one
    bond a step: phi the turn a step, theta the bond angle, tau the dihedral; right-handed positive.
    """
    phi, radius, rise, n = np.deg2rad(35.0), 1.5, 1.3, 14
    t = phi * np.arange(n)
    x = np.stack([radius * np.cos(t), hand * radius * np.sin(t), rise * np.arange(n)], axis=1)
    u = np.gradient(x, axis=0)
    found = measured(x, quaternions_along(u))
    bond = np.diff(x, axis=0)
    bend = np.arccos(bond[0] @ bond[1] / np.linalg.norm(bond[0]) / np.linalg.norm(bond[1]))
    tau = 2.0 * np.arccos(np.cos(phi / 2) / np.sin((np.pi - bend) / 2))
    assert len(found["n"]) == 1
    assert found["dihedral_deg"][0] == pytest.approx(hand * np.rad2deg(tau))


def test_straight_wire_has_no_dihedral_angle():
    x = np.zeros((6, 3))
    x[:, 2] = 1.6 * np.arange(6)
    found = measured(x, np.tile([1.0, 0, 0, 0], (6, 1)))
    assert np.isnan(found["dihedral_deg"][0])
    assert found["persistence_bond_nm"][0] == np.inf
    assert found["tortuosity"][0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("turn", "fold", "expected", "handed"),
    [
        (20.0, 1, 20.0, np.sin(np.deg2rad(20.0))),
        (-20.0, 1, -20.0, -np.sin(np.deg2rad(20.0))),
        (170.0, 3, 50.0, np.sin(np.deg2rad(150.0))),
        (100.0, 3, -20.0, -np.sin(np.deg2rad(60.0))),
        (60.0, 3, 60.0, 0.0),
        (120.0, 3, 0.0, 0.0),
    ],
)
def test_screw_angle_is_defined_modulo_the_symmetry(turn, fold, expected, handed):
    """120 degrees are no turn of a threefold body, 60 degrees one without a hand."""
    x = np.zeros((7, 3))
    x[:, 2] = 1.6 * np.arange(7)
    spin = np.deg2rad(turn) * np.arange(7) + 0.4
    q = quaternions_along(np.tile([0.0, 0.0, 1.0], (7, 1)), spin)
    found = measured(x, q, fold)
    away = (found["screw_deg"][0] - expected + 180 / fold) % (360 / fold) - 180 / fold
    assert away == pytest.approx(0.0, abs=1e-6) or abs(away) == pytest.approx(360 / fold, abs=1e-6)
    assert found["handedness"][0] == pytest.approx(handed, abs=1e-9)
    assert found["screw_spread_deg"][0] == pytest.approx(0.0, abs=1e-4)


def test_body_of_revolution_has_no_screw_angle():
    x = np.zeros((3, 3))
    x[:, 2] = 1.6 * np.arange(3)
    found = measured(x, np.tile([1.0, 0, 0, 0], (3, 1)), fold=0)
    assert np.isnan(found["screw_deg"]).all()


def test_screw_angle_is_the_twist_alone():
    """A swing (tilt about an axis across) after the twist does not change it."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        twist, tilt, azimuth = rng.uniform(-3, 3), rng.uniform(0, 0.6), rng.uniform(0, 6)
        start = rng.normal(size=4)
        start /= np.linalg.norm(start)
        swing = quaternions_along(
            [[np.sin(tilt) * np.cos(azimuth), np.sin(tilt) * np.sin(azimuth), np.cos(tilt)]], twist
        )
        both = np.stack([start, product(start, swing[0])])
        one = np.zeros(1, dtype=int)
        bond = Bonds(one, one + 1, np.zeros((1, 3)), np.zeros((1, 3), int), np.ones(1))
        assert chirality.screw_angles(both, bond)[0] % (2 * np.pi) == pytest.approx(
            twist % (2 * np.pi)
        )


def product(a, b):
    w, v = a[0] * b[0] - a[1:] @ b[1:], a[0] * b[1:] + b[0] * a[1:] + np.cross(a[1:], b[1:])
    return np.array([w, *v])


@pytest.mark.parametrize(
    ("symmetries", "fold"), [([3, 3], 3), ([2, 3], 6), ([0, 3], 0), ([1], 1), ([4, 6], 12)]
)
def test_common_symmetry(symmetries, fold):
    assert chirality.common_symmetry(symmetries) == fold


def test_spread_of_scattered_angles():
    """Normal angles of standard deviation s on the circle: R = exp(-s^2/2), so the spread is s."""
    rng = np.random.default_rng(2)
    s = 0.3
    angles = rng.normal(0.1, s, 20000)
    mean, resultant, _ = chirality.circular_means(angles, np.zeros(20000, int), 1, 2)
    assert mean[0] == pytest.approx(0.1, abs=4 * s / np.sqrt(20000))
    assert chirality.circular_spread(resultant, 2)[0] == pytest.approx(s, rel=0.03)


def test_alternation():
    source, target = np.array([0, 1, 2, 4]), np.array([1, 2, 3, 5])
    zeros = np.zeros((4, 3))
    bonds = Bonds(source, target, zeros, zeros.astype(int), np.ones(4))
    hands = np.array([1, -1, -1, 1, 0, 1])
    found = chirality.alternation(hands, bonds, np.array([0, 0, 0, 1]), 3)
    np.testing.assert_allclose(found, [2.0 / 3.0, np.nan, np.nan])


def test_persistence_length_of_worm_like_chains():
    """Directions that turn by an angle of fixed cosine c at every bond: l_p = -b / ln c."""
    rng = np.random.default_rng(3)
    b, c, n, chains = 1.6, 0.96, 60, 60
    found = []
    for _ in range(chains):
        u = [np.array([0.0, 0.0, 1.0])]
        for _ in range(n - 1):
            side = np.cross(u[-1], rng.normal(size=3))
            side /= np.linalg.norm(side)
            u.append(c * u[-1] + np.sqrt(1 - c * c) * side)
        u = np.array(u)
        x = np.cumsum(b * u, axis=0)
        q = quaternions_along(u)
        one = measured(x, q, distance=1.7, angle=30.0)
        if len(one["n"]) == 1:
            found.append((one["persistence_bond_nm"][0], one["persistence_dipole_nm"][0]))
    assert len(found) > chains / 2
    np.testing.assert_allclose(np.array(found), -b / np.log(c), rtol=1e-6)
