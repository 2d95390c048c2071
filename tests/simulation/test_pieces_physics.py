"""Physics of productions whose conditions change: scaling, energy, temperature, overlap."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from janus_md.common.errors import SimulationFailed
from janus_md.model.box import inverse_lattice, lattice_vectors
from janus_md.model.units import BOLTZMANN
from janus_md.simulation.pieces import FixedSteps, under
from janus_md.simulation.run import simulate
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import resolve
from tests.engines.conftest import usable
from tests.simulation.staged import ENGINES, EVAPORATE, HOLD, logged, patch, point


@pytest.fixture(autouse=True)
def _quick_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    patch(monkeypatch)


def test_scaling_keeps_fractional_coordinates() -> None:
    setup = resolve(point(EVAPORATE))
    before = build(setup)
    now = setup.at(50)
    after = under(now, before)
    fractional = [one.positions @ inverse_lattice(lattice_vectors(one.box))
                  for one in (before, after)]  # fmt: skip
    np.testing.assert_allclose(fractional[0], fractional[1], rtol=0, atol=1e-14)
    unwrapped = replace(before, images=before.images + 1)
    ratio = now.box[0] / setup.box[0]
    np.testing.assert_allclose(under(now, unwrapped).unwrapped, ratio * unwrapped.unwrapped)
    assert after.orientations is before.orientations
    assert after.velocities is before.velocities
    again = under(now, after)
    np.testing.assert_array_equal(again.positions, after.positions)


def test_bodies_between_walls_are_scaled_with_the_space_between_them() -> None:
    wall = {"form": "repulsive", "epsilon": 2.5, "sigma": 0.9}
    stage = {"name": "settle", "length_ns": 0.02, "along": "z", "pieces": 40,
             "volume_fraction": {"to": 0.05, "form": "exponential"}}  # fmt: skip
    setup = resolve(point(stage, environment={"walls": {"lower": wall, "upper": wall}}))
    before = build(setup)
    now = setup.at(200)
    after = under(now, before)
    apart = [one.environment[0].parameters["separation"] for one in (setup, now)]
    assert apart[1] == pytest.approx(0.6 * apart[0])
    np.testing.assert_array_equal(after.positions[:, :2], before.positions[:, :2])
    scaled = before.positions[:, 2] * apart[1] / apart[0]
    np.testing.assert_allclose(after.positions[:, 2], scaled, rtol=1e-12)


def test_fixed_steps() -> None:
    fixed = FixedSteps(100, (0, 30, 60, 130))
    steps, found = 0, []
    while steps < 300:
        steps = fixed.after(steps)
        found.append(steps)
    assert found == [30, 60, 100, 130, 200, 300]
    assert all(step in fixed for step in found)
    assert 31 not in fixed


@pytest.mark.parametrize("name", ENGINES)
def test_energy_is_conserved_across_pieces_without_changes(name: str, tmp_path: Path) -> None:
    """Without a bath, restarts change the total energy by rounding and neighbour lists alone."""
    usable(name)
    still = {"name": "nve", "time_step_ps": 0.05, "frame_interval_ps": 1.0}
    run = point({**HOLD, "pieces": 20}, viscosity=None, relative_permittivity=1.0,
                protocol=still)  # fmt: skip
    simulate(run, tmp_path, {}, engine=name)
    parts = ("potential_energy", "kinetic_translational", "kinetic_rotational")
    energy = sum(logged(tmp_path, part) for part in parts)
    scale = 3 * 27 * BOLTZMANN * 298.15
    assert logged(tmp_path, "kinetic_translational").std() > 1e-2 * scale  # energy is exchanged
    assert np.ptp(energy) < 2e-3 * scale


@pytest.mark.parametrize("name", ENGINES)
def test_compression_of_a_dilute_gas_keeps_the_temperature(name: str, tmp_path: Path) -> None:
    """Scaling of centres does no work on free bodies: <m v^2> = kT while the box shrinks.

    The standard error is that of a chi-square distribution with one independent sample in two
    damping times.
    """
    usable(name)
    stage = {"name": "press", "length_ns": 0.2, "pieces": 40,
             "volume_fraction": {"to": 0.01, "form": "exponential"}}  # fmt: skip
    run = point(
        stage,
        n_bodies=216,
        volume_fraction=1e-3,
        viscosity=None,
        electrostatics={"method": "none"},
        protocol={"frame_interval_ps": 2.0, "damping_ps": 1.0},
    )
    simulate(run, tmp_path, {}, engine=name)
    kelvin = logged(tmp_path, "temperature_translational")[1:]
    error = 298.15 * np.sqrt(2.0 / (3 * 216 * len(kelvin)))
    assert kelvin.mean() == pytest.approx(298.15, abs=4.0 * error)


def test_compression_ends_where_beads_overlap_too_much(tmp_path: Path) -> None:
    usable("lammps")
    press = {"name": "press", "length_ns": 0.03, "pieces": 50,
             "volume_fraction": {"to": 0.20, "form": "exponential"}}  # fmt: skip
    document: dict[str, Any] = {}
    run = point(press, model="bladed", n_bodies=64, volume_fraction=0.03)
    with pytest.raises(SimulationFailed) as failure:
        simulate(run, tmp_path, document, engine="lammps")
    text = str(failure.value)
    assert "the beads overlap with" in text
    assert "and 10 is the most" in text
    assert "a slower change of protocol.stages" in text
    assert document["failure"]["message"] == text
