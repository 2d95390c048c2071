"""Unit quaternions (w, x, y, z) that turn a body's frame into the laboratory's."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from janus_md.bodies import FloatArray

UNTURNED = (1.0, 0.0, 0.0, 0.0)
"""The body's axes are the laboratory's."""


def rotation_matrices(quaternions: ArrayLike) -> FloatArray:
    """Matrices of unit quaternions.

    Parameters
    ----------
    quaternions : array_like, shape (..., 4)
        Unit quaternions (w, x, y, z).

    Returns
    -------
    ndarray, shape (..., 3, 3)
        Matrices that turn column vectors of the body into the laboratory frame.
    """
    w, x, y, z = np.moveaxis(np.asarray(quaternions, float), -1, 0)
    return np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], -1),
            np.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], -1),
            np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], -1),
        ],
        -2,
    )


def quaternion_product(first: ArrayLike, second: ArrayLike) -> FloatArray:
    """Hamilton product: the turn by `second`, then by `first`.

    Parameters
    ----------
    first, second : array_like, shape (..., 4)
        Quaternions (w, x, y, z).

    Returns
    -------
    ndarray, shape (..., 4)
        Their product.
    """
    a, b = np.broadcast_arrays(np.asarray(first, float), np.asarray(second, float))
    scalar = a[..., 0] * b[..., 0] - np.sum(a[..., 1:] * b[..., 1:], axis=-1)
    vector = a[..., :1] * b[..., 1:] + b[..., :1] * a[..., 1:] + np.cross(a[..., 1:], b[..., 1:])
    return np.concatenate([scalar[..., None], vector], -1)


def turn(rotation_vector: ArrayLike) -> FloatArray:
    """Quaternions of turns about an axis.

    Parameters
    ----------
    rotation_vector : array_like, shape (..., 3)
        Axis times angle, radians.

    Returns
    -------
    ndarray, shape (..., 4)
        Unit quaternions (w, x, y, z).
    """
    vector = np.asarray(rotation_vector, float)
    half = 0.5 * np.linalg.norm(vector, axis=-1, keepdims=True)
    # sin(h) / (2h) through numpy's sinc, which is sound at angle 0
    return np.concatenate([np.cos(half), 0.5 * np.sinc(half / np.pi) * vector], -1)


def turn_about_z(angle: ArrayLike) -> FloatArray:
    """Quaternions, shape (..., 4), of turns by `angle` (radians, shape (...)) about z."""
    angles = np.asarray(angle, float)
    return turn(np.stack([0 * angles, 0 * angles, angles], -1))
