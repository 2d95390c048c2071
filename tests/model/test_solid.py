"""Volume, centre, inertia and surface of unions of balls, against closed forms and Monte Carlo."""

from __future__ import annotations

import math

import numpy as np
import pytest

from janus_md.common.arrays import FloatArray
from janus_md.model import solid
from janus_md.model.solid import Solid, principal_moments, union


def cap(radius: float, cut: float) -> tuple[float, float, float, float]:
    """Volume and the integrals of z, z^2 and x^2 over the part of a ball with z above `cut`.

    The disc at the height z has the area pi (R^2 - z^2), and a mean x^2 of (R^2 - z^2) / 4.
    """

    def between(*powers: tuple[float, int]) -> float:
        return math.pi * sum(c / (k + 1) * (radius ** (k + 1) - cut ** (k + 1)) for c, k in powers)

    r2 = radius**2
    return (
        between((r2, 0), (-1.0, 2)),
        between((r2, 1), (-1.0, 3)),
        between((r2, 2), (-1.0, 4)),
        between((r2**2 / 4, 0), (-r2 / 2, 2), (0.25, 4)),
    )


def two_balls(
    first: float, second: float, distance: float
) -> tuple[float, float, float, float, float]:
    """Volume, height of the centre, <z^2> and <x^2> about it, and area share of the first ball.

    In closed form, each ball cut at the plane of their common circle; the first one at the origin.
    """
    cut = (first**2 + distance**2 - second**2) / (2.0 * distance)
    v, z, zz, xx = cap(first, -cut)  # below the plane: mirrored
    w, y, yy, uu = cap(second, cut - distance)
    volume = v + w
    centre = (-z + y + distance * w) / volume
    second_moment = (zz + yy + 2.0 * distance * y + distance**2 * w) / volume - centre**2
    areas = (first * (first + cut), second * (second + distance - cut))
    return volume, centre, second_moment, (xx + uu) / volume, areas[0] / sum(areas)


@pytest.mark.parametrize(
    ("radii", "distance"),
    [((1.0, 0.65), 0.8), ((1.0, 1.0), 1.3), ((1.0, 0.3), 0.75), ((0.5, 1.4), 1.1)],
)
@pytest.mark.parametrize("axis", [(0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.48, -0.6, 0.64)])
def test_two_overlapping_balls(
    radii: tuple[float, float], distance: float, axis: tuple[float, float, float]
) -> None:
    along, offset = np.array(axis), np.array([0.3, -2.0, 5.0])
    found = union([offset, offset + distance * along], radii)
    volume, centre, zz, xx, share = two_balls(*radii, distance)
    assert found.volume == pytest.approx(volume, rel=1e-12)
    np.testing.assert_allclose(found.centre, offset + centre * along, atol=1e-12)
    spread = xx * np.eye(3) + (zz - xx) * np.outer(along, along)
    np.testing.assert_allclose(found.spread, spread, atol=1e-12)
    assert found.areas[0] / found.areas.sum() == pytest.approx(share, rel=1e-12)


def test_one_ball_and_balls_apart() -> None:
    """I = 2/5 m R^2, and Steiner's theorem."""
    one = union([[1.0, 2.0, 3.0]], [0.7])
    assert one.volume == pytest.approx(4 / 3 * math.pi * 0.7**3, rel=1e-13)
    np.testing.assert_allclose(one.inertia(5.0), 0.4 * 5.0 * 0.49 * np.eye(3), atol=1e-12)
    two = union([[0.0, 0.0, 0.0], [0.0, 0.0, 4.0]], [1.0, 1.0])
    steiner = 0.4 + 4.0
    np.testing.assert_allclose(two.inertia(1.0), np.diag([steiner, steiner, 0.4]), atol=1e-12)
    np.testing.assert_allclose(two.areas, 4.0 * math.pi)


def test_balls_that_coincide_or_lie_in_another_count_once() -> None:
    found = union([[0, 0, 0], [0, 0, 0], [0, 0, 0.2], [0, 0, 0.5]], [1.0, 1.0, 0.3, 0.5])
    assert found.volume == pytest.approx(4 / 3 * math.pi, rel=1e-12)
    np.testing.assert_allclose(found.areas, [4.0 * math.pi, 0.0, 0.0, 0.0])


