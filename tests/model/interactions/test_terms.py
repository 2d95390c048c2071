"""Pair terms: energies against closed forms, forces against their slopes, statements."""

import numpy as np
import pytest

from janus_md.model.interactions.table import Interactions, Row, layers, lennard_jones, wca
from janus_md.model.interactions.term import TERMS, Beads
from janus_md.model.units import COULOMB

BEADS = Beads((2.0, 1.0), 78.5, 2.479)
STATED = {
    "lennard_jones": {"epsilon": 3.0, "sigma": 1.2, "cutoff": 2.0},
    "wca": {"epsilon": 2.0},
    "attraction": {"epsilon": 12.0, "cutoff": 1.8},
    "yukawa": {"charge_product": -30.0, "debye_length": 0.7},
}


def parameters(name, beads=BEADS):
    term = TERMS.get(name)
    return term.parameters(term.settings.model_validate(STATED[name]), beads)


@pytest.mark.parametrize("name", sorted(STATED))
def test_force_is_slope_of_energy(name):
    term, found = TERMS.get(name), parameters(name)
    assert found.pop("cutoff") > 0
    r, step = np.linspace(1.1, 4.0, 30), 1e-5
    slope = term.energy((r + step) ** 2, **found) - term.energy((r - step) ** 2, **found)
    force = term.force_over_distance(r**2, **found) * r
    np.testing.assert_allclose(force, -slope / (2 * step), rtol=1e-6, atol=1e-7)


def test_all_terms_are_covered():
    assert sorted(STATED) == [name for name in TERMS.names() if TERMS.get(name).acts]


def test_attraction_is_lennard_jones_at_the_mean_diameter():
    assert parameters("attraction") == lennard_jones(12.0, 1.5, 1.8 * 1.5).parameters
    # cut at 1.8 sigma, contact is 0.88585 epsilon deep: the shift is 4 (1.8^-12 - 1.8^-6)
    term = TERMS.get("attraction")
    depth = term.energy(np.array([2 ** (1 / 3), 1.8**2]), epsilon=1.0, sigma=1.0)
    assert depth[0] - depth[1] == pytest.approx(-0.88585, abs=5e-6)


def test_yukawa_of_small_ions_is_the_debye_hueckel_potential():
    # Debye and Hueckel 1923: z_a z_b e^2 exp(-r/l) / (4 pi eps0 eps r) between points
    found = parameters("yukawa", Beads((0.0, 0.0), 78.5, 2.479))
    assert found["amplitude"] == pytest.approx(-30.0 * COULOMB / 78.5)
    energy = TERMS.get("yukawa").energy(np.array([4.0]), **found)
    assert energy[0] == pytest.approx(-30.0 * COULOMB / 78.5 * np.exp(-2.0 / 0.7) / 2.0)


def test_yukawa_of_a_large_sphere_is_that_of_its_charge_at_the_surface():
    # outside a sphere of radius a: z e exp(-(r-a)/l) / ((1 + a/l) r); here with a point of charge 1
    found = parameters("yukawa", Beads((2.0, 0.0), 78.5, 2.479))
    r = 1.7
    energy = TERMS.get("yukawa").energy(np.array([r * r]), **found)
    expected = -30.0 * COULOMB / 78.5 * np.exp(-(r - 1.0) / 0.7) / (1 + 1.0 / 0.7) / r
    assert energy[0] == pytest.approx(expected)


def test_yukawa_without_a_medium_is_refused():
    with pytest.raises(ValueError, match="needs relative_permittivity"):
        parameters("yukawa", Beads((2.0, 1.0), None, 2.479))


def test_several_rows_of_a_pair_are_stored_and_read():
    yukawa = Row.of("yukawa", **parameters("yukawa"))
    pairs = {("B", "A"): (wca(1.0), yukawa), ("A", "A"): lennard_jones(1.0, 1.0, 2.5)}
    found = Interactions(pairs, None)
    assert Interactions.of(found.to_dict()) == found
    assert [row.form for row in found.pairs["A", "B"]] == ["lennard_jones", "yukawa"]
    assert len(found.rows) == 3


def test_lennard_jones_row_keeps_its_format():
    row = Interactions({("A", "A"): wca(1.0)}, None).to_dict()["pairs"][0]
    assert set(row) == {"kinds", "epsilon", "sigma", "cutoff"}


def test_two_rows_of_one_form_make_two_layers():
    pairs = {("A", "A"): (wca(1.0), lennard_jones(1.0, 1.2, 3.0)), ("A", "B"): wca(1.0)}
    found = layers(pairs)
    assert [(form, sorted(rows)) for form, rows in found] == [
        ("lennard_jones", [("A", "A"), ("A", "B")]),
        ("lennard_jones", [("A", "A")]),
    ]
