"""The table of growth and equilibrium; theory against simulations of the same state points."""

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.series.steadiness import steadiness
from janus_md.analysis.sweep.evolution import HEADINGS, evolution, expectation
from janus_md.analysis.sweep.groups import group_jobs
from janus_md.analysis.sweep.tables import JobTables
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint

DRY = {
    "particle": "R-Au-Cu",
    "model": "sphere",
    "volume_fraction": 0.05,
    "temperature": 298.15,
    "relative_permittivity": 1.0,
}


def setup(**changes):
    return resolve(StatePoint.of({**DRY, "n_bodies": 216, **changes}))


@pytest.mark.parametrize(
    ("changes", "mean_n", "mean_w"),
    [
        ({"relative_permittivity": 3.0}, 1.16, 1.4),
        ({"relative_permittivity": 8.93}, 1.02, 1.04),
        ({"particle": "Au3Cd"}, 1.06, 1.1),
    ],
)
def test_weak_bonds_agree_with_pair_theory(changes, mean_n, mean_w):
    """Trial simulations of `sphere`, 216 bodies, LAMMPS, 4 ns: lengths to their last digit.

    Where bonds are few, what is beyond the neighbour does not count.
    """
    found = expectation(setup(**changes))
    assert found.mean_n == pytest.approx(mean_n, abs=0.015)
    assert 2.0 * found.mean_n - 1.0 == pytest.approx(mean_w, abs=0.1)


def test_coupling_and_density():
    found = expectation(setup())
    assert found.coupling == pytest.approx(11.0, abs=0.05)
    assert found.density == pytest.approx(0.0228, abs=5e-5)
    assert expectation(None) is None
    mixture = {"R-Au-Cu": 0.5, "S-Au-Cu": 0.5}
    assert expectation(setup(particle=None, mixture=mixture)) is None
    assert expectation(setup(electrostatics={"method": "pppm"})) == found
    assert expectation(setup(electrostatics={"method": "none"})) is None


def job(permittivity, replica, mean_w, seed):
    rng = np.random.default_rng(seed)
    noise = 1.0 + 0.03 * rng.normal(size=len(mean_w))
    frames = pd.DataFrame({"mean_w": mean_w * noise, "mean_n": 0.5 * (mean_w + 1.0) * noise})
    frames["time_ns"] = 0.02 * np.arange(len(frames))
    row = {
        **DRY,
        "relative_permittivity": permittivity,
        "replica": replica,
        "analysis.mean_n.mean": frames["mean_n"].iloc[-100:].mean(),
        "analysis.mean_n.error": 0.02,
        "analysis.bond_lifetime.mean": 0.5,
        "analysis.bond_lifetime.error": 0.05,
    }
    found = steadiness(frames["mean_w"], 216, coupling=11.0 / permittivity)
    row |= {
        "analysis.steady": found.steady,
        "analysis.steady_samples": found.samples,
        "analysis.not_steady_because": ", ".join(found.reasons) or None,
    }
    described = setup(relative_permittivity=permittivity)
    return row, JobTables(frames, pd.DataFrame(), np.ones(3, int), described)


def test_table():
    """Two replicas that grow linearly, and a job that jumps at 2 ns and stays."""
    ramp, jump = 1.0 + 0.05 * np.arange(300.0), np.where(np.arange(300) < 100, 1.0, 3.0)
    jobs = [job(1.0, 0, ramp, 1), job(1.0, 1, ramp, 2), job(2.0, 0, jump, 3)]
    rows = pd.DataFrame([{"job": name, **row} for name, (row, _) in zip("abc", jobs, strict=True)])
    tables = dict(zip("abc", (table for _, table in jobs), strict=True))
    found = dict(evolution(rows, group_jobs(rows), tables))
    assert [len(cells) for cells in found.values()] == [len(HEADINGS)] * 2
    grown, jumped = found["ε 1"], found["ε 2"]
    # 1 + 0.025 k in its last decade, from 1.75 to 8.5: log10(8.5 / 1.75) on the whole.
    assert float(grown[1].split("(")[0]) == pytest.approx(np.log10(8.5 / 1.75), abs=0.08)
    assert grown[2] == "not steady: few samples, slow bonds"
    assert grown[3] == "0.50(4)"
    assert grown[6] == "\N{EN DASH}"  # lambda 11: no equilibrium, no free energy
    assert float(jumped[0]) == pytest.approx(2.0, abs=0.03)
    assert float(jumped[2]) > 100
    # Mean length 2 at 0.0228 per nm^3: K = 2 / 0.0228 = 87.6 nm^3, -kT ln(K / 1.66) = -9.83.
    assert float(jumped[6].split("(")[0]) == pytest.approx(-9.83, abs=0.1)
