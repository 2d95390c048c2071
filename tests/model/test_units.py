"""Constants against CODATA (scipy.constants), and the closed forms built on them."""

import math

import pytest
from scipy import constants

from janus_md.model import units


def test_boltzmann_is_the_molar_gas_constant():
    kilojoule = constants.R / 1000
    assert kilojoule == pytest.approx(units.BOLTZMANN, rel=1e-9)


def test_coulomb_constant():
    joule_metre = constants.e**2 / (4 * math.pi * constants.epsilon_0)
    assert joule_metre * constants.N_A * 1e9 / 1000 == pytest.approx(units.COULOMB, rel=1e-8)


def test_debye():
    # 1 D = 1e-18 statC cm = 1e-21 / c C m
    e_nm = 1e-21 / constants.c / constants.e * 1e9
    assert e_nm == pytest.approx(units.DEBYE, rel=2e-6)


def test_friction_unit():
    assert 1e-12 / constants.atomic_mass == pytest.approx(units.KG_PER_S, rel=1e-6)


def test_units_are_consistent():
    # amu nm^2 / ps^2 is kJ/mol, so that masses in amu give times in ps
    joule_per_mole = constants.atomic_mass * (1e-9 / 1e-12) ** 2 * constants.N_A
    assert joule_per_mole == pytest.approx(1000, rel=1e-8)


def test_charge_scale_screens_the_energy():
    for permittivity in (1.0, 8.93):
        product = 2.0 * -2.0 * units.charge_scale(permittivity) ** 2
        assert product / 1.61 == pytest.approx(-4 * units.COULOMB / permittivity / 1.61)


def test_stokes_friction_of_a_sphere():
    # 6 pi eta R and 8 pi eta R^3 in SI units: 0.413 mPa s, 0.8 nm
    gamma, gamma_r = units.stokes_friction(0.413, 0.8)
    eta, radius = 0.413e-3, 0.8e-9
    amu = constants.atomic_mass
    assert gamma == pytest.approx(6 * math.pi * eta * radius / amu * 1e-12, rel=1e-6)
    assert gamma_r == pytest.approx(8 * math.pi * eta * radius**3 / amu * 1e-12 * 1e18, rel=1e-6)
    assert gamma_r / gamma == pytest.approx(4 * 0.8**2 / 3)


@pytest.mark.parametrize(
    ("permittivity", "expected", "digits"),
    [(1, 11.0, 0.05), (1.25, 8.8, 0.05), (2, 5.5, 0.05), (3, 3.7, 0.05), (8.93, 1.23, 0.005)],
)
def test_coupling_parameter_of_r_au_cu(permittivity, expected, digits):
    # 43.42 D (Li et al., ACS Cent. Sci. 2022, 8, 1258), evaluated by hand in Gaussian units:
    # (43.42e-18)^2 / (1.61e-7)^3 erg = 4.5176e-13 erg = 10.975 kT at 298.15 K
    in_vacuum = (43.42e-18) ** 2 / (1.61e-7) ** 3 / (constants.k * 298.15 * 1e7)
    value = units.coupling_parameter(43.42, 1.61, permittivity, 298.15)
    assert value == pytest.approx(in_vacuum / permittivity, rel=1e-5)
    assert value == pytest.approx(expected, abs=digits)
