"""Scattering against closed forms: crystals, rods, spheres, and bodies at random."""

import numpy as np
import pytest
from scipy.special import sici

from janus_md.analysis.scattering import (
    StructureFactor,
    small_angle_slope,
    structure_factor,
    wire_form_factor,
)


def test_bodies_at_random_have_no_structure():
    rng = np.random.default_rng(1)
    box = np.array([15.0, 15.0, 15.0, 0, 0, 0])
    frames = [(rng.uniform(-7.5, 7.5, (200, 3)), box) for _ in range(8)]
    found = structure_factor(frames, q_max=5.0, bins=50)
    # |sum|^2 / N is exponentially distributed with mean 1: bins of many vectors average to it.
    assert found.s[found.q > 2.0].mean() == pytest.approx(1.0, abs=0.05)
    assert found.q.min() > 2.0 * np.pi / 15.0 - 0.1


def test_crystal_scatters_at_its_reciprocal_lattice_alone():
    """Simple cubic of edge a: S = N on (2 pi / a)(h, k, l), 0 elsewhere."""
    a, n = 2.0, 6
    x = a * (np.indices((n, n, n)).reshape(3, -1).T - 0.5 * (n - 1))
    box = np.array([a * n] * 3 + [0.0] * 3)
    found = structure_factor([(x, box)], q_max=4.0, bins=200)
    peaks = 2.0 * np.pi / a * np.sqrt([1.0])
    near = np.abs(found.q[:, None] - peaks).min(axis=1) < 0.02
    assert found.s[near].max() > 1.0
    assert found.s[~near & (found.q < 4.0)].max() < 1e-3


def test_rod_scatters_as_one_over_q():
    """P = 2 Si(qL) / qL - [sin(qL/2) / (qL/2)]^2 for a thin rod (Neugebauer, 1943)."""
    n, d = 400, 0.05
    rod = np.zeros((n, 3))
    rod[:, 2] = d * np.arange(n)
    length = d * n
    q = np.geomspace(0.1, 8.0, 60)
    x = q * length
    exact = 2.0 * sici(x)[0] / x - (np.sin(x / 2) / (x / 2)) ** 2
    found = wire_form_factor(rod, q)
    np.testing.assert_allclose(found, exact, rtol=0.01)
    assert small_angle_slope(q, found, 1.0, 8.0) == pytest.approx(-1.0, abs=0.05)


def test_guinier():
    """P = 1 - q^2 Rg^2 / 3 at small q (Guinier, 1939)."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(30, 3))
    radius2 = ((x - x.mean(axis=0)) ** 2).sum(axis=1).mean()
    q = np.array([0.02])
    assert (1.0 - wire_form_factor(x, q)[0]) / q[0] ** 2 == pytest.approx(radius2 / 3.0, rel=1e-3)


def test_intensity_of_spheres():
    """The form factor of a sphere vanishes first at qR = 4.49340945790906 (tan x = x)."""
    q = np.array([1e-9, 4.49340945790906 / 0.5])
    intensity = StructureFactor(q, np.ones(2)).intensity(0.5)
    assert intensity[0] == pytest.approx(1.0)
    assert intensity[1] == pytest.approx(0.0, abs=1e-20)


def test_slope_needs_points():
    with pytest.raises(ValueError, match="fewer than 3"):
        small_angle_slope(np.array([1.0, 2.0]), np.ones(2), 0.5, 3.0)
