"""Association constants against closed forms, quadratures, and another Monte Carlo integration."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import rowan
from scipy.stats import chi2

from janus_md.analysis.theory.theory import association_constant
from janus_md.model.association.constants import (
    AssociationConstants,
    Sampling,
    association_constants,
    integrals,
)
from janus_md.model.association.populations import Endless
from janus_md.model.association.region import BondedRegion
from janus_md.model.body import BondCriterion, RigidBody
from janus_md.model.nanoclusters.sphere import sphere
from janus_md.model.pairs.energy import pair_energy, reach_of_beads
from janus_md.model.units import COULOMB, thermal_energy
from janus_md.study.catalogue import catalog

KT = thermal_energy(298.15)
SHORT = Sampling(population=256, points=4096, repetitions=6)


def deviation(found: AssociationConstants, exact: np.ndarray | float) -> np.ndarray:
    """Difference from an exact value, in standard errors."""
    return (found.value - exact) / found.error


def test_square_well_spheres():
    """K = 4 pi / 3 (l^3 - s^3) exp(eps / kT): exact, for wells from 0 to 25 kT."""
    region = BondedRegion(1.5, 180.0)

    def energies(points):
        inside = points[:, 0] < (1.0 / 1.5) ** 3
        return np.where(inside, np.inf, 0.0), np.where(inside, 0.0, -25.0)

    media = [math.inf, 5.0, 1.0]
    found = integrals(energies, region, media, sampling=SHORT)
    exact = 4.0 / 3.0 * math.pi * (1.5**3 - 1.0) * np.exp(25.0 / np.array(media))
    assert np.all(found.error < 0.02 * exact)
    assert np.all(np.abs(deviation(found, exact)) < 4.0)


def test_errors_are_those_of_repeated_calculations():
    """A harmonic well in all six numbers, off the axes, of 1e-6 of the region."""
    region = BondedRegion(2.0, 40.0, fold=3)
    middle, width, depth = np.array([0.6, 0.3, -0.2, 0.1, 0.4, 0.97]), 0.04, 20.0

    def energies(points):
        away = points - middle
        away[:, 5] -= np.rint(away[:, 5])
        return np.zeros(len(points)), 0.5 * (away**2).sum(axis=1) / width**2 - depth

    few = Sampling(population=256, points=2048, repetitions=3)
    exact = region.volume / region.extent * (2.0 * math.pi * width**2) ** 3 * math.exp(depth)
    found = [integrals(energies, region, [1.0], sampling=few, seed=k) for k in range(8)]
    pulls = np.array([deviation(one, exact)[0] for one in found])
    assert chi2.sf(float(pulls @ pulls), len(pulls)) > 1e-3
    ratio = np.mean([one.over_repetitions[0] / one.within_repetitions[0] for one in found])
    assert 0.4 < ratio < 1.6
    assert np.all([one.effective_points[0] > 200.0 for one in found])


def dipoles(angle: float, charge: float = 4.0) -> RigidBody:
    """Bodies of almost point-like dipoles, charges 0.01 nm apart, in a soft ball."""
    body = sphere("D", mass=1.0, charge=charge, separation=0.01, sigma=1.0)
    return replace(body, bond=BondCriterion(1.5, angle))


def walls(body: RigidBody) -> tuple[np.ndarray, np.ndarray]:
    """Weights of distances with the Boltzmann factor of the beads, and e^2 / (4 pi eps0 kT r^3)."""
    r, weights = np.polynomial.legendre.leggauss(200)
    r, weights = 0.325 * r + 1.175, 0.325 * weights
    u = pair_energy(replace(body, charges=0.0 * body.charges), body, np.outer(r, [0, 0, 1.0]))
    return 4.0 * math.pi * weights * r**2 * np.exp(-u / KT), COULOMB / (KT * r**3)


def test_dipoles_in_all_directions():
    """Keesom's average, exact at any coupling: <exp(a f)> = int_0^1 sinh(a s) / (a s) dx.

    Here s = sqrt(1 + 3 x^2) is the field of one dipole at an angle of cosine x to the distance, in
    units of that at a right angle; weakly coupled, it is 1 + a^2 / 3 (Physik. Z. 22, 129, 1921).
    """
    body, media = dipoles(180.0, charge=20.0), [1.0, 2.0, 8.0]
    found = association_constants(body, body, media, 298.15, sampling=SHORT)
    weights, unit = walls(body)
    x, share = np.polynomial.legendre.leggauss(40)
    s = np.sqrt(1.0 + 3.0 * (0.5 * (x + 1.0)) ** 2)
    for k, medium in enumerate(media):
        a = unit * 0.2**2 / medium
        mean = 0.5 * np.sinh(np.multiply.outer(a, s)) / np.multiply.outer(a, s) @ share
        exact = float(weights @ mean)
        assert found.error[k] < 0.03 * exact
        assert abs(found.value[k] - exact) < 4.0 * found.error[k] + 1e-3 * exact
    uncoupled = float(weights.sum())
    assert found.value[0] > 1.3 * uncoupled + 4.0 * found.error[0]


def test_weak_dipoles_have_the_expansion_of_the_boltzmann_factor():
    """Averages over caps of exp(a f), f = 2 cos cos - sin sin cos, to third order in a."""
    angle = 35.0
    body, media = dipoles(angle), [1.0, 3.0]
    found = association_constants(body, body, media, 298.15, sampling=SHORT)
    edge = math.cos(math.radians(angle))
    # means over a cap of cos^n, then those of f, f^2 and f^3
    c1, c2, c3 = ((1.0 - edge ** (n + 1)) / ((n + 1) * (1.0 - edge)) for n in (1, 2, 3))
    f1, f2 = 2.0 * c1**2, 4.0 * c2**2 + 0.5 * (1.0 - c2) ** 2
    f3 = 8.0 * c3**2 + 3.0 * (c1 - c3) ** 2
    weights, unit = walls(body)
    for k, medium in enumerate(media):
        a = unit * 0.04**2 / medium
        series = 1.0 + a * f1 + a**2 * f2 / 2.0 + a**3 * f3 / 6.0
        exact = (0.5 * (1.0 - edge)) ** 2 * float(weights @ series)
        assert a.max() < 0.2
        assert found.error[k] < 0.02 * exact
        assert abs(found.value[k] - exact) < 4.0 * found.error[k] + 1e-4 * exact


def by_quadrature(body: RigidBody, medium: float) -> float:
    """K of bodies of revolution by Gauss and Legendre's rule over distance, tilts and azimuth."""
    edge = math.cos(math.radians(body.bond.angle))
    x, w = np.polynomial.legendre.leggauss(16)
    cosine, share = 0.5 * (1.0 + edge) + 0.5 * (1.0 - edge) * x, 0.25 * (1.0 - edge) * w
    azimuth = math.pi * (np.arange(12) + 0.5) / 12
    start = 0.7 * reach_of_beads(body, body)
    radial, weight = np.polynomial.legendre.leggauss(40)
    middle, half = 0.5 * (body.bond.distance + start), 0.5 * (body.bond.distance - start)
    a, b, phi, r = (
        one.ravel()
        for one in np.meshgrid(cosine, cosine, azimuth, middle + half * radial, indexing="ij")
    )
    total = np.multiply.outer(np.multiply.outer(share, share), np.full(12, 1.0 / 12))
    total = np.multiply.outer(total, half * weight).ravel() * 4.0 * math.pi * r**2
    first = rowan.from_axis_angle([0.0, 1.0, 0.0], np.arccos(a))
    second = rowan.multiply(
        rowan.from_axis_angle([0.0, 0.0, 1.0], phi),
        rowan.from_axis_angle([0.0, 1.0, 0.0], np.arccos(b)),
    )
    along = np.outer(r, [0.0, 0.0, 1.0])
    u = pair_energy(body, body, along, first, second, relative_permittivity=medium)
    return float(total @ np.exp(-u / KT))


