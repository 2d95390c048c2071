"""Deposition on a substrate: heights and adsorbed shares of the Boltzmann distribution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from tests.templates.conftest import KT

SIGMA, EPSILON = 0.8635, 2.5


def expected(form: str, height: float, weight: float) -> tuple[float, float]:
    """Mean height, nm, and share within 2 sigma of the lower wall, of independent bodies.

    Parameters
    ----------
    form : str
        Of the lower wall.
    height : float
        Distance of the walls, nm.
    weight : float
        m g, kJ/mol/nm.
    """

    def shifted(z: float, cutoff: float) -> float:
        def shape(r: float) -> float:
            return 2 / 15 * (SIGMA / r) ** 9 - (SIGMA / r) ** 3

        return EPSILON * (shape(z) - shape(cutoff)) if z < cutoff else 0.0

    minimum = 0.4 ** (1 / 6) * SIGMA
    cutoff = 2.5 * SIGMA if form == "lj93" else minimum

    def integral(power: int, end: float) -> float:
        value, _ = quad(
            lambda z: (
                z**power
                * np.exp(-(shifted(z, cutoff) + shifted(height - z, minimum) + weight * z) / KT)
            ),
            0.2,
            end,
            points=[z for z in (0.6, minimum, 1.0, cutoff) if z < end],
            limit=400,
        )
        return float(value)

    whole = integral(0, height - 0.2)
    return integral(1, height - 0.2) / whole, integral(0, 2 * SIGMA) / whole


RELAXATION = 4.0 * 2.0**2 / 0.030
"""Relaxation time of the heights, ps: 4 l^2 / D for l = kT/mg = 2 nm and D = kT tau / m."""

AVERAGED = 10_000.0
"""Time of the averages, the last third of the run, ps."""


def check(row: dict, form: str) -> None:
    """Require the height and the share of a wall of this form within four standard errors.

    These are those of independent bodies with the relaxation time: the errors in the job document
    are estimated from a run of some twenty relaxation times.
    """
    from janus_md.study.catalogue.catalog import body

    mass = body("R-Au-Cu", "sphere").mass
    height, share = expected(form, row["height"], 3.0e-4 * mass)
    independent = row["n_bodies"] * AVERAGED / (2.0 * RELAXATION)
    found = row["analysis.mean_height_nm.mean"], row["analysis.share_adsorbed.mean"]
    print(f"{row['environment.walls.lower.form']}: {found}, {height:.4f}, {share:.4f} of {form}")
    # the standard deviation of the heights is about kT/mg
    assert found[0] == pytest.approx(height, abs=4.0 * 2.0 / np.sqrt(independent))
    spread = np.sqrt(share * (1.0 - share))
    assert found[1] == pytest.approx(share, abs=4.0 * spread / np.sqrt(independent))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["lammps", "hoomd"])
def test_heights_over_an_attractive_and_a_repulsive_wall(small_variant, engine: str) -> None:
    key = "environment.walls.lower.form"
    rows = {row[key]: row for row in small_variant("deposition_on_substrate", engine)}
    for row in rows.values():
        row["height"] = (row["n_bodies"] / row["number_density"] / 400.0) ** (1 / 3)
    check(rows["lj93"], "lj93")
    check(rows["repulsive"], "repulsive")
    with pytest.raises(AssertionError):
        check(rows["repulsive"], "lj93")
