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
