"""Dumbbells: large flat or long aggregates at 5 kT, mostly single bodies at 1 kT."""

from __future__ import annotations

import pytest

from tests.templates.conftest import KT


def check(row: dict) -> None:
    """Require that nearly all bodies are in large aggregates that are no micelles.

    Symmetric dumbbells form lamellae (Munao et al., arXiv 1412.1636, 2014). In 20 ns the sheets are
    not complete, so worms and sheets are counted together.
    """
    assert row["analysis.share_single.mean"] < 0.05
    assert row["analysis.mean_cluster_w.mean"] > 20.0
    assert row["analysis.share_worms.mean"] + row["analysis.share_sheets.mean"] > 0.3


@pytest.mark.slow
def test_large_aggregates_at_five_kT_and_none_at_one(small_variant) -> None:
    key = "interactions.A-A.attraction.epsilon"
    rows = {round(row[key] / KT): row for row in small_variant("dumbbell")}
    check(rows[5])
    with pytest.raises(AssertionError):
        check(rows[1])
    assert rows[1]["analysis.share_single.mean"] > 0.5
