"""Boxes in HOOMD-blue's convention, tilted ones too."""

from __future__ import annotations

import numpy as np

from janus_md.model.box import face_distances, inverse_lattice, lattice_vectors, wrap

TILTED = np.array([9.0, 8.0, 10.0, 0.4, -0.7, 0.3])


def test_lattice_and_its_inverse() -> None:
    """Edges by HOOMD-blue's definition: a2 = (xy Ly, Ly, 0), a3 = (xz Lz, yz Lz, Lz)."""
    lattice = lattice_vectors(TILTED)
    np.testing.assert_allclose(lattice, [[9, 0, 0], [3.2, 8, 0], [-7, 3, 10]], rtol=1e-15)
    np.testing.assert_allclose(inverse_lattice(lattice), np.linalg.inv(lattice), atol=1e-16)


def test_face_distances() -> None:
    """Volume over the area of each face; by hand for one tilt."""
    box = np.array([4.0, 3.0, 2.0, 1.0, 0.0, 0.0])
    np.testing.assert_allclose(face_distances(lattice_vectors(box)), [4.0 / np.sqrt(2.0), 3.0, 2.0])
    a, b, c = lattice = lattice_vectors(TILTED)
    areas = [np.linalg.norm(np.cross(*pair)) for pair in ((b, c), (c, a), (a, b))]
    np.testing.assert_allclose(face_distances(lattice), np.prod(TILTED[:3]) / areas)


def test_wrapping_subtracts_lattice_vectors() -> None:
    rng = np.random.default_rng(1)
    lattice = lattice_vectors(TILTED)
    inside = rng.uniform(-0.5, 0.5, (200, 3)) @ lattice
    images = rng.integers(-4, 5, inside.shape)
    found, taken = wrap(inside + images @ lattice, lattice)
    np.testing.assert_allclose(found, inside, atol=1e-12)
    np.testing.assert_array_equal(taken, images)
    assert taken.dtype == np.int32
    np.testing.assert_array_equal(wrap(inside, lattice)[0], inside)  # to the bit
