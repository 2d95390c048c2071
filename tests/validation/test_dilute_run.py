"""Second virial coefficient of a catalogue body, from the pairs of a dilute run."""

from __future__ import annotations

import math

import numpy as np
import pytest

from janus_md.analysis.series.averages import mean_and_error
from janus_md.engines.accuracy import remeasure
from janus_md.engines.base import CPU
from janus_md.engines.mesh import Mesh
from janus_md.model.dynamics import Bath
from janus_md.model.pairs.virial import second_virial
from janus_md.model.units import COULOMB, DEBYE, thermal_energy
from tests.engines.conftest import ROOM, catalogue_system, usable

PERMITTIVITY = 3.0  # lambda 3.7: pairs form and part
N, VOLUME_FRACTION = 200, 0.0005
"""So dilute that third bodies change the pairs by about 1 %, well below the statistical error."""
NEAR, FAR = 3.0, 9.0
"""Pairs nearer than NEAR count against those from there to FAR, nm."""
STEPS, SAMPLE, EQUILIBRATION = 400_000, 400, 20_000


def pairs_within(positions: np.ndarray, length: float, reach: float) -> int:
    from scipy.spatial import cKDTree

    tree = cKDTree(positions % length, boxsize=length)
    return (int(tree.count_neighbors(tree, reach)) - len(positions)) // 2


def standard_error(counts: list[int]) -> float:
    return float(mean_and_error(np.array(counts, dtype=float))["error"] or math.inf)


@pytest.mark.slow
def test_second_virial_coefficient_from_a_dilute_run(report_check) -> None:
    """-1/2 int (g - 1) 4 pi r^2 dr, past NEAR of dipoles alone: -2/9 pi (mu^2 / ... kT)^2 / r^3."""
    engine = usable("lammps")
    system = catalogue_system(
        ("R-Au-Cu",),
        "sphere",
        N,
        seed=5,
        volume_fraction=VOLUME_FRACTION,
        relative_permittivity=PERMITTIVITY,
    )
    body, kT, length = system.bodies[0], thermal_energy(ROOM), float(system.box[0])
    mesh = Mesh(15.0, (24, 24, 24), 5, 3.0 / 15.0)
    assert remeasure(engine, system, mesh, kT, CPU)[0] < 0.1
    bath = Bath(kT, "langevin", np.array([body.mass / 20.0]), np.array([body.inertia / 20.0]))
    run = engine.start(system, bath, 0.1, mesh, seed=6, device=CPU)
    run.advance(EQUILIBRATION)
    near, shell = [], []
    for _ in range(STEPS // SAMPLE):
        run.advance(SAMPLE)
        positions = run.system().positions
        near.append(pairs_within(positions, length, NEAR))
        shell.append(pairs_within(positions, length, FAR) - near[-1])
    run.close()
    strength = COULOMB * (float(np.linalg.norm(body.dipole)) * DEBYE) ** 2 / (PERMITTIVITY * kT)

    def tail(r: float) -> float:
        """Contribution to B2 of distances beyond r."""
        return -2.0 / 9.0 * math.pi * strength**2 / r**3

    ball, volume = 4.0 / 3.0 * math.pi * NEAR**3, 4.0 / 3.0 * math.pi * (FAR**3 - NEAR**3)
    # The shell says how many pairs there are a volume; it holds its own share of attraction.
    a_volume = np.mean(shell) / (volume - 2.0 * (tail(NEAR) - tail(FAR)))
    found, spread = np.mean(near) / a_volume, standard_error(near)
    ours = -0.5 * (found - ball) + tail(NEAR)
    error = 0.5 * found * math.hypot(spread / np.mean(near), standard_error(shell) / np.mean(shell))
    exact = second_virial(body, body, ROOM, PERMITTIVITY).value
    report_check(
        "second virial coefficient of R-Au-Cu, sphere, ε 3, from a dilute run / nm³",
        reference=exact,
        source="quadrature of the pair energy",
        ours=ours,
        error=error,
        engine=engine.name,
    )
    assert error < 0.15 * abs(exact)
    assert abs(ours - exact) < 3.0 * error
