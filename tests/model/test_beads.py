"""Rigid bodies of beads: centre, frame, inertia and symmetry."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from janus_md.model.beads import body_of_beads, rotational_symmetry
from janus_md.model.body import RigidBody
from janus_md.model.solid import union


@dataclass(frozen=True)
class Beads:
    """Beads of a body: kind, place and diameter of each, and charges of kinds."""

    beads: tuple[tuple[str, tuple[float, float, float], float], ...]
    charges: dict[str, float] = field(default_factory=dict)

    def body(self) -> RigidBody:
        places = [(kind, place) for kind, place, _ in self.beads]
        diameters = {kind: diameter for kind, _, diameter in self.beads}
        return body_of_beads("any", places, diameters, self.charges, 100.0)

    def moved(self, turn: Rotation, shift: tuple[float, float, float]) -> Beads:
        places = turn.apply([place for _, place, _ in self.beads]) + shift
        beads = [
            (kind, tuple(map(float, place)), diameter)
            for (kind, _, diameter), place in zip(self.beads, places, strict=True)
        ]
        return replace(self, beads=tuple(beads))


@pytest.mark.parametrize("seed", range(3))
def test_body_is_independent_of_the_frame_of_its_file(seed: int) -> None:
    rng = np.random.default_rng(seed)
    beads = tuple(("AB"[k % 2], tuple(rng.uniform(-1, 1, 3)), (0.9, 0.7)[k % 2]) for k in range(7))
    model = Beads(beads, {"A": 0.75, "B": -1.0})
    one = model.body()
    two = model.moved(Rotation.random(random_state=seed), (3.0, -5.0, 1.0)).body()
    np.testing.assert_allclose(two.inertia, one.inertia, rtol=1e-6)
    assert two.volume == pytest.approx(one.volume, rel=1e-7)
    # a body without symmetry has its frame up to half a turn about z
    turned = two.positions * [-1, -1, 1]
    same = [np.allclose(one.positions, found, atol=1e-5) for found in (two.positions, turned)]
    assert any(same)
    assert one.symmetry == two.symmetry == 1


@pytest.mark.parametrize("seed", range(3))
def test_centre_and_axes_are_those_of_the_solid(seed: int) -> None:
    rng = np.random.default_rng(seed)
    body = Beads(tuple(("A", tuple(rng.uniform(-1, 1, 3)), 1.0) for _ in range(5))).body()
    solid = union(body.positions, np.full(5, 0.5))
    np.testing.assert_allclose(solid.centre, 0.0, atol=1e-7)
    np.testing.assert_allclose(solid.inertia(100.0), np.diag(body.inertia), atol=1e-4)


def ring(n: int, charges: tuple[float, float] = (0.0, 0.0)) -> Beads:
    """A disc of n beads B about a bead A, and a bead A above it."""
    angles = 2.0 * np.pi / n * np.arange(n) + 0.3
    beads = [("B", (math.cos(a), math.sin(a), 0.0), 0.8) for a in angles]
    beads += [("A", (0.0, 0.0, 0.0), 1.5), ("A", (0.0, 0.0, 0.7), 1.5)]
    return Beads(tuple(beads), {"B": charges[0], "A": charges[1]})


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_the_symmetry_is_found(n: int) -> None:
    body = ring(n).moved(Rotation.from_euler("y", 70, degrees=True), (1.0, 2.0, 3.0)).body()
    assert body.symmetry == n
    np.testing.assert_allclose(body.positions[-2:, :2], 0.0, atol=1e-9)


def test_symmetry_sees_kinds() -> None:
    square = np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]], float)
    assert rotational_symmetry(square, list("aaaa")) == 4
    assert rotational_symmetry(square, list("abab")) == 2
    assert rotational_symmetry(square, list("aaab")) == 1
    assert rotational_symmetry(np.array([[0, 0, 1.0], [0, 0, -2.0]]), list("ab")) == 0


def direction_of(body: RigidBody, kind: str) -> np.ndarray:
    chosen = [t == f"{body.name}.{kind}" for t in body.types]
    mean = body.positions[chosen].mean(axis=0)
    return mean / np.linalg.norm(mean)


def test_z_follows_the_dipole_then_the_kinds() -> None:
    towards_a = ring(3).body()  # B is the first kind, A the last
    np.testing.assert_allclose(direction_of(towards_a, "A"), [0, 0, 1], atol=1e-9)
    charged = ring(3, (1.0, -1.5)).body()
    assert charged.charges.sum() == 0.0
    assert charged.dipole[2] > 1.0
    np.testing.assert_allclose(charged.dipole[:2], 0.0, atol=1e-6)
    np.testing.assert_allclose(direction_of(charged, "A"), [0, 0, -1], atol=1e-9)


def test_without_a_direction_z_is_the_axis_of_symmetry_or_the_longest() -> None:
    square = [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0)]
    disc = Beads(tuple(("A", p, 1.0) for p in square))
    assert disc.body().symmetry == 4
    rod = Beads(tuple(("A", (0.5 * k, 0.0, 0.0), 1.0) for k in range(4)))
    assert rod.body().symmetry == 0
    assert np.argmin(rod.body().inertia) == 2


def test_one_bead_is_a_uniform_ball() -> None:
    ball = Beads((("A", (1.0, 2.0, 3.0), 1.4),)).body()
    np.testing.assert_allclose(ball.inertia, 0.4 * 100.0 * 0.7**2, rtol=1e-9)
    np.testing.assert_allclose(ball.positions, 0.0, atol=1e-12)


def test_direction_fixes_the_frame_of_equal_moments() -> None:
    """Coordinates with three digits: moments that are equal but for rounding count as equal."""
    corners = [(0.577, 0.577, 0.577), (0.577, -0.577, -0.577), (-0.577, 0.577, -0.577)]
    beads = [("A", place, 0.6) for place in corners] + [("B", (-0.577, -0.577, 0.578), 0.6)]
    body = Beads(tuple(beads), {"A": 1.0, "B": -3.0}).body()
    assert body.dipole[2] > 0.0
    np.testing.assert_allclose(body.dipole[:2] / body.dipole[2], 0.0, atol=1e-3)
    assert body.symmetry == 3
    assert body.inertia[0] == body.inertia[1] == body.inertia[2]
