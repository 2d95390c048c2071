"""Equilibrium polymers: closed forms, and bodies that are known to bond."""

import numpy as np
import pytest
from scipy.integrate import dblquad

from janus_md import catalog, units
from janus_md.analysis import theory
from janus_md.bodies import BondCriterion


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


def test_bond_free_energy_gives_the_constant_back():
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


def test_bodies_without_forces_bond_by_chance():
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
    from janus_md.pair_energy import pair_energy

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
