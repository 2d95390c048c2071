"""Worms: at 6 kT most bodies are in worms, at 3 kT none."""

from __future__ import annotations

import pytest

from tests.templates.conftest import KT


def check(rows: list[dict]) -> None:
    """Require worms.

    In an earlier model of the same body 83 and 76 % of 216 bodies were in worms of 25 to 158 bodies
    (two runs). In the small variant micelles are still joining, and a worm that is coiled for a
    while counts as a cluster: four runs of this template had shares of 0.45 to 0.75 after 30 ns.
    """

    def mean(*names: str) -> float:
        return sum(row[f"analysis.{name}.mean"] for name in names for row in rows) / len(rows)

    assert mean("share_worms", "share_networks") > 0.35
    assert mean("share_single") < 0.05
    assert mean("mean_cluster_w") > 25.0


@pytest.mark.parametrize("engine", ["lammps", pytest.param("hoomd", marks=pytest.mark.slow)])
def test_worms_at_six_kT_and_none_at_three(small_variant, engine: str) -> None:
    key = "interactions.A-A.attraction.epsilon"
    rows = small_variant("worms", engine)
    strong, weak = ([row for row in rows if round(row[key] / KT) == depth] for depth in (6, 3))
    check(strong)
    with pytest.raises(AssertionError):
        check(weak)
    for row in weak:
        assert row["analysis.share_worms.mean"] < 0.1
        assert row["analysis.mean_cluster_w.mean"] < 5.0
