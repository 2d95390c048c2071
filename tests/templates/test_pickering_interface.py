"""Pickering interface: amphiphilic bodies adsorb and point into the oil, neutral ones lie there."""

from __future__ import annotations

import pytest

from janus_md.simulation.start.first_state import build
from janus_md.study.sweeps.templates import load_template
from tests.engines.fields.quadrature import quadrature


def single_body(angle: float) -> float:
    """Mean cosine of a single body at the interface, by quadrature."""
    (point,) = (
        point
        for point in load_template("pickering_interface").small
        if point.environment["interface"]["angles"]["A"] == angle
    )
    system = build(point)
    return quadrature(system, system.bodies[0].reach)[0]


def check(row: dict) -> None:
    """Require bodies at the interfaces that point into the slab of oil like a single one.

    They cover a few per cent of the interfaces.
    """
    assert row["analysis.share_at_interface.mean"] > 0.9
    exact = single_body(130.0)
    assert exact > 0.6
    error = row["analysis.interface_cosine.error"]
    assert row["analysis.interface_cosine.mean"] == pytest.approx(exact, abs=4.0 * error + 0.02)
    assert error < 0.05


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["lammps", "hoomd"])
def test_amphiphilic_bodies_point_into_the_oil(small_variant, engine: str) -> None:
    key = "environment.interface.angles.A"
    rows = {row[key]: row for row in small_variant("pickering_interface", engine)}
    for angle, row in rows.items():
        print(
            f"{engine}, angle of A {angle:g}: at interfaces "
            f"{row['analysis.share_at_interface.mean']:.3f}, cosine "
            f"{row['analysis.interface_cosine.mean']:.3f}"
            f"({row['analysis.interface_cosine.error']:.3f}), one body "
            f"{single_body(angle):.3f}"
        )
    check(rows[130.0])
    with pytest.raises(AssertionError):
        check(rows[90.0])
    control = rows[90.0]["analysis.interface_cosine.mean"]
    assert abs(control) < 4.0 * rows[90.0]["analysis.interface_cosine.error"] + 0.02
