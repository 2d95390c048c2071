"""Energy of bodies at a liquid interface against closed forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import rowan

from janus_md.common.arrays import FloatArray
from janus_md.model.beads import body_of_beads
from janus_md.model.body import RigidBody
from janus_md.model.fields.interface import FIELD, deviation, removed, slab, slope_of_slab
from janus_md.model.interactions.table import Interactions
from janus_md.model.solid_sites import with_sites
from janus_md.model.system import System
from janus_md.model.units import MILLINEWTON_PER_M

HEIGHT = 40.0
"""Of the box; the interfaces are at -10 and 10, the slab between them."""

JANUS = [
    (90.0, 90.0, 90.0, 1.0, 1.0),
    (90.0, 120.0, 60.0, 2.0, 2.0),
    (90.0, 180.0, 0.0, 3.0, 3.0),
    (90.0, 120.0, 30.0, 2.0, 1.0 + np.sqrt(3.0)),
    (60.0, 120.0, 60.0, 1.25, 2.25),
]
"""Half angle of the cap, contact angles of cap and rest, degrees; detachment energies to water and
oil over pi R^2 gamma (Binks and Fletcher, Langmuir 17, 4708, 2001).

With b the half angle of the part in oil, the energy relative to water is
2 (1 - cos b) cos A - sin^2 b inside the cap."""

BALL = body_of_beads("ball", [("A", (0, 0, 0))], {"A": 2.0}, {}, 3000.0)
WIDTHS = (0.1, 0.2, 0.3)


def janus_ball(
    angles: tuple[float, float], width: float, cap: float = 90.0
) -> tuple[RigidBody, dict[str, Any]]:
    """Ball of radius 1 nm whose upper cap has the first angle, at a tension of 1 kJ/mol/nm^2."""
    sites = with_sites(BALL, 0.12)
    parts = np.where(
        sites.body.positions[:, 2] > np.cos(np.radians(cap)), "upper", "lower"
    ).tolist()
    types = tuple(
        part if kind.endswith(":surface") else kind
        for kind, part in zip(sites.body.types, parts, strict=True)
    )
    body = replace(
        sites.body, types=types, diameters=sites.body.diameters | {"upper": 0.0, "lower": 0.0}
    )
    strength = 0.5 * sites.areas["ball.A:surface"] * np.cos(np.radians(angles))
    return body, {
        "width": width,
        "surface": dict(zip(("upper", "lower"), strength.tolist(), strict=True)),
        "volume": sites.volumes,
    }


def at(body: RigidBody, places: FloatArray, turns: FloatArray | None = None) -> System:
    """Bodies at these heights."""
    n = len(places)
    return System(
        bodies=(body,),
        kinds=np.zeros(n, np.int32),
        box=np.array([HEIGHT, HEIGHT, HEIGHT, 0, 0, 0]),
        positions=np.column_stack([np.zeros(n), np.zeros(n), places]),
        orientations=np.tile([1.0, 0, 0, 0], (n, 1)) if turns is None else turns,
        interactions=Interactions({}, None),
    )


@pytest.mark.parametrize(("cap", "polar", "rest", "to_water", "to_oil"), JANUS)
def test_desorption_energies_are_those_of_binks_and_fletcher(
    cap: float, polar: float, rest: float, to_water: float, to_oil: float, report_check
) -> None:
    """Energies at three widths, extrapolated to a sharp interface by a parabola in w/R."""
    found = []
    for width in WIDTHS:
        body, parameters = janus_ball((polar, rest), width, cap)
        heights = np.linspace(-11.2, -8.8, 97)  # the slab, oil, is above this interface
        energy = FIELD.energy(at(body, np.append(heights, 0.0)), parameters)
        found.append([-energy.min() / np.pi, (energy[-1] - energy.min()) / np.pi])
    sharp = np.linalg.solve(np.vander(WIDTHS, increasing=True), found)[0]
    for liquid, exact, ours in zip(("water", "oil"), (to_water, to_oil), sharp, strict=True):
        report_check(
            f"Janus ball at an interface, cap {cap:g}, contact angles {polar:g} and {rest:g}: "
            f"energy of detachment to {liquid} / pi R^2 gamma",
            reference=exact,
            source="Binks and Fletcher (2001)",
            ours=ours,
            error=0.03,
            engine="model",
        )
    np.testing.assert_allclose(sharp, (to_water, to_oil), atol=0.05)
    assert found[0][0] > found[1][0] > found[2][0]


@pytest.mark.parametrize("angle", [60.0, 90.0, 120.0])
def test_energy_of_a_ball_of_one_kind(angle: float) -> None:
    """pi R^2 gamma (1 - |cos theta|)^2 from the better liquid (Pieranski 1980), extrapolated."""
    found = []
    for width in WIDTHS:
        body, parameters = janus_ball((angle, angle), width)
        energy = FIELD.energy(at(body, np.linspace(-11.5, -8.5, 121)), parameters)
        bulk = FIELD.energy(at(body, np.array([-18.0, 0.0])), parameters)
        assert bulk[0] == pytest.approx(0.0, abs=1e-6)
        assert bulk[1] == pytest.approx(4.0 * np.pi * np.cos(np.radians(angle)), abs=1e-6)
        found.append((bulk.min() - energy.min()) / np.pi)
    sharp = float(np.linalg.solve(np.vander(WIDTHS, increasing=True), found)[0])
    assert sharp == pytest.approx((1.0 - abs(np.cos(np.radians(angle)))) ** 2, abs=0.03)


def test_without_the_removed_area_a_neutral_ball_would_not_adsorb() -> None:
    body, parameters = janus_ball((90.0, 90.0), 0.2)
    there = at(body, np.array([-10.0]))
    assert FIELD.energy(there, parameters)[0] < -0.9 * np.pi
    assert FIELD.energy(there, parameters | {"volume": {}})[0] == pytest.approx(0.0, abs=1e-9)


def test_the_two_interfaces_and_periodic_images_are_alike() -> None:
    body, parameters = janus_ball((130.0, 70.0), 0.3)
    rng = np.random.default_rng(3)
    turns = rowan.normalize(rng.normal(size=(6, 4)))
    heights = -10.0 + rng.uniform(-1.2, 1.2, 6)
    here = at(body, heights, turns)
    energy = FIELD.energy(here, parameters)
    lifted = replace(here, positions=here.positions + np.array([0, 0, HEIGHT]))
    np.testing.assert_allclose(FIELD.energy(lifted, parameters), energy, rtol=1e-12)
    over = rowan.from_axis_angle([1.0, 0.0, 0.0], np.pi)  # the other interface, upside down
    mirrored = at(body, -heights, rowan.multiply(over, turns))
    np.testing.assert_allclose(FIELD.energy(mirrored, parameters), energy, rtol=1e-9)


def test_forces_and_torques_are_slopes_of_the_energy() -> None:
    body, parameters = janus_ball((130.0, 70.0), 0.3)
    rng = np.random.default_rng(4)
    turns = rowan.normalize(rng.normal(size=(8, 4)))
    here = at(body, rng.choice([-10.0, 10.0], 8) + rng.uniform(-1.2, 1.2, 8), turns)
    force, torque = FIELD.forces(here, parameters)
    step = 1e-5

    def slope(moved) -> FloatArray:
        up, down = (FIELD.energy(moved(sign * step), parameters) for sign in (1.0, -1.0))
        return (up - down) / (2.0 * step)

    for axis in range(3):
        unit = np.eye(3)[axis]
        by_place = slope(lambda d, u=unit: replace(here, positions=here.positions + d * u))
        np.testing.assert_allclose(force[:, axis], -by_place, atol=1e-7)
        by_turn = slope(
            lambda d, u=unit: at(
                body, here.positions[:, 2], rowan.multiply(rowan.from_axis_angle(u, d), turns)
            )
        )
        np.testing.assert_allclose(torque[:, axis], -by_turn, atol=1e-7)
    assert np.abs(torque).max() > 0.1


def test_profiles() -> None:
    z = np.linspace(-0.5 * HEIGHT, 0.5 * HEIGHT, 400_001)
    value, slope = removed(z, HEIGHT, 0.25)
    assert np.trapezoid(value, z) == pytest.approx(2.0, rel=1e-9)  # two interfaces
    near = np.abs(z - 10.0) < 5.0
    shape = value[near] / np.trapezoid(value[near], z[near])
    spread = np.trapezoid(shape * (z[near] - 10.0) ** 2, z[near])
    assert np.sqrt(spread) == pytest.approx(deviation(0.25), rel=1e-6)
    np.testing.assert_allclose(np.gradient(value, z)[1:-1], slope[1:-1], atol=1e-5)
    mixed = slab(z, HEIGHT, 0.25)
    np.testing.assert_allclose(mixed[near], np.tanh((10.0 - z[near]) / 0.25), atol=2e-3)
    np.testing.assert_allclose(
        np.gradient(mixed, z)[1:-1], slope_of_slab(z, HEIGHT, 0.25)[1:-1], atol=1e-5
    )


def test_a_millinewton_per_metre_in_other_units() -> None:
    joule, avogadro = 1e-3, 6.02214076e23  # 1 mN/m is 1e-3 J/m^2
    assert pytest.approx(joule * 1e-18 * avogadro * 1e-3, rel=1e-12) == MILLINEWTON_PER_M
