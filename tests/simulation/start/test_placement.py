"""First places of bodies: no overlap, no preferred direction, the same again for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
import rowan
from scipy.spatial.distance import cdist

from janus_md.common.errors import JanusError
from janus_md.model.interactions.table import wca_table
from janus_md.simulation.start.placement import MIN_CONTACT, place_at_random, place_on_lattice
from janus_md.study.catalogue.catalog import body


def closest_contact(kinds, bodies, length, positions, orientations) -> float:
    """Smallest bead distance over sigma between two bodies, by brute force."""
    table = wca_table(bodies)
    sites, owners, names = [], [], []
    for k, kind in enumerate(kinds):
        b = bodies[kind]
        for name, x in [(b.name, np.zeros(3)), *zip(b.types, b.positions, strict=True)]:
            if b.diameters[name] > 0:
                sites.append(positions[k] + rowan.rotate(orientations[k], x))
                owners.append(k)
                names.append(name)
    x = np.array(sites)
    sigma = np.array([[table[tuple(sorted((a, b)))][0]["sigma"] for b in names] for a in names])
    r = np.min(
        [
            cdist(x, x + length * np.array(shift))
            for shift in np.stack(np.meshgrid(*[[-1, 0, 1]] * 3), -1).reshape(-1, 3)
        ],
        axis=0,
    )
    other = np.not_equal.outer(owners, owners)
    return float((r / sigma)[other].min())


@pytest.mark.parametrize("place", [place_at_random, place_on_lattice])
@pytest.mark.parametrize("model", ["sphere", "bladed"])
def test_no_beads_overlap(place, model: str) -> None:
    bodies = (body("R-1", model), body("S-1", model))
    kinds = np.array([0, 1] * 10, np.int32)
    length = (20 * 2.19 / 0.03) ** (1 / 3)
    x, q = place(bodies, kinds, length, wca_table(bodies), np.random.default_rng(1))
    assert x.shape == (20, 3)
    assert q.shape == (20, 4)
    assert np.all(np.abs(x) <= 0.5 * length)
    np.testing.assert_allclose(np.linalg.norm(q, axis=1), 1.0)
    assert closest_contact(kinds, bodies, length, x, q) >= MIN_CONTACT


def test_a_body_in_the_middle_of_the_box() -> None:
    """Of an odd lattice one plane lies at 0 or, by a rounding error, just below it."""
    lengths = np.random.default_rng(0).uniform(22.0, 30.0, 2000)
    below = lengths[3.5 * (lengths / 7) - 0.5 * lengths < 0.0]
    assert len(below) > 10
    bodies = (body("R-Au-Cu", "sphere"),)
    for length in below:
        x, _ = place_on_lattice(
            bodies, np.zeros(343, np.int32), length, wca_table(bodies), np.random.default_rng(1)
        )
        assert np.all(np.abs(x).min(axis=0) < 1e-14)


def test_positions_and_directions_are_uniform() -> None:
    """Means over many bodies vanish within four standard errors."""
    bodies = (body("R-Au-Cu", "sphere"),)
    n = 5000
    length = (n * 2.19 / 0.01) ** (1 / 3)
    x, q = place_at_random(
        bodies, np.zeros(n, np.int32), length, wca_table(bodies), np.random.default_rng(2)
    )
    directions = rowan.rotate(q, np.array([0.0, 0.0, 1.0]))
    assert np.all(np.abs(directions.mean(axis=0)) < 4 * np.sqrt(1 / 3 / n))
    assert np.all(np.abs((directions**2).mean(axis=0) - 1 / 3) < 4 * np.sqrt(4 / 45 / n))
    assert np.all(np.abs(x.mean(axis=0) / length) < 4 * np.sqrt(1 / 12 / n))


def test_same_seed_gives_same_positions() -> None:
    bodies = (body("R-Au-Cu", "bladed"),)
    kinds = np.zeros(30, np.int32)
    first, again = (
        place_at_random(bodies, kinds, 14.0, wca_table(bodies), np.random.default_rng(7))
        for _ in range(2)
    )
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])


def test_missing_space_is_reported() -> None:
    bodies = (body("R-Au-Cu", "sphere"),)
    length = (50 * 2.19 / 0.6) ** (1 / 3)
    with pytest.raises(JanusError, match=r"^volume_fraction: 0.6 cannot be packed .* of 50"):
        place_at_random(
            bodies, np.zeros(50, np.int32), length, wca_table(bodies), np.random.default_rng(1)
        )
