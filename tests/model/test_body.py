"""RigidBody: invalid input, derived quantities, and the mirror image."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from janus_md.model.beads import body_of_beads
from janus_md.model.body import BondCriterion, RigidBody
from janus_md.study.catalogue import catalog


@pytest.fixture
def lopsided():
    """A body without any symmetry."""
    return RigidBody(
        name="X",
        model="test",
        positions=np.array([[0.3, 0.1, 0.4], [-0.2, 0.5, -0.4], [0.1, -0.7, 0.2]]),
        types=("a", "a", "b"),
        charges=np.array([1.0, -1.0, 0.0]),
        diameters={"X": 0.0, "a": 0.5, "b": 1.0},
        mass=10.0,
        inertia=np.array([1.0, 2.0, 3.0]),
        hydrodynamic_radius=1.0,
        volume=1.0,
        bond=BondCriterion(2.0, 35.0),
        enantiomer="R",
    )


def test_dipole_is_the_sum_of_charge_times_position(lopsided):
    # two unit charges 1 e nm apart: 48.0321 D
    pair = replace(
        lopsided,
        positions=np.array([[0.0, 0.0, 0.5], [0.0, 0.0, -0.5], [0.0, 0.0, 0.0]]),
    )
    np.testing.assert_allclose(pair.dipole, [0.0, 0.0, 48.0321], rtol=2e-6)


def test_reach_includes_all_beads(lopsided):
    assert lopsided.reach == pytest.approx(np.sqrt(0.01 + 0.49 + 0.04) + 0.5)
    assert replace(lopsided, diameters={"X": 4.0, "a": 0.5, "b": 1.0}).reach == 2.0


def test_mirror_reflects_and_renames(lopsided):
    image = lopsided.mirror("Y")
    np.testing.assert_array_equal(image.positions, lopsided.positions * [-1, 1, 1])
    np.testing.assert_array_equal(image.charges, lopsided.charges)
    assert image.name == "Y"
    assert image.enantiomer == "S"
    assert image.diameters == {"Y": 0.0, "a": 0.5, "b": 1.0}
    assert lopsided.enantiomer == "R"


def test_mirror_is_an_involution(lopsided):
    again = lopsided.mirror("Y").mirror("X")
    np.testing.assert_array_equal(again.positions, lopsided.positions)
    assert (again.name, again.enantiomer, again.diameters) == ("X", "R", lopsided.diameters)


def test_mirror_image_of_an_achiral_body_is_achiral(lopsided):
    assert replace(lopsided, enantiomer="").mirror("Y").enantiomer == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [("positions", np.zeros((2, 3))), ("charges", np.zeros(2)), ("types", ("a", "b"))],
)
def test_arrays_of_the_wrong_shape_are_refused(lopsided, field, value):
    with pytest.raises(ValueError, match=r"must be \(S, 3\)"):
        replace(lopsided, **{field: value})


@pytest.mark.parametrize("missing", ["X", "b"])
def test_a_type_without_diameter_is_refused(lopsided, missing):
    diameters = {t: d for t, d in lopsided.diameters.items() if t != missing}
    with pytest.raises(ValueError, match=f"no diameter for the types \\['{missing}'\\]"):
        replace(lopsided, diameters=diameters)


def test_a_body_can_be_hashed_and_pickled():
    body = catalog.body("R-Au-Cu", "bladed")
    copy = pickle.loads(pickle.dumps(body))
    assert len({body, copy, body}) == 2
    np.testing.assert_array_equal(copy.positions, body.positions)


def test_quadrupole_has_no_dipole():
    line = (("A", (0.1, 0.2, 0.3)), ("B", (0.4, 0.5, 0.6)), ("A", (0.7, 0.8, 0.9)))
    charges = {"A": 1.0, "B": -2.0}
    quadrupole = body_of_beads("q", line, {"A": 1.0, "B": 1.0}, charges, 100.0)
    assert not quadrupole.polar
    assert body_of_beads("d", line, {"A": 1.0, "B": 1.0}, {"A": 1.0, "B": -1.0}, 1.0).polar is False
    unequal = (*line[:2], ("A", (0.8, 0.9, 1.0)))
    assert body_of_beads("d", unequal, {"A": 1.0, "B": 1.0}, charges, 100.0).polar
    assert catalog.body("R-Au-Cu", "sphere").polar
    assert not catalog.body("dumbbell").polar
