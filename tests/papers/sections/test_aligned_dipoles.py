"""Closed forms of two point dipoles, and the values that Li et al. 2022 give for a bond."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.constants import Avogadro, epsilon_0, pi

from janus_md.papers.paper import load_paper
from janus_md.papers.sections import aligned_dipoles as dipoles

MU, ENERGY, SPACING = 43.42, -37.54, 1.61


def of_vectors(u1: np.ndarray, u2: np.ndarray, r: np.ndarray) -> float:
    """Energy of two dipoles of :data:`MU`, kJ/mol, in SI units from CODATA constants."""
    mu = MU * 3.33564095e-30  # C m per debye
    distance = np.linalg.norm(r)
    along = 3.0 * (u1 @ r) * (u2 @ r) / distance**2 - u1 @ u2
    joule = -(mu**2) / (4.0 * pi * epsilon_0 * (distance * 1e-9) ** 3) * along
    return float(joule * Avogadro / 1000.0)


def test_aligned_dipoles_in_si_units() -> None:
    z = np.array([0.0, 0.0, 1.0])
    assert dipoles.aligned_energy(MU, 1.9) == pytest.approx(of_vectors(z, z, 1.9 * z), rel=1e-5)


def test_any_orientation_in_si_units() -> None:
    rng = np.random.default_rng(1)
    first, second, r = rng.normal(size=(3, 20, 3))
    first, second = (one / np.linalg.norm(one, axis=1)[:, None] for one in (first, second))
    r *= (rng.uniform(1.5, 2.5, 20) / np.linalg.norm(r, axis=1))[:, None]
    found = dipoles.dipole_energies(MU * first, MU * second, r, relative_permittivity=1.5)
    expected = [of_vectors(*one) / 1.5 for one in zip(first, second, r, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_what_the_published_energy_needs() -> None:
    """Each solution, put into the energy of two vectors, gives the published energy."""
    z = np.array([0.0, 0.0, 1.0])
    distance = dipoles.distance_of(MU, ENERGY)
    assert of_vectors(z, z, distance * z) == pytest.approx(ENERGY, rel=1e-5)
    permittivity = dipoles.permittivity_of(MU, ENERGY, SPACING)
    assert of_vectors(z, z, SPACING * z) / permittivity == pytest.approx(ENERGY, rel=1e-5)
    tilt = np.radians(dipoles.common_tilt_of(MU, ENERGY, SPACING))
    tilted = np.array([np.sin(tilt), 0.0, np.cos(tilt)])
    assert of_vectors(tilted, tilted, SPACING * z) == pytest.approx(ENERGY, rel=1e-5)
    screw = np.radians(dipoles.screw_tilt_of(MU, ENERGY, SPACING))
    a, b = (np.array([sign * np.sin(screw), 0.0, np.cos(screw)]) for sign in (1.0, -1.0))
    assert of_vectors(a, b, SPACING * z) == pytest.approx(ENERGY, rel=1e-5)
    offset = dipoles.offset_of(MU, ENERGY, SPACING)
    assert of_vectors(z, z, np.array([offset, 0.0, SPACING])) == pytest.approx(ENERGY, rel=1e-5)


def test_the_page_has_the_arithmetic() -> None:
    bond = load_paper("li2022").bond
    assert bond is not None
    text = " ".join(dipoles.finding(bond))
    for number in ("1.822 nm", "54.4 kJ/mol", "1.449", "27.04", "51.95", "0.579", "1.711 nm"):
        assert number in text
    assert "cannot all describe one bond" in text
