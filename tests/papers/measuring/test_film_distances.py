"""Particles and distances in micrographs of bodies at known places."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.analysis.pictures.micrograph import Microscope, micrograph
from janus_md.papers.measuring.film_distances import (
    find_particles,
    micrograph_distances,
    shell_distances,
)

BOX = np.array([12.0, 9.0, 2.0, 0.0, 0.0, 0.0])
SCOPE = Microscope()


def apart(count: int, distance: float, seed: int) -> np.ndarray:
    """Random places in the box whose projections are at least `distance` apart."""
    rng = np.random.default_rng(seed)
    places: list[np.ndarray] = []
    while len(places) < count:
        one = rng.uniform(-0.5, 0.5, 3) * BOX[:3]
        away = [one[:2] - other[:2] for other in places]
        away = [two - BOX[:2] * np.round(two / BOX[:2]) for two in away]
        if all(np.hypot(*two) > distance for two in away):
            places.append(one)
    return np.array(places)


def test_all_cores_are_found_where_they_are_in_spite_of_the_noise() -> None:
    places = apart(20, 1.3, seed=2)
    found = find_particles(micrograph(places, BOX, SCOPE, seed=3), SCOPE)
    assert len(found) == len(places)
    away = found[:, None] - (places[None, :, :2] + 0.5 * BOX[:2])
    away -= BOX[:2] * np.round(away / BOX[:2])
    nearest = np.linalg.norm(away, axis=2).min(axis=1)
    assert nearest.max() < 3.0 * SCOPE.pixel_nm


def test_noise_has_no_particles_and_a_hidden_core_counts_once() -> None:
    nothing = np.array([[0.0, 0.0, 50.0]])
    empty = micrograph(nothing, np.array([12.0, 9.0, 200.0, 0, 0, 0]), SCOPE, seed=None).max()
    noise = np.random.default_rng(4).poisson(empty, (150, 200)).astype(float)
    assert len(find_particles(noise, SCOPE)) == 0
    hidden = np.array([[1.0, 1.0, -0.5], [1.0, 1.0, 0.5]])
    assert len(find_particles(micrograph(hidden, BOX, SCOPE, seed=5), SCOPE)) == 1


def test_a_row_across_the_edge_has_its_spacing() -> None:
    """Eight bodies in a periodic row along x, 1.5 nm apart."""
    x = (np.arange(8) + 0.3) * 1.5 - 6.0
    row = np.column_stack([x, 0.2 + 0.0 * x, 0.0 * x])
    box = np.array([12.0, 9.0, 5.0, 0.0, 0.0, 0.0])
    found = micrograph_distances(row, box)
    assert len(found) == 8
    assert found == pytest.approx(1.5, abs=2.0 * SCOPE.pixel_nm)
    assert found.mean() == pytest.approx(1.5, abs=SCOPE.pixel_nm)
    assert shell_distances(row, box) == pytest.approx(1.5)


def test_a_skewed_box_is_refused() -> None:
    with pytest.raises(ValueError, match="rectangular"):
        micrograph_distances(np.zeros((1, 3)), np.array([5.0, 5.0, 5.0, 0.1, 0.0, 0.0]))