def test_rod_of_many_beads_tends_to_a_spherocylinder() -> None:
    """Beads a tenth of their radius apart; moments of a cylinder and two half balls."""
    a, length, count = 0.5, 3.0, 61
    z = np.linspace(-0.5 * length, 0.5 * length, count)
    found = union(np.column_stack([0 * z, 0 * z, z]), np.full(count, a))
    cylinder, ball = math.pi * a**2 * length, 4 / 3 * math.pi * a**3
    assert found.volume == pytest.approx(cylinder + ball, rel=1e-3)
    inertia = found.inertia(found.volume)  # of unit density
    about = 0.5 * cylinder * a**2 + 0.4 * ball * a**2
    # a half ball: its centre 3/8 a beyond the end of the cylinder
    across = cylinder * (a**2 / 4 + length**2 / 12) + ball * (
        0.4 * a**2 + length**2 / 4 + 3 / 8 * a * length
    )
    np.testing.assert_allclose(np.diag(inertia), [across, across, about], rtol=2e-3)
    # the closed form of the beads themselves: a row of cut discs
    step = z[1] - z[0]
    disc = math.pi * (a**2 * step - step**3 / 12)
    assert found.volume == pytest.approx(ball + (count - 1) * disc, rel=1e-12)


def monte_carlo(
    centres: FloatArray, radii: FloatArray, count: int = 400_000
) -> tuple[float, float, FloatArray, FloatArray]:
    """Volume with its standard error, and the points inside of a box about the union."""
    rng = np.random.default_rng(7)
    low, high = (centres - radii[:, None]).min(0), (centres + radii[:, None]).max(0)
    points = rng.uniform(low, high, (count, 3))
    inside = np.zeros(count, bool)
    for centre, radius in zip(centres, radii, strict=True):
        inside |= np.sum((points - centre) ** 2, axis=1) < radius**2
    share, box = inside.mean(), float(np.prod(high - low))
    return box * share, box * math.sqrt(share * (1 - share) / count), points[inside], low


@pytest.mark.parametrize("seed", range(4))
def test_random_unions_against_monte_carlo(seed: int) -> None:
    rng = np.random.default_rng(seed)
    centres, radii = rng.uniform(-1.0, 1.0, (9, 3)), rng.uniform(0.3, 0.9, 9)
    found = union(centres, radii)
    volume, error, inside, _ = monte_carlo(centres, radii)
    assert abs(found.volume - volume) < 4.0 * error
    count = len(inside)
    assert np.all(np.abs(found.centre - inside.mean(0)) < 4.0 * inside.std(0) / math.sqrt(count))
    r = inside - inside.mean(0)
    for i in range(3):
        for j in range(3):
            product = r[:, i] * r[:, j]
            assert abs(found.spread[i, j] - product.mean()) < 4.5 * product.std() / math.sqrt(count)
    # surface: points on each ball that no other one covers
    for k, radius in enumerate(radii):
        normals = rng.normal(size=(100_000, 3))
        on = centres[k] + radius * normals / np.linalg.norm(normals, axis=1)[:, None]
        bare = np.ones(len(on), bool)
        for j in set(range(len(radii))) - {k}:
            bare &= np.sum((on - centres[j]) ** 2, axis=1) > radii[j] ** 2
        share = bare.mean()
        spread = 4 * math.pi * radius**2 * math.sqrt(share * (1 - share) / len(on) + 1e-9)
        assert abs(found.areas[k] - 4 * math.pi * radius**2 * share) < 4.5 * spread


@pytest.mark.parametrize("seed", range(5))
def test_stated_error_of_the_quadrature(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    centres, radii = rng.uniform(-1.0, 1.0, (20, 3)), rng.uniform(0.3, 0.8, 20)
    found = union(centres, radii)
    monkeypatch.setattr(solid, "LATITUDES", 96)
    better = union(centres, radii)
    assert found.volume == pytest.approx(better.volume, rel=1e-7)
    np.testing.assert_allclose(found.spread, better.spread, atol=1e-7)
    np.testing.assert_allclose(found.areas, better.areas, atol=1e-7)


def test_principal_moments_refuse_other_frames() -> None:
    ones = np.ones(2)
    dumbbell = np.array([[0.0, 0.0, 0.5], [0.0, 0.0, -0.5]])
    np.testing.assert_allclose(principal_moments(dumbbell, ones), [0.5, 0.5, 0.0])
    with pytest.raises(ValueError, match="centre of mass"):
        principal_moments(dumbbell + 0.1, ones)
    with pytest.raises(ValueError, match="principal axes"):
        principal_moments(np.array([[0.0, 0.3, 0.4], [0.0, -0.3, -0.4]]), ones)


def test_inertia_of_a_solid() -> None:
    """Of a box of points by definition: trace of the spread less the spread."""
    found = Solid(1.0, np.zeros(3), np.diag([1.0, 2.0, 3.0]), np.ones(1))
    np.testing.assert_allclose(found.inertia(2.0), np.diag([10.0, 8.0, 6.0]))
