"""Equilibrium polymers: closed forms, and bodies that are known to bond."""

import numpy as np
import pytest
import rowan
from scipy.integrate import dblquad

from janus_md.analysis.theory import theory
from janus_md.model import units
from janus_md.model.body import BondCriterion
from janus_md.model.pairs.energy import pair_energy
from janus_md.study.catalogue import catalog


@pytest.mark.parametrize("association", [0.01, 1.0, 30.0, 4000.0])
def test_mass_action_holds(association):
    """rho_n = rho_1 x^(n-1) summed: bodies, wires and squares (Oosawa and Kasai, 1962)."""
    mean = float(theory.mean_length(association))
    x = 1.0 - 1.0 / mean
    n = np.arange(1, 20000)
    share = theory.length_distribution(n, mean)
    assert share.sum() == pytest.approx(1.0)
    assert (n * share).sum() == pytest.approx(mean)
    assert (n * n * share).sum() / (n * share).sum() == pytest.approx(
        float(theory.mean_length_by_weight(association))
    )
    assert x / (1.0 - x) ** 2 == pytest.approx(association)
    longer = [(n * share)[k - 1 :].sum() / mean for k in (1, 2, 7, 40)]
    np.testing.assert_allclose(theory.share_in_longer(np.array([1, 2, 7, 40]), mean), longer)


def test_bond_free_energy_inverts_mean_length():
    mean = float(theory.mean_length(3.0 * 0.0228))
    found = theory.bond_free_energy(mean, 0.01, 0.0228, 298.15)
    assert found.constant == pytest.approx(3.0)
    kT = units.thermal_energy(298.15)
    assert found.free_energy == pytest.approx(-kT * np.log(3.0 / 1.66053907))
    up = theory.bond_free_energy(mean + 1e-6, 0.0, 0.0228, 298.15)
    slope = (up.constant - found.constant) / 1e-6
    assert found.constant_error == pytest.approx(0.01 * slope, rel=1e-4)
    with pytest.raises(ValueError, match="mean length"):
        theory.bond_free_energy(1.0, 0.1, 0.02, 300.0)


def test_association_constant_without_forces_is_bond_volume():
    """K is then the volume of the shell times the share of both caps of directions."""
    criterion = BondCriterion(2.1, 35.0)
    cap = 0.5 * (1.0 - np.cos(np.deg2rad(35.0)))
    found = theory.association_constant(lambda r, a, b: np.zeros(len(r)), criterion)
    assert found == pytest.approx(4.0 / 3.0 * np.pi * 2.1**3 * cap**2, rel=1e-12)


def test_integration_over_orientations():
    """u = -c (cos a + cos b): the average over both caps factorises and is a closed form."""
    c, criterion = 3.0, BondCriterion(2.0, 50.0)

    def energy(r, first, second):
        z = [1.0 - 2.0 * (q[:, 1] ** 2 + q[:, 2] ** 2) for q in (first, second)]
        return -c * (z[0] + z[1]) + 0.0 * r[:, 0]

    edge = np.cos(np.deg2rad(50.0))
    cap = (np.exp(c) - np.exp(c * edge)) / (2.0 * c)
    expected = 4.0 / 3.0 * np.pi * 8.0 * cap**2
    assert theory.association_constant(energy, criterion) == pytest.approx(expected, rel=1e-4)


def test_integration_over_distances_of_a_real_body():
    """R-Au-Cu, `sphere`, against an adaptive quadrature over distance and one tilt."""
    body = catalog.body("R-Au-Cu", "sphere")
    kT = units.thermal_energy(298.15)
    criterion = BondCriterion(2.1, 35.0)

    def only_first_tilts(r, first, second):
        along = np.broadcast_to([1.0, 0.0, 0.0, 0.0], second.shape)
        return pair_energy(body, body, r, first, along, relative_permittivity=4.0) / kT

    def integrand(cosine, r):
        half = 0.5 * np.arccos(cosine)
        tilt = np.array([np.cos(half), np.sin(half), 0.0, 0.0])
        u = pair_energy(body, body, [0, 0, r], tilt, relative_permittivity=4.0)[0] / kT
        return 4.0 * np.pi * r * r * np.exp(-u) * 0.5

    edge = np.cos(np.deg2rad(35.0))
    expected, _ = dblquad(integrand, 1.2, 2.1, edge, 1.0, epsrel=1e-4)
    found = theory.association_constant(only_first_tilts, criterion) / (0.5 * (1.0 - edge))
    assert found == pytest.approx(expected, rel=3e-3)
    strong, weak = (theory.association_constant_of(body, eps, 298.15) for eps in (1.5, 8.93))
    assert strong > 100 * weak


def test_integral_over_rarely_interlocking_faces():
    """R-Au-Cu, `bladed`, dry: K by another route, random points drawn about the minimum.

    Tilts come from a normal distribution and, for the rest of the caps, evenly, with their density
    divided out; evenly spread points, of which hardly any meshes, had given a fifth to two thirds.
    """
    body = catalog.body("R-Au-Cu", "bladed")
    kT = units.thermal_energy(298.15)

    def energy(r, first, second):
        return pair_energy(body, body, r, first, second) / kT

    found = [theory.association_constant(energy, body.bond, seed=seed) for seed in range(3)]
    rng, count = np.random.default_rng(1), 1 << 17
    r = rng.uniform(1.4, body.bond.distance, count)
    tilts, weight = zip(
        *(drawn_tilts(rng, count, np.deg2rad(body.bond.angle)) for _ in "ab"), strict=True
    )
    turn = rowan.from_axis_angle([0.0, 0.0, 1.0], rng.uniform(0.0, 2.0 * np.pi, count))
    along = np.stack([0 * r, 0 * r, r], axis=1)
    u = energy(along, tilts[0], rowan.multiply(tilts[1], turn))
    volume = 4.0 * np.pi * r**2 * (body.bond.distance - 1.4)
    values = volume * weight[0] * weight[1] * np.exp(-u)
    error = np.hypot(np.std(found, ddof=1) / 3**0.5, values.std() / np.sqrt(count))
    assert error < 0.08 * values.mean()
    assert np.mean(found) == pytest.approx(values.mean(), abs=4.0 * error)


def drawn_tilts(rng, count, largest, width=0.09):
    """Tilts as quaternions, and weights for a uniform distribution over the cap."""
    normal = rng.random(count) < 0.8
    angle = np.where(
        normal,
        width * np.sqrt(-2.0 * np.log(rng.random(count))),
        np.arccos(rng.uniform(np.cos(largest), 1.0, count)),
    )
    axis = np.exp(1j * rng.uniform(0.0, 2.0 * np.pi, count))
    half = 0.5 * angle
    tilts = [np.cos(half), np.sin(half) * axis.real, np.sin(half) * axis.imag, 0 * half]
    even = 0.5 * np.sin(angle)  # of all directions, per radian
    drawn = 0.8 * angle / width**2 * np.exp(-0.5 * (angle / width) ** 2)
    drawn += 0.2 * np.sin(angle) / (1.0 - np.cos(largest))
    return np.stack(tilts, axis=1), np.where(angle < largest, even / drawn, 0.0)
