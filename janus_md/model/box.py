"""Periodic boxes (Lx, Ly, Lz, xy, xz, yz), HOOMD-blue's convention, centred on the origin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from janus_md.model.body import FloatArray


def lattice_vectors(box: FloatArray) -> FloatArray:
    """Return the edges of the box as rows, shape (3, 3), nm."""
    lx, ly, lz, xy, xz, yz = (float(value) for value in box)
    return np.array([[lx, 0.0, 0.0], [xy * ly, ly, 0.0], [xz * lz, yz * lz, lz]])


def inverse_lattice(lattice: FloatArray) -> FloatArray:
    """Return the inverse of :func:`lattice_vectors`, from positions to fractional coordinates."""
    (a, _, _), (d, b, _), (e, f, c) = lattice.tolist()
    return np.array(
        [
            [1.0 / a, 0.0, 0.0],
            [-d / (a * b), 1.0 / b, 0.0],
            [(d * f - b * e) / (a * b * c), -f / (b * c), 1.0 / c],
        ]
    )


def face_distances(lattice: FloatArray) -> FloatArray:
    """Distances of the three pairs of opposite faces, shape (3,), nm."""
    return np.asarray(1.0 / np.sqrt(np.square(inverse_lattice(lattice)).sum(axis=0)))


def wrap(positions: FloatArray, lattice: FloatArray) -> tuple[FloatArray, NDArray[np.int32]]:
    """Move positions into the box.

    Parameters
    ----------
    positions : ndarray, shape (N, 3)
        nm.
    lattice : ndarray, shape (3, 3)
        Edges of the box as rows, nm.

    Returns
    -------
    inside : ndarray, shape (N, 3)
        nm.
    images : ndarray of int, shape (N, 3)
        Lattice vectors that were subtracted.
    """
    images = np.floor(positions @ inverse_lattice(lattice) + 0.5)
    return positions - images @ lattice, images.astype(np.int32)
