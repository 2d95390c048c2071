"""Wires with known answers: straight, ring, branched, percolating, longer than the box."""

import numpy as np
import pytest

from janus_md.analysis.aggregates.bonds import body_axes, find_bonds
from janus_md.analysis.aggregates.measures import unwrapped_centres
from janus_md.analysis.aggregates.wires import BRANCHED, LINEAR, PERCOLATING, RING, build_wires
from janus_md.model.body import BondCriterion
from janus_md.model.box import lattice_vectors

CRITERION = BondCriterion(2.1, 35.0)
BOX = np.array([20.0, 20.0, 20.0, 0.0, 0.0, 0.0])


def wires_of(positions, axes, box=BOX, criterion=CRITERION):
    bonds = find_bonds(np.asarray(positions, float), np.asarray(axes, float), box, criterion)
    return build_wires(len(positions), bonds, lattice_vectors(box)), bonds


def test_straight_wire_across_faces_runs_from_free_tail_to_free_head():
    order = np.array([3, 0, 4, 1, 2])
    x = np.empty((5, 3))
    x[order] = [[8.0 + 1.6 * k, 0.0, 9.9] for k in range(5)]
    wires, bonds = wires_of(x, np.tile([1.0, 0.0, 0.0], (5, 1)))
    assert wires.members.tolist() == order.tolist()
    assert wires.kind.tolist() == [LINEAR]
    assert len(bonds) == 4
    centres = unwrapped_centres(x, lattice_vectors(BOX), wires)[wires.members]
    np.testing.assert_allclose(np.diff(centres, axis=0), [[1.6, 0, 0]] * 4, atol=1e-12)


def test_wire_longer_than_the_box_is_not_percolating():
    direction = np.array([1.0, 0.13, 0.21])
    direction /= np.linalg.norm(direction)
    x = direction * 1.6 * np.arange(30)[:, None]
    wires, _ = wires_of(x, np.tile(direction, (30, 1)))
    assert (len(wires), int(wires.n[0]), int(wires.kind[0])) == (1, 30, LINEAR)
    ends = unwrapped_centres(x, lattice_vectors(BOX), wires)[wires.members[[0, -1]]]
    assert np.linalg.norm(ends[1] - ends[0]) == pytest.approx(29 * 1.6)


def test_ring_starts_at_its_lowest_index():
    angle = 2.0 * np.pi * np.arange(12) / 12
    radius = 1.6 / (2.0 * np.sin(np.pi / 12))
    x = np.c_[9.0 + radius * np.cos(angle), radius * np.sin(angle), 0 * angle]
    u = np.c_[-np.sin(angle), np.cos(angle), 0 * angle]
    wires, bonds = wires_of(x, u)
    assert wires.kind.tolist() == [RING]
    assert len(bonds) == 12
    assert wires.members.tolist() == list(range(12))
    assert wires.winding.dims.tolist() == [0]


@pytest.mark.parametrize("sign", [1, -1])
def test_percolating_wire_winds_along_its_bonds(sign):
    x = np.zeros((12, 3))
    x[:, 2] = 20.0 / 12 * np.arange(12)
    wires, _ = wires_of(x, np.tile([0.0, 0.0, sign], (12, 1)))
    assert wires.kind.tolist() == [PERCOLATING]
    assert wires.winding.dims.tolist() == [1]
    assert wires.winding.vector.tolist() == [[0, 0, sign]]
    assert wires.members.tolist() == [0, *(range(1, 12) if sign > 0 else range(11, 0, -1))]


def test_wire_that_closes_after_winding_twice():
    # Along (1, 0, 0), moved by half the box in y on each way round: it closes after two.
    box = np.array([12.0, 10.0, 20.0, 0.0, 0.0, 0.0])
    step = np.array([12.0 / 8, 5.0 / 8, 0.0])
    x = step * np.arange(16)[:, None]
    wires, _ = wires_of(x, np.tile(step / np.linalg.norm(step), (16, 1)), box)
    assert wires.kind.tolist() == [PERCOLATING]
    assert wires.winding.vector.tolist() == [[2, 1, 0]]


