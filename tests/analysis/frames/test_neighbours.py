"""Neighbour search against a sum over images, in boxes of every shape."""

import itertools

import numpy as np
import pytest

from janus_md.analysis.frames.cells import neighbours_in_cells
from janus_md.analysis.frames.neighbours import (
    nearest_distances,
    neighbours_in_tree,
    pairs_within,
)
from janus_md.model.box import lattice_vectors, wrap

BOXES = {
    "cube": [12.0, 12.0, 12.0, 0.0, 0.0, 0.0],
    "shorter than two cutoffs": [4.0, 9.0, 5.0, 0.0, 0.0, 0.0],
    "shorter than the cutoff": [2.0, 7.0, 6.0, 0.0, 0.0, 0.0],
    "triclinic": [9.0, 8.0, 10.0, 0.4, -0.7, 0.3],
    "small and triclinic": [4.0, 5.0, 3.5, 0.9, -0.5, 0.6],
}
CUTOFF = 2.9


def all_distances(x, box):
    """Distances i < j (and self images once) by summation over 9^3 images."""
    lattice = lattice_vectors(box)
    shifts = np.array(list(itertools.product(range(-4, 5), repeat=3)))
    d = x[None, :, None] + (shifts @ lattice)[None, None] - x[:, None, None]
    r = np.linalg.norm(d, axis=-1)
    i, j, k = np.nonzero(r < CUTOFF)
    once = (i < j) | ((i == j) & (np.array([tuple(s) > (0, 0, 0) for s in shifts])[k]))
    i, j, k = i[once], j[once], k[once]
    return np.array(sorted(zip(i, j, r[i, j, k], strict=True))), r


def sorted_pairs(i, j, vectors):
    """Pairs as (lower index, higher index, distance), in order."""
    distances = np.linalg.norm(vectors, axis=1)
    return sorted(zip(np.minimum(i, j), np.maximum(i, j), distances, strict=True))


@pytest.mark.parametrize("name", BOXES)
def test_pairs_agree_with_sum_over_images(name):
    rng = np.random.default_rng(3)
    box = np.array(BOXES[name])
    lattice = lattice_vectors(box)
    x = rng.uniform(-0.5, 0.5, (40, 3)) @ lattice
    pairs = pairs_within(x + rng.integers(-2, 3, (40, 3)) @ lattice, box, CUTOFF)
    low, high = np.minimum(pairs.i, pairs.j), np.maximum(pairs.i, pairs.j)
    found = np.array(sorted(zip(low, high, pairs.distances, strict=True)))
    expected, r = all_distances(x, box)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    np.testing.assert_allclose(
        pairs.vectors, x[pairs.j] + pairs.images @ lattice - x[pairs.i], atol=1e-9
    )
    r[r == 0.0] = np.inf
    np.testing.assert_allclose(nearest_distances(x, box, pairs), r.min(axis=(1, 2)), atol=1e-9)


@pytest.mark.parametrize("search", [neighbours_in_cells, neighbours_in_tree])
@pytest.mark.parametrize("name", BOXES)
@pytest.mark.parametrize("bodies", [1, 2, 40])
def test_both_searches_agree_with_sum_over_images(search, name, bodies):
    rng = np.random.default_rng(4)
    box = np.array(BOXES[name])
    lattice = lattice_vectors(box)
    x = wrap(rng.uniform(-0.5, 0.5, (bodies, 3)) @ lattice, lattice)[0]
    i, j, vectors, images = search(x, lattice, CUTOFF)
    np.testing.assert_allclose(vectors, x[j] + images @ lattice - x[i], atol=1e-12)
    found = sorted_pairs(i, j, vectors)
    np.testing.assert_allclose(found, all_distances(x, box)[0].tolist(), atol=1e-9)


@pytest.mark.parametrize("bodies", [900, 3000])
def test_cells_find_what_the_tree_finds(bodies):
    """Bodies in drops, on the faces of the box and exactly one cutoff apart; several parts."""
    rng = np.random.default_rng(5)
    box = np.array([40.0, 30.0, 52.2, 0.3, 0.0, -0.2])
    lattice = lattice_vectors(box)
    x = rng.uniform(-0.5, 0.5, (20, 1, 3)) @ lattice + rng.normal(scale=2.0, size=(bodies // 20, 3))
    x = wrap(x.reshape(-1, 3), lattice)[0]
    x[:3] = [-0.5, -0.5, -0.5] @ lattice, [0.0, 0.0, 0.0], [0.0, 0.0, CUTOFF]
    found = []
    for search in (neighbours_in_cells, neighbours_in_tree):
        i, j, vectors, _ = search(x, lattice, CUTOFF)
        found.append(sorted_pairs(i, j, vectors))
    assert (1, 2, CUTOFF) in found[0]
    np.testing.assert_allclose(found[0], found[1], atol=1e-12)


def test_nearest_neighbour_far_beyond_the_cutoff():
    box = np.array([60.0, 60.0, 60.0, 0.0, 0.0, 0.0])
    x = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.5], [-29.0, 20.0, 0.0], [29.0, 20.0, 0.0]])
    pairs = pairs_within(x, box, CUTOFF)
    np.testing.assert_allclose(nearest_distances(x, box, pairs), [1.5, 1.5, 2.0, 2.0])
    far = np.array([[0.0, 0.0, 0.0], [10.0, 0.0, 20.0]])
    np.testing.assert_allclose(
        nearest_distances(far, box, pairs_within(far, box, CUTOFF)), [np.sqrt(500.0)] * 2
    )


def test_single_body_has_no_neighbour():
    box = np.array([9.0, 9.0, 9.0, 0.0, 0.0, 0.0])
    x = np.zeros((1, 3))
    assert np.isnan(nearest_distances(x, box, pairs_within(x, box, CUTOFF))).all()


def test_box_much_smaller_than_the_cutoff_is_refused():
    with pytest.raises(ValueError, match="too small"):
        pairs_within(np.zeros((1, 3)), np.array([0.5, 9.0, 9.0, 0, 0, 0]), CUTOFF)
