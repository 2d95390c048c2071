"""Excluded volumes against closed forms and independent integrations."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rowan

from janus_md.model.beads import body_of_beads
from janus_md.model.body import RigidBody
from janus_md.model.pairs.excluded_volume import (
    ACCURACY,
    ANGLES,
    _of_any,
    _of_revolution,
    convex_excluded_volume,
    excluded_volume,
)
from janus_md.model.solid import balls_of, union_volume


def body(*beads: tuple[float, float, float, float]) -> RigidBody:
    """A body of beads: diameter and place of each, nm."""
    kinds = {f"K{k}": one[0] for k, one in enumerate(beads)}
    places = [(f"K{k}", one[1:]) for k, one in enumerate(beads)]
    return body_of_beads("any", places, kinds, {}, 100.0)


def tetrahedron() -> RigidBody:
    return body(
        (1.0, 0.6, 0.6, 0.6), (1.0, 0.6, -0.6, -0.6), (1.2, -0.6, 0.6, -0.6), (0.8, -0.6, -0.6, 0.6)
    )


def test_a_ball_excludes_eight_of_its_volumes() -> None:
    found = excluded_volume(body((2.0, 0.3, 0.1, -4.0)))
    assert found.value == pytest.approx(8 * 4 / 3 * math.pi, rel=1e-12)
    assert found.error == 0.0
    # a bead inside another one changes nothing
    hidden = excluded_volume(body((2.0, 0.0, 0.0, 0.0), (0.5, 0.0, 0.0, 0.2)))
    assert hidden.value == pytest.approx(found.value, rel=1e-12)


def test_spherocylinder_of_onsager_and_the_formula_for_convex_bodies() -> None:
    """Two spherocylinders exclude 4/3 pi D^3 + 2 pi L D^2 + pi/2 L^2 D (Onsager 1949)."""
    diameter, length = 1.0, 3.0
    exact = math.pi * (4 / 3 * diameter**3 + 2 * length * diameter**2 + length**2 * diameter / 2)
    a = 0.5 * diameter
    volume = math.pi * a**2 * length + 4 / 3 * math.pi * a**3
    surface = 2 * math.pi * a * length + 4 * math.pi * a**2
    assert convex_excluded_volume(volume, surface, a + length / 4) == pytest.approx(exact)
    # beads a quarter of their radius apart: notches of 0.8 % of the radius
    heights = np.linspace(0.0, length, 25)
    found = excluded_volume(body(*[(diameter, 0.0, 0.0, z) for z in heights.tolist()]))
    assert found.error < 2e-3 * found.value
    assert exact * (1 - 0.01) < found.value < exact + 3.0 * found.error


def monte_carlo(one: RigidBody, count: int = 60_000) -> tuple[float, float]:
    """Excluded volume with its standard error: points in a box, overlap by distances."""
    places, radii = balls_of(one)
    reach = 2.0 * one.reach
    rng = np.random.default_rng(5)
    moved = rng.uniform(-reach, reach, (count, 1, 3))
    turns = rng.normal(size=(count, 1, 4))
    turns /= np.linalg.norm(turns, axis=2, keepdims=True)
    turned = rowan.rotate(turns, places[None]) + moved
    overlap = np.zeros(count, bool)
    for place, radius in zip(places, radii, strict=True):
        overlap |= (((turned - place) ** 2).sum(axis=2) < (radii + radius) ** 2).any(axis=1)
    share, box = overlap.mean(), (2.0 * reach) ** 3
    return box * share, box * math.sqrt(share * (1 - share) / count)


@pytest.mark.parametrize("distance", [0.8, 2.0])
def test_two_balls_agree_with_monte_carlo(distance: float) -> None:
    one = body((2.0, 0.0, 0.0, 0.0), (1.3, 0.0, 0.0, distance))
    plain, error = monte_carlo(one)
    found = excluded_volume(one)
    assert found.error < 5e-5 * found.value
    assert abs(found.value - plain) < 3.0 * error
    assert found.value > 8.0 * union_volume(one)  # a ball excludes least


def test_any_body_agrees_with_monte_carlo() -> None:
    one = tetrahedron()
    assert one.symmetry != 0
    plain, error = monte_carlo(one)
    found = excluded_volume(one)
    assert 0.0 < found.error <= ACCURACY * found.value
    assert abs(found.value - plain) < 3.0 * math.hypot(found.error, error)
    assert found.value > 8.0 * union_volume(one)


def test_the_error_is_that_of_other_orientations() -> None:
    """Independent seeds scatter by the stated standard error."""
    found = [excluded_volume(tetrahedron(), seed=seed) for seed in range(12)]
    spread = np.std([one.value for one in found], ddof=1)
    stated = np.mean([one.error for one in found])
    assert 0.4 < spread / stated < 2.2  # chi with 11 degrees of freedom, p about 1e-4 on each side


def test_the_two_ways_agree_for_a_body_of_revolution() -> None:
    """Integrated over the angle between the axes, and with random orientations."""
    places, radii = balls_of(body((1.0, 0.0, 0.0, 0.0), (1.2, 0.0, 0.0, 0.7), (0.8, 0.0, 0.0, 1.6)))
    exact = [_of_revolution(places[:, 2], radii, nodes) for nodes in ANGLES]
    other = _of_any(places, radii, 0)
    assert abs(exact[1] - exact[0]) < 5e-5 * exact[1]
    assert abs(exact[1] - other.value) < 3.5 * other.error
