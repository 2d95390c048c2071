"""Susceptibility from the fluctuations of the box's dipole, and from a run's log."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest

from janus_md.analysis.series.susceptibility import (
    langevin_susceptibility,
    mean_field_susceptibility,
    susceptibility,
)
from janus_md.analysis.series.thermolog import susceptibility_of
from janus_md.model.units import DEBYE, coupling_parameter, thermal_energy
from janus_md.simulation.files.description import METADATA, description
from janus_md.simulation.files.trajectory import GsdWriter, log_frame
from janus_md.study.catalogue.catalog import body
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint

ROOM = 298.15


def free_dipoles(n: int, times: int, moment: float) -> np.ndarray:
    """Sums of n dipoles that point anywhere, debye, shape (times, 3)."""
    rng = np.random.default_rng(1)
    v = rng.normal(size=(times, n, 3))
    return moment * (v / np.linalg.norm(v, axis=2, keepdims=True)).sum(axis=1)


def test_non_interacting_dipoles() -> None:
    """Langevin: chi = 8 lambda phi, phi the volume fraction of spheres of diameter d."""
    n, volume, moment, eps, d = 50, 4000.0, 43.42, 8.93, 1.61
    coupling = coupling_parameter(moment, d, eps, ROOM)
    phi = n * math.pi / 6 * d**3 / volume
    exact = langevin_susceptibility(n * d**3 / volume, coupling)
    assert exact == pytest.approx(8 * coupling * phi, rel=1e-12)
    found = susceptibility(free_dipoles(n, 20000, moment), volume, thermal_energy(ROOM), eps)
    assert found["error"] < 0.01 * exact
    assert found["mean"] == pytest.approx(exact, abs=4 * found["error"])


def test_debye_and_si_units() -> None:
    """chi = <M^2> / (3 eps0 eps_r V kT) with SI's numbers (CODATA 2018)."""
    m = 100.0
    si = (m * DEBYE * 1.602176634e-19 * 1e-9) ** 2 / (
        3 * 8.8541878128e-12 * 2.0 * 50.0e-27 * 1.380649e-23 * ROOM
    )
    found = susceptibility(np.array([[0.0, m, 0.0]]), 50.0, thermal_energy(ROOM), 2.0)
    assert found["mean"] == pytest.approx(si, rel=1e-6)


@pytest.mark.parametrize(
    ("langevin", "chi"), [(0.4, 0.453778), (1.256, 1.795605), (0.8, 1.016889), (0.6288, 0.762323)]
)
def test_modified_mean_field(langevin: float, chi: float) -> None:
    assert mean_field_susceptibility(langevin) == pytest.approx(chi, abs=1e-6)


def test_last_third_of_a_log(tmp_path: Path) -> None:
    kind = body("R-Au-Cu", "sphere")
    point = StatePoint(
        particle="R-Au-Cu", n_bodies=30, volume_fraction=0.01, relative_permittivity=8.93
    )
    dipoles = np.concatenate([np.full((40, 3), 1e6), free_dipoles(30, 20, 43.42)])
    with GsdWriter(tmp_path / "log.gsd") as file:
        for k, value in enumerate(dipoles):
            file.append(log_frame(k, {"box_dipole": value}))
    frame = gsd.hoomd.Frame()
    frame.configuration.box = [20.0, 20.0, 20.0, 0, 0, 0]
    frame.particles.N = 1
    frame.particles.types = [kind.name]
    setup = resolve(point)
    uncharged = replace(setup, bodies=(replace(kind, charges=0.0 * kind.charges),))
    for name, about in (("trajectory.gsd", setup), ("uncharged.gsd", uncharged)):
        frame.log[METADATA] = np.frombuffer(description(about), np.uint8)
        with GsdWriter(tmp_path / name) as file:
            file.append(frame)
    found = susceptibility_of(tmp_path / "log.gsd", tmp_path / "trajectory.gsd")
    assert found == susceptibility(dipoles[40:], 8000.0, thermal_energy(ROOM), 8.93)
    for log, trajectory in (("none.gsd", "trajectory.gsd"), ("log.gsd", "uncharged.gsd")):
        nothing = susceptibility_of(tmp_path / log, tmp_path / trajectory)
        assert nothing == {"mean": None, "error": None}
