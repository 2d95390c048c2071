"""Densities of crystals against closed forms, and what they say of 2.68 nm."""

from __future__ import annotations

import math

import pytest

from janus_md.papers.paper import load_paper
from janus_md.papers.sections import crystal


def test_the_density_of_gold() -> None:
    """Four atoms in a cube of 0.40782 nm: 19.3 g/cm^3 (CRC Handbook of Chemistry and Physics)."""
    assert crystal.density(196.967, 0.40782**3 / 4.0) == pytest.approx(19.3, abs=0.05)


def test_columns_at_the_hexagonal_density_have_six_neighbours() -> None:
    volume = crystal.hexagonal_volume(1.61, 2.68)
    along, diagonal = crystal.column_distances(volume, 1.61, 2.68)
    assert along == pytest.approx(diagonal) == pytest.approx(2.68 / math.sqrt(3.0))
    # a denser crystal has the same edge across and a shorter one along
    near, far = crystal.column_distances(0.9 * volume, 1.61, 2.68)
    assert near == pytest.approx(0.9 * along)
    assert near * 2.68 * 1.61 / 2.0 == pytest.approx(0.9 * volume)
    assert far == pytest.approx(math.hypot(near, 2.68) / 2.0)


def test_the_page_has_the_arithmetic_and_says_what_it_waits_for() -> None:
    one = load_paper("li2022").crystal
    assert one is not None
    text = "\n".join(crystal.finding(one))
    for number in ("0.59 g/cm^3", "3.1 to 3.6 nm^3", "1.547 nm", "CCDC 2151535", "inference"):
        assert number in text
    # union of the beads: bladed is too large for the crystal
    assert "| `bladed` | 6.00 | no |" in text
    assert "| `narrow` | 3.58 | yes |" in text
    assert "| `sphere` | 2.70 | yes |" in text  # 4/3 pi (1.727/2)^3
