"""Quaternions against scipy's rotations."""

import numpy as np
import rowan
from scipy.spatial.transform import Rotation

from janus_md.model import rotations


def test_turn_about_an_axis():
    turns = Rotation.random(50, random_state=7)
    matrices = rowan.to_matrix(rotations.turn(turns.as_rotvec()))
    np.testing.assert_allclose(matrices, turns.as_matrix(), atol=1e-14)
    np.testing.assert_array_equal(rotations.turn(np.zeros(3)), rotations.UNTURNED)


def test_turn_about_z_takes_x_to_y():
    matrix = rowan.to_matrix(rotations.turn_about_z(np.pi / 2))
    np.testing.assert_allclose(matrix @ [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], atol=1e-15)


def test_rotations_and_cross_products_are_those_of_rowan_and_numpy():
    turns, rng = Rotation.random(50, random_state=8), np.random.default_rng(3)
    a, b = rng.normal(size=(2, 50, 3))
    quaternions = turns.as_quat(scalar_first=True)
    rotated = rotations.rotate(quaternions, a)
    np.testing.assert_allclose(rotated, turns.apply(a), atol=1e-14)
    np.testing.assert_allclose(rotated, rowan.rotate(quaternions, a), atol=1e-14)
    np.testing.assert_array_equal(rotations.cross(a, b), np.cross(a, b))


def test_products_are_those_of_rowan():
    a, b = np.random.default_rng(4).normal(size=(2, 50, 4))
    product = rotations.multiply(a, b)
    np.testing.assert_allclose(product, rowan.multiply(a, b), atol=1e-13)


def test_products_turn_by_the_second_quaternion_first():
    first, second = (Rotation.random(50, random_state=seed) for seed in (9, 10))
    p, q = first.as_quat(scalar_first=True), second.as_quat(scalar_first=True)
    product = rotations.multiply(p, q)
    np.testing.assert_allclose(rowan.to_matrix(product), (first * second).as_matrix(), atol=1e-14)
    np.testing.assert_allclose(product, rowan.multiply(p, q), atol=1e-15)
