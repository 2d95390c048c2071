"""Rotations as unit quaternions (w, x, y, z), body to laboratory.

Functions that rowan does not provide, and faster ones for what is done in every frame.
"""

from __future__ import annotations

import numpy as np
import rowan
from numpy.typing import ArrayLike

from janus_md.model.body import FloatArray

UNTURNED = (1.0, 0.0, 0.0, 0.0)
"""The identity: the axes of the body are those of the laboratory."""

TURNED_OVER = (0.0, 1.0, 0.0, 0.0)
"""Half a turn about x: +z becomes -z."""


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the cross products of vectors, shape (N, 3); faster than ``numpy.cross``."""
    found = np.empty((len(a), 3))
    for k, (i, j) in enumerate(((1, 2), (2, 0), (0, 1))):
        np.subtract(a[:, i] * b[:, j], a[:, j] * b[:, i], out=found[:, k])
    return found


def rotate(quaternions: FloatArray, vectors: FloatArray) -> FloatArray:
    """Rotate vectors, shape (N, 3), by unit quaternions, shape (N, 4).

    With q = (w, u), the result is ``v + w t + u x t``, where ``t = 2 u x v``. This is three times
    faster than ``rowan.rotate``, from which it differs by rounding.
    """
    w, u = quaternions[:, :1], quaternions[:, 1:]
    twice = 2.0 * cross(u, vectors)
    return np.asarray(vectors + w * twice + cross(u, twice))


def multiply(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the products of quaternions, shape (N, 4): b first, then a.

    This is twice as fast as ``rowan.multiply``, from which it differs by rounding.
    """
    w, u, v, x = a[:, :1], a[:, 1:], b[:, :1], b[:, 1:]
    found = np.empty((len(a), 4))
    found[:, 0] = a[:, 0] * b[:, 0] - np.einsum("ij,ij->i", u, x)
    found[:, 1:] = w * x + v * u + cross(u, x)
    return found


def turn(rotation_vector: ArrayLike) -> FloatArray:
    """Quaternions, shape (..., 4), of rotations as axis times angle (radians), shape (..., 3)."""
    half = 0.5 * np.asarray(rotation_vector, float)
    return np.asarray(rowan.exp(np.concatenate([np.zeros_like(half[..., :1]), half], -1)))


def turn_about_z(angle: ArrayLike) -> FloatArray:
    """Quaternions, shape (..., 4), of rotations by `angle` (radians, shape (...)) about z."""
    return np.asarray(rowan.from_axis_angle([0.0, 0.0, 1.0], np.asarray(angle, float)))
