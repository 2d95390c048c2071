"""Raspberries: cores are covered with snowmen at 8 kT, and bare at 1 kT."""

from __future__ import annotations

import pytest

from tests.templates.conftest import KT


def check(row: dict) -> None:
    """Require covered cores: all have snowmen, and no more than the kissing number.

    Cores of an earlier model held 6.2 to 7.0 snowmen at 8 kT; balls of the size of the core fit 12
    times around it (Schuette and van der Waerden, Math. Ann. 125, 325, 1953).
    """
    assert 5.0 < row["analysis.mean_partners.mean"] <= 12.0
    assert row["analysis.share_with_partner.mean"] == 1.0


@pytest.mark.slow
def test_cores_are_covered_at_eight_kT_and_bare_at_one(small_variant) -> None:
    rows = {
        round(row["interactions.C-A.attraction.epsilon"] / KT): row
        for row in small_variant("raspberry")
    }
    check(rows[8])
    with pytest.raises(AssertionError):
        check(rows[1])
    assert rows[1]["analysis.mean_partners.mean"] < 1.0
