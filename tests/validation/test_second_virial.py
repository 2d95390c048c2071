"""Second virial coefficients against series, quadrature and invariances."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import rowan

from janus_md.model.body import BondCriterion, FloatArray, RigidBody
from janus_md.model.interactions.table import WCA_EPSILON, lennard_jones, wca_table
from janus_md.model.pairs.energy import pair_energy
from janus_md.model.pairs.survey import Energy
from janus_md.model.pairs.virial import integrate, second_virial
from janus_md.model.units import BOLTZMANN, COULOMB
from janus_md.study.catalogue import catalog
from tests.engines.conftest import two_charge_dipole

UNIT = 2.0 * math.pi / 3.0
"""b0 of spheres 1 nm wide, nm^3."""
SEPARATION = 0.005
"""Of the charges: the error of point dipoles made of them is below 1e-4 b0."""


def dipole(coupling: float, kT: float, diameter: float) -> RigidBody:
    kind = two_charge_dipole(SEPARATION, math.sqrt(coupling * kT / COULOMB))
    return replace(kind, diameters=kind.diameters | {"dipole": diameter})


def test_spheres_that_only_repel() -> None:
    """WCA spheres and a hard core without charge: -1/2 int (exp(-u) - 1) 4 pi r^2 dr."""
    from scipy.integrate import quad

    kind = dipole(0.0, 1.0, 1.0)
    temperature = 300.0
    found = second_virial(kind, kind, temperature)

    def integrand(r: float) -> float:
        u = 4.0 * WCA_EPSILON * (r**-12 - r**-6) + WCA_EPSILON
        return 2.0 * math.pi * r * r * (1.0 - math.exp(-u / (BOLTZMANN * temperature)))

    exact, _ = quad(integrand, 1e-2, 2 ** (1 / 6), epsabs=1e-12)
    assert found.value == pytest.approx(exact, rel=1e-5)


@pytest.mark.parametrize(("coupling", "exact"), [(1, 0.6527910519), (3, -3.5925700037)])
def test_dipolar_hard_spheres(report_check, coupling: int, exact: float) -> None:
    """1 - x²/3 - x⁴/75 - 29 x⁶/55125 - ... (Bartke and Hentschke, PRE 75, 061503, 2007)."""
    kind = dipole(coupling, 1.0, 0.0)
    found = integrate(
        lambda r, a, b: pair_energy(kind, kind, r, a, b), coupling, 1.0, core=1.0, revolution=True
    )
    report_check(
        f"second virial coefficient of dipolar hard spheres, λ {coupling}, B₂/b₀",
        reference=exact,
        source="series in λ",
        ours=found.value / UNIT,
    )
    assert found.value / UNIT == pytest.approx(exact, abs=1e-4)
    assert found.error < 1e-5


@pytest.mark.parametrize(("coupling", "exact"), [(2, -0.4696023901), (3, -3.3605560398)])
def test_soft_dipolar_spheres(report_check, coupling: int, exact: float) -> None:
    """WCA with epsilon = kT, and a point dipole; kT is the beads' epsilon here."""
    kind = dipole(coupling, WCA_EPSILON, 1.0)
    found = second_virial(kind, kind, WCA_EPSILON / BOLTZMANN, accuracy=1e-5)
    report_check(
        f"second virial coefficient of WCA spheres with a dipole, λ {coupling}, B₂/b₀",
        reference=exact,
        source="quadrature",
        ours=found.value / UNIT,
    )
    assert found.value / UNIT == pytest.approx(exact, abs=1e-4)
    assert found.error < 1e-4