def test_sphere_against_a_quadrature_and_an_earlier_calculation():
    """R-Au-Cu, `sphere`, from 0.5 to 7e5 nm^3; the earlier one had no errors."""
    body = catalog.body("R-Au-Cu", "sphere")
    media = [1.0, 1.25, 1.5, 2.0, 3.0, 8.93]
    found = association_constants(body, body, media, 298.15, sampling=SHORT)
    exact = np.array([by_quadrature(body, medium) for medium in media])
    assert np.all(found.error < 0.03 * exact)
    assert np.all(np.abs(deviation(found, exact)) < 4.0)
    np.testing.assert_allclose(exact, [7.1e5, 1.45e4, 1343, 89, 7.9, 0.47], rtol=0.015)


def test_interlocking_faces_against_another_integration_of_the_mirror_image():
    """R-1 to S-1, `bladed`, against S-1 to R-1 by VEGAS, whose error is from its seeds."""
    r, s = catalog.body("R-1", "bladed"), catalog.body("S-1", "bladed")
    longer = Sampling(population=512, points=4096, repetitions=6)
    found = association_constants(r, s, [1.5, 2.0, 8.93], 298.15, sampling=longer)

    def energy(vectors, a, b):
        return pair_energy(s, r, vectors, a, b, relative_permittivity=1.5) / KT

    vegas = [association_constant(energy, r.bond, seed=seed) for seed in range(4)]
    error = math.hypot(found.error[0], float(np.std(vegas, ddof=1)) / 2.0)
    assert error < 0.1 * found.value[0]
    assert found.value[0] == pytest.approx(np.mean(vegas), abs=4.0 * error)


def test_charges_without_a_wall_are_refused():
    body = sphere("D", mass=1.0, charge=4.0, separation=0.4, sigma=1.0)
    body = replace(body, diameters={"D": 0.0, "charge": 0.0}, bond=BondCriterion(1.5, 180.0))
    with pytest.raises(Endless, match="no lower bound"):
        association_constants(body, body, [1.0], 298.15, sampling=SHORT)
