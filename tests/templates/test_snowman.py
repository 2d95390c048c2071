"""Snowmen: micelles at 6 kT, mostly single bodies at 3 kT."""

from __future__ import annotations

import pytest

from tests.templates.conftest import KT


def check(row: dict) -> None:
    """Require micelles; a micelle of few bodies is round (Avvisati et al., 2015)."""
    assert row["analysis.share_single.mean"] < 0.15
    assert row["analysis.share_micelles.mean"] > 0.8
    assert 6.0 < row["analysis.mean_micelle_n.mean"] < 20.0


@pytest.mark.slow
def test_micelles_at_six_kT_and_none_at_three(small_variant) -> None:
    key = "interactions.A-A.attraction.epsilon"
    rows = {round(row[key] / KT): row for row in small_variant("snowman")}
    check(rows[6])
    with pytest.raises(AssertionError):
        check(rows[3])
    assert rows[3]["analysis.share_single.mean"] > 0.5
    assert rows[3]["analysis.share_micelles.mean"] < 0.1