def stockmayer(moment2: float, temperature: float) -> Energy:
    """Lennard-Jones and a point dipole along z, in units of sigma and epsilon."""

    def energy(r: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
        d = np.linalg.norm(r, axis=1)
        n = r / d[:, None]
        a, b = (rowan.rotate(q, np.array([0.0, 0.0, 1.0])) for q in (first, second))
        angles = (a * b).sum(1) - 3.0 * (a * n).sum(1) * (b * n).sum(1)
        return (4.0 * (d**-12 - d**-6) + moment2 * angles / d**3) / temperature

    return energy


@pytest.mark.parametrize(
    ("moment2", "temperature", "exact", "digit"),
    [
        (0.0, 1.0, -2.5380813363, 1e-9),
        (1.0, 1.0, -3.2033604143, 1e-9),
        (1.0, 2.0, -0.7520260099, 1e-9),
        (2.0, 1.5, -2.2341176549, 1e-9),
        (2.0, 2.0, -1.1462888651, 1e-9),
        (3.0, 1.5, -3.84637, 5e-6),
    ],
)
def test_stockmayer(
    report_check, moment2: float, temperature: float, exact: float, digit: float
) -> None:
    """Bartke and Hentschke's series (PRE 75, 061503, 2007) and orientational quadrature agree.

    The attraction has no end: where a dipole's tail was taken for all of it, 40 % were missing.
    """
    found = integrate(
        stockmayer(moment2, temperature),
        moment2 / temperature,
        1.0,
        revolution=True,
        accuracy=1e-5,
    )
    report_check(
        f"second virial coefficient of Stockmayer's fluid, μ*² {moment2:g}, T* {temperature:g}, "
        "B₂/b₀",
        reference=exact,
        source="series and quadrature",
        ours=found.value / UNIT,
    )
    assert abs(found.value / UNIT - exact) <= found.error / UNIT + digit
    assert found.error / UNIT < 1e-5 * (1.0 + abs(exact))


AMPHIPHILE = {3: 0.193568, 4: -0.883640, 5: -3.08367, 6: -7.73053, 8: -40.0041}
"""B2/b0 of the two-bead amphiphile by an independent quadrature; its depth in kT."""


@pytest.mark.parametrize(
    "depth", [pytest.param(k, marks=pytest.mark.slow) if k != 3 else k for k in AMPHIPHILE]
)
def test_amphiphile_of_two_beads(report_check, depth: int) -> None:
    """Core of 2 nm, bead of 1.3 nm at 0.8 nm; beads attract by Lennard-Jones cut at 1.8 sigma."""
    kind = RigidBody(
        name="J",
        model="two beads",
        positions=np.array([[0.0, 0.0, 0.8]]),
        types=("A",),
        charges=np.zeros(1),
        diameters={"J": 2.0, "A": 1.3},
        mass=3000.0,
        inertia=np.ones(3),
        hydrodynamic_radius=1.0,
        volume=4.0,
        bond=BondCriterion(3.0, 35.0),
        symmetry=0,
    )
    temperature, exact = 298.15, AMPHIPHILE[depth]
    attraction = lennard_jones(depth * BOLTZMANN * temperature, 1.3, 1.8 * 1.3)
    found = second_virial(
        kind, kind, temperature, pairs=wca_table([kind]) | {("A", "A"): attraction}, accuracy=1e-4
    )
    unit = UNIT * 2.0**3
    report_check(
        f"second virial coefficient of a two-bead amphiphile, ε {depth} kT, B₂/b₀",
        reference=exact,
        source="quadrature",
        ours=found.value / unit,
    )
    digit = 1e-6 * max(1.0, abs(exact))  # the last one of the literals
    assert abs(found.value / unit - exact) <= found.error / unit + digit
    assert found.error / unit < 1e-3 * (1.0 + abs(exact))


def test_both_ways_to_average_over_orientations_agree() -> None:
    """Of a body of revolution that is not said to be one, by quasi-random orientations."""
    kind = catalog.body("R-Au-Cu", "sphere")
    any_body = replace(kind, symmetry=1)
    exact = second_virial(kind, kind, 298.15, 4.0, accuracy=1e-4)
    found = second_virial(any_body, any_body, 298.15, 4.0)
    assert 0.0 < found.error < 0.05 * abs(exact.value)
    assert found.value == pytest.approx(exact.value, abs=4 * found.error)


def test_where_the_centre_lies_makes_no_difference() -> None:
    """A sphere held off the axis by a body that is turned every way is the same sphere."""
    kind = dipole(0.0, 1.0, 1.0)
    eccentric = replace(
        kind,
        name="eccentric",
        positions=np.array([[0.2, 0.1, -0.1]]),
        types=("bead",),
        charges=np.zeros(1),
        diameters={"eccentric": 0.0, "bead": 1.0},
        symmetry=1,
    )
    exact = second_virial(kind, kind, 300.0).value
    for first, second in ((eccentric, kind), (eccentric, eccentric)):
        found = second_virial(first, second, 300.0)
        assert 0.0 < found.error < 0.02 * exact
        assert found.value == pytest.approx(exact, abs=4 * found.error)


def test_a_net_charge_has_none() -> None:
    kind = dipole(1.0, 1.0, 1.0)
    ion = replace(kind, charges=np.array([0.0, 1.0]))
    with pytest.raises(ValueError, match="net charge"):
        second_virial(ion, kind, 300.0)
