"""The error that a second virial coefficient states holds, whatever the pair energy."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import rowan
from scipy.integrate import quad

from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray
from janus_md.model.pairs.survey import Energy
from janus_md.model.pairs.virial import SecondVirial, integrate

UNIT = 2.0 * math.pi / 3.0
"""b0 of spheres 1 wide."""


def central(u) -> Energy:
    """Energy of the distance alone."""

    def energy(r: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            return np.asarray(u(np.linalg.norm(r, axis=1)))

    return energy


def well(depth: float, width: float) -> Energy:
    return central(lambda d: np.where(d < 1.0, np.inf, np.where(d < width, -depth, 0.0)))


def power(exponent: float, amplitude: float = 0.5) -> Energy:
    return central(lambda d: np.where(d < 1, np.inf, -amplitude / np.maximum(d, 1) ** exponent))


def lennard_jones(d: FloatArray, temperature: float, cutoff: float = math.inf) -> FloatArray:
    shift = 4.0 * (cutoff**-12 - cutoff**-6)
    return np.where(d < cutoff, (4.0 * (d**-12 - d**-6) - shift) / temperature, 0.0)


def patches(half_angle: float, depth: float, width: float) -> Energy:
    """Kern and Frenkel's: hard spheres that bind where the patch of each faces the other."""
    edge = math.cos(math.radians(half_angle))

    def energy(r: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
        d = np.linalg.norm(r, axis=1)
        z = np.array([0.0, 0.0, 1.0])
        a, b = ((rowan.rotate(q, z) * r).sum(1) / np.maximum(d, 1e-9) for q in (first, second))
        bound = (a >= edge) & (b <= -edge) & (d < width)
        return np.where(d < 1.0, np.inf, np.where(bound, -depth, 0.0))

    return energy


def patches_exact(half_angle: float, depth: float, width: float) -> float:
    """1 - chi^2 (w^3 - 1) (exp(eps) - 1), chi the share of the surface."""
    share = math.sin(0.5 * math.radians(half_angle)) ** 2
    return 1.0 - share**2 * (width**3 - 1.0) * math.expm1(depth)


def holds(found: SecondVirial, exact: float, within: float) -> None:
    """The error covers the actual deviation and is at most `within`, in units of b0."""
    assert abs(found.value / UNIT - exact) <= found.error / UNIT
    assert found.error / UNIT <= within


@pytest.mark.parametrize("revolution", [True, False])
@pytest.mark.parametrize(
    ("depth", "width"), [(1.0, 1.5), (3.0, 1.1), (8.0, 1.03), (-2.0, 3.7), (0.3, 20.3), (1e-2, 100)]
)
def test_square_wells(depth: float, width: float, revolution: bool) -> None:
    """1 - (w^3 - 1) (exp(eps) - 1): shoulders too, and wells that end far out."""
    if not revolution and width > 3.0:
        pytest.skip("the same distances as of bodies of revolution")
    found = integrate(well(depth, width), 0.0, 1.0, revolution=revolution)
    exact = 1.0 - (width**3 - 1.0) * math.expm1(depth)
    holds(found, exact, (1e-5 if revolution else 3e-3) * max(1.0, abs(exact)))


@pytest.mark.parametrize("touching", [0.4, 2.5, 6.0])
def test_the_touching_distance_need_not_be_exact(touching: float) -> None:
    found = integrate(well(2.0, 1.5), 0.0, touching, revolution=True)
    holds(found, 1.0 - (1.5**3 - 1.0) * math.expm1(2.0), 1e-5 * max(1.0, touching**3))


def test_discontinuities_at_any_distance() -> None:
    """The edges of panels hide none: one that lay beside an edge was missed."""
    for width in np.random.default_rng(1).uniform(1.1, 9.0, 30):
        found = integrate(well(-2.0, float(width)), 0.0, 1.0, revolution=True, accuracy=1e-3)
        exact = 1.0 - (width**3 - 1.0) * math.expm1(-2.0)
        assert abs(found.value / UNIT - exact) <= found.error / UNIT


@pytest.mark.parametrize("temperature", [0.3, 1.0, 5.0])
def test_lennard_jones_against_its_series(temperature: float) -> None:
    """B2/b0 = - sum_k 2^(k - 3/2) / k! Gamma((2k - 1) / 4) T^-(2k + 1)/4 (Hirschfelder et al.)."""
    terms = (
        -(2.0 ** (k - 1.5)) / math.factorial(k) * math.gamma(0.25 * (2 * k - 1))
        * temperature ** (-0.25 * (2 * k + 1))
        for k in range(120)
    )  # fmt: skip
    found = integrate(central(lambda d: lennard_jones(d, temperature)), 0.0, 1.0, revolution=True)
    holds(found, math.fsum(terms), 1e-5)


@pytest.mark.parametrize(
    ("temperature", "cutoff"), [(1.0, 2.5), (0.2, 1.8), (1.0, 12.0), (0.7, 100.0)]
)
def test_truncated_lennard_jones(temperature: float, cutoff: float) -> None:
    parts = [1e-3, 0.8, 1.2, *(p for p in (2.0, 4.0, 10.0, 40.0) if p < cutoff), cutoff]

    def integrand(r: float) -> float:
        return -3.0 * r * r * math.expm1(-float(lennard_jones(np.array(r), temperature, cutoff)))

    ends = pairwise(parts)
    exact = 1e-9 + sum(quad(integrand, *end, epsabs=1e-12, epsrel=1e-12)[0] for end in ends)
    found = integrate(
        central(lambda d: lennard_jones(d, temperature, cutoff)), 0.0, 1.0, revolution=True
    )
    holds(found, exact, 1e-5 * max(1.0, abs(exact)))


@pytest.mark.parametrize("exponent", [3.5, 4.0, 6.0, 12.0])
def test_tails(exponent: float) -> None:
    """1 - 3 int_0^1 (exp(a t^n) - 1) / t^4 dt, t = 1/r, term by term."""
    exact = 1.0 - 3.0 * math.fsum(
        0.5**k / math.factorial(k) / (exponent * k - 3.0) for k in range(1, 40)
    )
    holds(integrate(power(exponent), 0.0, 1.0, revolution=True), exact, 1e-5)


@pytest.mark.parametrize(
    ("case", "revolution"),
    [
        ((90.0, 2.0, 1.5), True),
        ((30.0, 4.0, 1.2), True),
        ((5.0, 10.0, 1.05), True),
        ((72.54, 2.0, 1.5), False),
        ((10.0, 8.0, 1.1), False),
        ((5.0, 10.0, 1.05), False),
    ],
)
def test_patches(case: tuple[float, float, float], revolution: bool) -> None:
    """Rules that see a patch at few of their nodes, or at none, say so."""
    found = integrate(patches(*case), 0.0, 1.0, revolution=revolution, accuracy=1e-3)
    holds(found, patches_exact(*case), 2.0)


@pytest.mark.parametrize(
    ("energy", "said"),
    [
        (power(3.0), "too slowly"),
        (power(1.0), "too slowly"),
        (central(lambda d: 0.1 / np.maximum(d, 1.0)), "too slowly"),
        (central(lambda d: -1.0 / d**6), "infinite"),
        (central(lambda d: np.where(d < 1.0, np.nan, 0.0)), "not a number"),
    ],
)
def test_divergent_integral_is_refused(energy: Energy, said: str) -> None:
    with pytest.raises(JanusError, match=said):
        integrate(energy, 0.0, 1.0, revolution=True)


@pytest.mark.parametrize(("touching", "core"), [(0.0, 0.0), (math.nan, 0.0), (1.0, -1.0)])
def test_invalid_lengths_are_refused(touching: float, core: float) -> None:
    with pytest.raises(JanusError, match=r"touching .* must be above 0"):
        integrate(well(1.0, 1.5), 0.0, touching, core=core, revolution=True)
