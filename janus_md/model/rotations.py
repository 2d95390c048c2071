"""Rotations as unit quaternions (w, x, y, z), body to laboratory, that rowan does not provide."""

from __future__ import annotations

import numpy as np
import rowan
from numpy.typing import ArrayLike

from janus_md.model.body import FloatArray

UNTURNED = (1.0, 0.0, 0.0, 0.0)
"""The identity: the axes of the body are those of the laboratory."""

TURNED_OVER = (0.0, 1.0, 0.0, 0.0)
"""Half a turn about x: +z becomes -z."""


def turn(rotation_vector: ArrayLike) -> FloatArray:
    """Quaternions, shape (..., 4), of rotations as axis times angle (radians), shape (..., 3)."""
    half = 0.5 * np.asarray(rotation_vector, float)
    return np.asarray(rowan.exp(np.concatenate([np.zeros_like(half[..., :1]), half], -1)))


def turn_about_z(angle: ArrayLike) -> FloatArray:
    """Quaternions, shape (..., 4), of rotations by `angle` (radians, shape (...)) about z."""
    return np.asarray(rowan.from_axis_angle([0.0, 0.0, 1.0], np.asarray(angle, float)))