def test_one_body_bonded_to_its_own_image():
    box = np.array([9.0, 9.0, 1.8, 0.0, 0.0, 0.0])
    wires, bonds = wires_of(np.zeros((1, 3)), [[0.0, 0.0, -1.0]], box)
    assert len(bonds) == 1
    assert wires.kind.tolist() == [PERCOLATING]
    assert wires.winding.vector.tolist() == [[0, 0, -1]]


def test_crossing_percolating_wires_share_a_body_and_have_rank_two():
    # Two wires with dipoles at 60 degrees meet at the origin; its own dipole halves the angle.
    n, edge = 12, 19.2
    box = np.array([edge, edge * np.sqrt(0.75), 20.0, np.tan(np.pi / 6), 0.0, 0.0])
    a = np.array([1.0, 0.0, 0.0])
    b = np.array([0.5, np.sqrt(0.75), 0.0])
    x = [
        np.zeros(3),
        *(edge / n * k * a for k in range(1, n)),
        *(edge / n * k * b for k in range(1, n)),
    ]
    u = [(a + b) / np.sqrt(3.0), *[a] * (n - 1), *[b] * (n - 1)]
    wires, _ = wires_of(x, u, box)
    assert wires.kind.tolist() == [PERCOLATING]
    assert wires.winding.dims.tolist() == [2]
    assert not wires.unbranched[0]


def test_branch_within_the_criterion():
    tilt = np.deg2rad(30.0)
    up, down = [np.cos(tilt), np.sin(tilt), 0.0], [np.cos(tilt), -np.sin(tilt), 0.0]
    x = np.array([[-1.6, 0.0, 0.0], [0.0, 0.0, 0.0], np.multiply(1.7, up), np.multiply(1.7, down)])
    wires, bonds = wires_of(x, [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], up, down])
    assert wires.kind.tolist() == [BRANCHED]
    assert sorted(zip(bonds.source.tolist(), bonds.target.tolist(), strict=True)) == [
        (0, 1),
        (1, 2),
        (1, 3),
    ]


@pytest.mark.parametrize(("angle", "bonded"), [(34.99, True), (35.01, False)])
def test_angle_limit_is_sharp_for_both_dipoles(angle, bonded):
    tilt = np.deg2rad(angle)
    u = [[0.0, 0.0, 1.0], [np.sin(tilt), 0.0, np.cos(tilt)]]
    for axes in (u, u[::-1]):
        _, bonds = wires_of([[0.0, 0.0, 0.0], [0.0, 0.0, 1.7]], axes)
        assert bool(len(bonds)) is bonded


@pytest.mark.parametrize(("distance", "bonded"), [(2.0999, True), (2.1001, False)])
def test_distance_limit_is_sharp(distance, bonded):
    _, bonds = wires_of([[0.0, 0.0, 0.0], [0.0, 0.0, distance]], [[0.0, 0.0, 1.0]] * 2)
    assert bool(len(bonds)) is bonded


def test_antiparallel_or_side_by_side_dipoles_are_not_bonded():
    along, side = [0.0, 0.0, 1.7], [1.7, 0.0, 0.0]
    for x, u in ((along, [0.0, 0.0, -1.0]), (side, [0.0, 0.0, 1.0]), (side, [0.0, 0.0, -1.0])):
        _, bonds = wires_of([[0.0, 0.0, 0.0], x], [[0.0, 0.0, 1.0], u])
        assert len(bonds) == 0


def test_axis_of_a_quaternion():
    half = np.sqrt(0.5)
    quaternions = np.array(
        [[1.0, 0, 0, 0], [half, half, 0, 0], [half, 0, half, 0], [2.0, 0, 0, 2.0]]
    )
    np.testing.assert_allclose(
        body_axes(quaternions), [[0, 0, 1], [0, -1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-15
    )
    np.testing.assert_allclose(body_axes(quaternions[3:], (1.0, 0, 0)), [[0, 1, 0]], atol=1e-15)
