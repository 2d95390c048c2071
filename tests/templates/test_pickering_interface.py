"""Pickering interface: amphiphilic bodies adsorb and point into the oil, neutral ones lie there."""

from __future__ import annotations

import pytest


def check(row: dict) -> None:
    """Require bodies at the interfaces that point into the slab of oil."""
    assert row["analysis.share_at_interface.mean"] > 0.8
    assert row["analysis.interface_cosine.mean"] > 0.7


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["lammps", "hoomd"])
def test_amphiphilic_bodies_point_into_the_oil(small_variant, engine: str) -> None:
    key = "environment.interface.angles.A"
    rows = {row[key]: row for row in small_variant("pickering_interface", engine)}
    for angle, row in rows.items():
        print(
            f"{engine}, angle of A {angle:g}: at interfaces "
            f"{row['analysis.share_at_interface.mean']:.3f}, cosine "
            f"{row['analysis.interface_cosine.mean']:.3f}, height "
            f"{row['analysis.interface_height_nm.mean']:.3f} nm"
        )
    check(rows[130.0])
    with pytest.raises(AssertionError):
        check(rows[90.0])
    assert abs(rows[90.0]["analysis.interface_cosine.mean"]) < 0.35  # the control has no direction
