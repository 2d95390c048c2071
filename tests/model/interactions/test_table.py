"""The pair table: its rows and the energy of the repulsion."""

from dataclasses import replace

import pytest

from janus_md.model.interactions.table import WCA_EPSILON, wca, wca_table
from janus_md.study.catalogue import catalog


def lennard_jones(row, r):
    x = (row["sigma"] / r) ** 6
    return 4 * row["epsilon"] * (x * x - x)


def test_wca_is_cut_in_the_minimum_of_lennard_jones():
    # Weeks, Chandler and Andersen, J. Chem. Phys. 54, 5237 (1971): the minimum is -epsilon deep,
    # so that the shifted energy is epsilon at sigma and 0 at the cutoff, without force
    row = wca(0.9)
    assert row["epsilon"] == WCA_EPSILON == 2.5
    assert lennard_jones(row, row.cutoff) == pytest.approx(-row["epsilon"])
    step = 1e-5
    slope = lennard_jones(row, row.cutoff + step) - lennard_jones(row, row.cutoff - step)
    assert slope / (2 * step) == pytest.approx(0.0, abs=1e-5)


def test_table_of_a_mixture():
    bodies = [catalog.body(name, "bladed") for name in ("R-1", "S-1", "Au3Cd")]
    table = wca_table(bodies)
    assert set(table) == {("blade", "blade"), ("blade", "core"), ("core", "core")}
    assert table["core", "core"][0]["sigma"] == 1.21
    assert table["blade", "core"][0]["sigma"] == pytest.approx(0.5 * (1.21 + 0.9))
    assert table["blade", "blade"][0].cutoff == pytest.approx(0.9 * 2 ** (1 / 6))


def test_types_without_volume_have_no_row():
    bodies = [catalog.body(name, "sphere") for name in ("R-Au-Cu", "Au3Cd")]
    table = wca_table(bodies)
    assert set(table) == {("Au3Cd", "Au3Cd"), ("Au3Cd", "R-Au-Cu"), ("R-Au-Cu", "R-Au-Cu")}
    assert {row["sigma"] for (row,) in table.values()} == {1.727}


def test_one_type_of_two_widths_is_refused():
    body = catalog.body("R-1", "bladed")
    other = replace(body, diameters=body.diameters | {"core": 1.3})
    with pytest.raises(ValueError, match=r"type core: .* 1\.21 nm in one body and 1\.3 nm"):
        wca_table([body, other])
