"""The Coulomb function with a finite range: its derivatives, and neutral bodies."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.model.interactions.cutoff import CoulombCutoff, energy_at_range, smooth_coulomb
from janus_md.model.pairs.energy import pair_energy, pair_forces
from janus_md.model.units import COULOMB
from janus_md.study.catalogue.catalog import body

REACH = 7.0


def energy(d: float) -> float:
    return float(smooth_coulomb(d, REACH)[0])


def test_force_is_the_derivative_of_the_energy() -> None:
    for d in (0.3, 1.0, 2.5, 6.0, 6.99):
        h = 1e-4 * d
        slope = (energy(d + h) - energy(d - h)) / (2 * h)
        assert smooth_coulomb(d, REACH)[1] * d == pytest.approx(-slope, rel=1e-6, abs=1e-9)


def test_first_and_second_derivative_vanish_at_the_range() -> None:
    h = 1e-3
    below, at, above = (energy(REACH + k * h) for k in (-1, 0, 1))
    assert at == pytest.approx(energy_at_range(REACH), rel=1e-15)
    # The third derivative is -15 / R^4, which limits what differences of step h can show.
    assert abs(above - below) / (2 * h) < 3 * h**2 / REACH**4
    assert abs(above - 2 * at + below) / h**2 < 1e-8
    third = (energy(REACH + 2 * h) - 2 * above + 2 * below - energy(REACH - 2 * h)) / (2 * h**3)
    assert third == pytest.approx(-15.0 / REACH**4, rel=1e-3)
    assert float(smooth_coulomb(REACH, REACH)[1]) == pytest.approx(0.0, abs=1e-17)


def test_it_is_the_short_range_part_of_multilevel_summation() -> None:
    """1/d - gamma(d/R)/R, gamma(x) = 15/8 - 5/4 x^2 + 3/8 x^4, of continuity C2.

    Hardy, Stone and Schulten, Parallel Comput. 35, 164 (2009).
    """
    d = np.linspace(0.2, REACH, 50)
    gamma = 15 / 8 - 5 / 4 * (d / REACH) ** 2 + 3 / 8 * (d / REACH) ** 4
    found = smooth_coulomb(d, REACH)[0] - energy_at_range(REACH)
    np.testing.assert_allclose(found, 1 / d - gamma / REACH, atol=1e-15)


def poses(distance: float, number: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors of this length in all directions, and orientations."""
    rng = np.random.default_rng(3)
    r, a, b = (rng.normal(size=(number, k)) for k in (3, 4, 4))
    unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (r, a, b)]
    return distance * unit[0], unit[1], unit[2]


@pytest.mark.parametrize("model", ["sphere", "bladed"])
def test_both_cutoffs_of_neutral_bodies_are_equal_within_the_range(model: str) -> None:
    """The shift of all pairs of sites cancels, so that the constant does not matter."""
    one = body("R-Au-Cu", model)
    assert one.charges.sum() == 0.0
    far = 2.0 * np.linalg.norm(one.positions[one.charges != 0], axis=1).max()
    for distance in (2.0, 4.0, REACH - far - 0.01):
        apart, turn_a, turn_b = poses(distance)
        by = [
            pair_energy(
                one, one, apart, turn_a, turn_b, pairs={}, cutoff=CoulombCutoff(REACH, between)
            )
            for between in ("sites", "bodies")
        ]
        np.testing.assert_allclose(by[0], by[1], atol=1e-10)
    for between, beyond in (("sites", REACH + far + 0.01), ("bodies", REACH + 0.01)):
        apart, turn_a, turn_b = poses(beyond)
        none = pair_energy(one, one, apart, turn_a, turn_b, pairs={},
                           cutoff=CoulombCutoff(REACH, between))  # fmt: skip
        np.testing.assert_array_equal(none, 0.0)


def test_long_range_is_the_plain_coulomb_interaction() -> None:
    """At a fixed distance, what the range takes away falls with its third power."""
    one = body("R-Au-Cu", "sphere")
    apart, turn_a, turn_b = poses(3.0)
    plain = pair_energy(one, one, apart, turn_a, turn_b, pairs={})
    errors = [
        np.abs(
            pair_energy(one, one, apart, turn_a, turn_b, pairs={}, cutoff=CoulombCutoff(reach))
            - plain
        ).max()
        for reach in (100.0, 200.0)
    ]
    assert errors[0] / errors[1] == pytest.approx(8.0, rel=0.01)
    # the dipoles of a body are in a field of (5/2) mu / R^3
    moment = float(np.linalg.norm(one.charges @ one.positions))
    assert errors[0] <= 2.5 * COULOMB * moment**2 / 100.0**3


@pytest.mark.parametrize("between", ["sites", "bodies"])
def test_forces_and_torques_are_derivatives_of_the_energy(between: str) -> None:
    one, other = body("R-Au-Cu", "sphere"), body("Au3Cd", "sphere")
    cutoff = CoulombCutoff(4.0, between)  # type: ignore[arg-type]
    apart, turn_a, turn_b = poses(3.4, 5)
    found = pair_forces(one, other, apart, turn_a, turn_b, pairs={}, cutoff=cutoff)
    h = 1e-5
    for axis in np.eye(3):
        moved = [
            pair_energy(one, other, apart + s * h * axis, turn_a, turn_b, pairs={}, cutoff=cutoff)
            for s in (1, -1)
        ]
        np.testing.assert_allclose(found.force @ axis, -(moved[0] - moved[1]) / (2 * h), atol=1e-6)
        turned = [
            pair_energy(
                one, other, apart, turn_a, _turned(turn_b, s * h * axis), pairs={}, cutoff=cutoff
            )
            for s in (1, -1)
        ]
        np.testing.assert_allclose(
            found.torque_b @ axis, -(turned[0] - turned[1]) / (2 * h), atol=1e-6
        )


def _turned(quaternions: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Quaternions turned by small angles about axes of the laboratory."""
    import rowan

    angle = np.linalg.norm(angles)
    return rowan.multiply(rowan.from_axis_angle(angles / angle, angle), quaternions)
