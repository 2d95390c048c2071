"""Dumbbells at the interfaces of a blend: adsorbed share and orientation of a single body."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.simulation.start.first_state import build
from janus_md.study.sweeps.templates import load_template
from tests.engines.fields.quadrature import adsorbed_share, quadrature


def single_body(angle: float) -> tuple[float, float]:
    """Adsorbed share and mean cosine of a single dumbbell in the box of the small variant."""
    (point,) = (
        point
        for point in load_template("dumbbell_compatibilizer").small
        if point.environment["interface"]["angles"]["A"] == angle
    )
    system = build(point)
    reach = system.bodies[0].reach
    return adsorbed_share(system, reach), quadrature(system, reach)[0]


def check(row: dict) -> None:
    """Require the values of a single body at 120 and 60 degrees; a body covers little.

    Bodies rarely leave an interface in the time that is averaged: the error of the share is that of
    one independent observation of each body.
    """
    share, cosine = single_body(120.0)
    assert cosine > 0.3
    error = np.sqrt(share * (1.0 - share) / row["n_bodies"])
    assert row["analysis.share_at_interface.mean"] == pytest.approx(share, abs=3.0 * error)
    error = row["analysis.interface_cosine.error"]
    assert error < 0.06
    assert row["analysis.interface_cosine.mean"] == pytest.approx(cosine, abs=4.0 * error + 0.03)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["lammps", "hoomd"])
def test_dumbbells_adsorb_and_turn_like_a_single_one(small_variant, engine: str) -> None:
    key = "environment.interface.angles.A"
    rows = {row[key]: row for row in small_variant("dumbbell_compatibilizer", engine)}
    for angle, row in rows.items():
        share, cosine = single_body(angle)
        print(
            f"{engine}, angle of A {angle:g}: share {row['analysis.share_at_interface.mean']:.3f}"
            f"({row['analysis.share_at_interface.error']:.3f}), one body {share:.3f}; cosine "
            f"{row['analysis.interface_cosine.mean']:.3f}"
            f"({row['analysis.interface_cosine.error']:.3f}), one body {cosine:.3f}"
        )
    check(rows[120.0])
    with pytest.raises(AssertionError):
        check(rows[90.0])
