"""Dipoles in an electric field and magnetic platelets in a magnetic one: aligned, or not."""

from __future__ import annotations

from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
import rowan


def cosine_along_z(trajectory: Path) -> float:
    """Mean cosine of the dipoles to +z over the last third of the frames."""
    with gsd.hoomd.open(trajectory) as frames:
        last = frames[len(frames) - len(frames) // 3 :]
        turns = np.concatenate([frame.particles.orientation for frame in last])
    return float(np.mean(rowan.rotate(turns, [0.0, 0.0, 1.0])[:, 2]))


def check(row: dict) -> None:
    """Require the order of free dipoles at 5 kT, 0.80 (Langevin function), or more."""
    assert cosine_along_z(row["trajectory"]) > 0.72


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dipoles_in_field", "magnetic_platelets_in_field"])
def test_dipoles_point_along_the_field(small_variant, name: str) -> None:
    rows = small_variant(name)
    key = "analysis.cos_to_field.mean"
    (with_field,) = [row for row in rows if np.isfinite(row[key] or np.nan)]
    (without,) = [row for row in rows if row is not with_field]
    check(with_field)
    assert with_field[key] == pytest.approx(cosine_along_z(with_field["trajectory"]), abs=0.02)
    with pytest.raises(AssertionError):
        check(without)
    print(name, with_field[key], cosine_along_z(without["trajectory"]))
