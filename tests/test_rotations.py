"""Quaternions against scipy's rotations."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from janus_md import rotations


@pytest.fixture
def turns():
    return Rotation.random(50, random_state=7)


def wxyz(rotation):
    return np.roll(rotation.as_quat(), 1, axis=-1)


def test_matrices(turns):
    np.testing.assert_allclose(
        rotations.rotation_matrices(wxyz(turns)), turns.as_matrix(), atol=1e-14
    )


def test_product_is_the_second_turn_then_the_first(turns):
    other = Rotation.random(50, random_state=8)
    product = rotations.rotation_matrices(rotations.quaternion_product(wxyz(turns), wxyz(other)))
    np.testing.assert_allclose(product, (turns * other).as_matrix(), atol=1e-14)


def test_turn_about_an_axis(turns):
    vectors = turns.as_rotvec()
    matrices = rotations.rotation_matrices(rotations.turn(vectors))
    np.testing.assert_allclose(matrices, turns.as_matrix(), atol=1e-14)
    np.testing.assert_array_equal(rotations.turn(np.zeros(3)), rotations.UNTURNED)


def test_turn_about_z_takes_x_to_y():
    matrix = rotations.rotation_matrices(rotations.turn_about_z(np.pi / 2))
    np.testing.assert_allclose(matrix @ [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], atol=1e-15)
