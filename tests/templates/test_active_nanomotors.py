"""Active nanomotors: activity raises the diffusion coefficient to that of the closed form."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.model.fields.activity import active_msd
from janus_md.model.units import stokes_friction
from janus_md.study.catalogue.catalog import body
from tests.templates.conftest import KT

SPEED = 0.005
"""nm/ps"""


def expected(speed: float) -> float:
    """Diffusion coefficient of a free body in the second half of windows of 2 ns, nm^2/ns."""
    kind = body("small_snowman", None)
    gamma, gamma_r = stokes_friction(0.413, kind.hydrodynamic_radius)
    squares = active_msd(np.array([1000.0, 2000.0]), speed, KT, gamma, gamma_r, kind.mass)
    return float(np.diff(squares)[0]) / 6.0


def check(row: dict) -> None:
    """Require the diffusion coefficient of active bodies.

    Collisions at a volume fraction of 0.005 slow them down by a few per cent.
    """
    found = row["analysis.diffusion_nm2_ns.mean"]
    error = row["analysis.diffusion_nm2_ns.error"]
    exact = expected(SPEED)
    assert found == pytest.approx(exact, abs=4.0 * error + 0.03 * exact)
    assert error < 0.1 * exact


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["lammps", "hoomd"])
def test_active_bodies_diffuse_faster(small_variant, engine: str) -> None:
    rows = {
        row["environment.activity.speed"]: row for row in small_variant("active_nanomotors", engine)
    }
    for speed, row in rows.items():
        print(
            f"{engine}, speed {speed:g}: {row['analysis.diffusion_nm2_ns.mean']:.3f}"
            f"({row['analysis.diffusion_nm2_ns.error']:.3f}), closed form {expected(speed):.3f}"
        )
    check(rows[SPEED])
    with pytest.raises(AssertionError):
        check(rows[0.0])
    passive = rows[0.0]
    assert passive["analysis.diffusion_nm2_ns.mean"] == pytest.approx(
        expected(0.0), abs=4.0 * passive["analysis.diffusion_nm2_ns.error"]
    )
