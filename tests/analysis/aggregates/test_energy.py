"""Bonds by energy against the closed form of two pairs of charges."""

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

from janus_md.analysis.aggregates.bonds import body_axes, projections
from janus_md.analysis.aggregates.energy import energy_criterion, select_bonds_by_energy
from janus_md.analysis.frames.neighbours import pairs_within
from janus_md.model import units
from janus_md.study.catalogue import catalog
from tests.analysis.worlds import described, quaternions_along

BOX = np.array([30.0, 30.0, 30.0, 0.0, 0.0, 0.0])


def sphere_pair(r, permittivity):
    """R-Au-Cu, `sphere`, in line: s^-2 [2/r - 1/(r-s) - 1/(r+s)] (reference values) and WCA."""
    s, q, sigma = 43.42 * units.DEBYE / 2.0, 2.0, 1.727
    coulomb = units.COULOMB / permittivity * q * q * (2 / r - 1 / (r - s) - 1 / (r + s))
    x = (sigma / np.minimum(r, 2 ** (1 / 6) * sigma)) ** 6
    return coulomb + 4 * 2.5 * (x * x - x) + 2.5


@pytest.mark.parametrize("permittivity", [1.0, 2.0, 8.93])
def test_bond_ends_at_half_the_minimum_energy(permittivity):
    lowest = minimize_scalar(
        lambda r: sphere_pair(r, permittivity), bounds=(1.3, 2.2), method="bounded"
    )
    edge = brentq(lambda r: sphere_pair(r, permittivity) - 0.5 * lowest.fun, lowest.x, 4.0)
    about = described({"R-Au-Cu": "R"}, permittivity=permittivity)
    criterion = energy_criterion(about)
    for r, bonded in ((edge - 2e-3, True), (edge + 2e-3, False), (lowest.x, True)):
        assert bonds_of([[0, 0, 0], [0, 0, r]], [[0, 0, 1]] * 2, criterion) == [(0, 1)] * bonded
        assert bonds_of([[0, 0, 0], [0, 0, r]], [[0, 0, -1]] * 2, criterion) == [(1, 0)] * bonded


def bonds_of(x, u, criterion, name="R-Au-Cu"):
    x, q = np.array(x, float), quaternions_along(u)
    pairs = pairs_within(x, BOX, 2.9)
    along = projections(pairs, body_axes(q))
    found = select_bonds_by_energy(pairs, along, q, (name,), np.zeros(len(x), int), criterion)
    return list(zip(found.source.tolist(), found.target.tolist(), strict=True))


def test_head_to_head_and_side_by_side_are_no_bonds():
    criterion = energy_criterion(described({"R-Au-Cu": "R"}))
    assert bonds_of([[0, 0, 0], [0, 0, 1.7]], [[0, 0, 1], [0, 0, -1]], criterion) == []
    assert bonds_of([[0, 0, 0], [1.7, 0, 0]], [[0, 0, 1], [0, 0, -1]], criterion) == []


def test_threshold_depends_on_order_of_kinds():
    """Faces of equal hand mesh, -52.5 kJ/mol; those of opposite hand do not, -33.6 kJ/mol."""
    about = described({"R-Au-Cu": "R", "S-Au-Cu": "S"}, symmetry=3, model="bladed")
    thresholds = energy_criterion(about).thresholds
    assert thresholds["R-Au-Cu", "R-Au-Cu"] == pytest.approx(-52.5 / 2, abs=0.5)
    assert thresholds["R-Au-Cu", "S-Au-Cu"] == pytest.approx(-33.6 / 2, abs=0.5)
    assert catalog.body("R-Au-Cu", "bladed").symmetry == 3


def test_bodies_without_description_have_no_energy():
    assert energy_criterion(None) is None


def test_uncharged_bodies_do_not_bind():
    assert energy_criterion(described({"R-Au-Cu": "R"})) is not None
    assert energy_criterion(described({"R-Au-Cu": "R"}, permittivity=None)) is None
