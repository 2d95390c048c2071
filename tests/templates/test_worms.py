"""Worms: at 6 kT most bodies are in worms, at 3 kT in none."""

from __future__ import annotations

import pytest

from tests.templates.conftest import KT


def check(row: dict) -> None:
    """Require worms.

    In an earlier model of the same body 83 and 76 % of 216 bodies were in worms of 25 to 158 bodies
    (two runs); within 0.15, as from seed to seed.
    """
    assert row["analysis.share_worms.mean"] + row["analysis.share_networks.mean"] > 0.61
    assert row["analysis.share_single.mean"] < 0.05
    assert row["analysis.mean_cluster_w.mean"] > 25.0


@pytest.mark.parametrize("engine", ["lammps", pytest.param("hoomd", marks=pytest.mark.slow)])
def test_worms_at_six_kT_and_none_at_three(small_variant, engine: str) -> None:
    key = "interactions.A-A.attraction.epsilon"
    rows = {round(row[key] / KT): row for row in small_variant("worms", engine)}
    check(rows[6])
    with pytest.raises(AssertionError):
        check(rows[3])
    assert rows[3]["analysis.share_worms.mean"] < 0.1
    assert rows[3]["analysis.mean_cluster_w.mean"] < 10.0
