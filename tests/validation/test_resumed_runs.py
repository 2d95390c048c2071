"""A run that was taken up from many checkpoints is the run that was never cut.

Without a bath it is the same run to rounding errors of the forces, which HOOMD-blue computes in
single precision; a checkpoint in single precision would show. In a bath each start draws new noise,
so the two part; what they share is the temperature, kT/2 per degree of freedom. (HOOMD-blue begins
with half a step without noise (-3/4 of a step's kinetic energy) and without friction (+1/2): the
temperature falls by a quarter of it, divided by the steps from checkpoint to checkpoint, which are
thousands. Measured with a checkpoint every 4 steps: -0.063(6); LAMMPS: -0.005(4).)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest

from janus_md.engines import Engine
from janus_md.simulation.files.checkpoint import Checkpoint, load
from janus_md.simulation.run import simulate
from janus_md.simulation.start.first_state import build
from janus_md.study.statepoint import StatePoint

ALLOWED = 4.0
"""Standard errors."""

ROUNDING = {"lammps": 1e-11, "hoomd": 1e-7}
"""Relative difference that rounding of forces may make in 400 steps; a tenth or less was seen."""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: Engine):
    """Run a state point with a restart of the engine at every frame, or at the end alone."""
    record: dict[str, Any] = {}

    def call(point: StatePoint, cut: bool) -> Path:
        protocol = point.protocol
        frames = round(1000.0 * protocol.produce_ns / protocol.frame_interval_ps)
        every = 1 if cut else frames
        monkeypatch.setattr("janus_md.simulation.execution.RESTART_FRAMES", every)
        monkeypatch.setattr("janus_md.simulation.context.POLL_SECONDS", 100.0)
        if record:  # the choice of the mesh is timed: give both the same
            again = {**record["execution"], "steps": 0, "seconds": 0.0, "restart_frames": every}
            monkeypatch.setattr("janus_md.simulation.run.choose_once", lambda *_: again)
        folder = tmp_path / ("cut" if cut else "whole")
        folder.mkdir()
        simulate(point, folder, record, engine=engine.name)
        return folder

    return call


def last(folder: Path, point: StatePoint) -> Checkpoint:
    return load(folder / "restart.npz", build(point))


def test_without_a_bath_cuts_change_nothing_but_the_last_digits(
    run, engine: Engine, report_check
) -> None:
    point = StatePoint.of(
        {
            "particle": "R-Au-Cu",
            "n_bodies": 27,
            "volume_fraction": 0.05,
            "relative_permittivity": 1.0,
            "start": "lattice",
            "protocol": {"name": "nve", "relax_ps": 0.0, "time_step_ps": 0.05,
                         "produce_ns": 0.02, "frame_interval_ps": 1.0},
        }
    )  # fmt: skip
    whole, cut = last(run(point, cut=False), point), last(run(point, cut=True), point)
    moved = np.linalg.norm(whole.system.positions - build(point).positions, axis=1)
    assert np.median(moved) > 0.1  # 20 ps, some collisions
    assert whole.system.positions.dtype == cut.system.positions.dtype == np.float64
    for name in ("positions", "orientations", "velocities", "angular_momenta"):
        a, b = getattr(whole.system, name), getattr(cut.system, name)
        np.testing.assert_allclose(
            b, a, rtol=0, atol=ROUNDING[engine.name] * np.abs(a).max(), err_msg=name
        )
    np.testing.assert_array_equal(whole.system.images, cut.system.images)
    apart = np.abs(whole.system.positions - cut.system.positions).max()
    report_check(
        "20 starts from checkpoints, no bath: largest distance from the uncut run / nm",
        reference=0.0,
        source="same equations of motion",
        ours=apart,
        error=ROUNDING[engine.name] * 0.5 * float(whole.system.box[0]),
        engine=engine.name,
    )


def test_in_a_bath_cuts_leave_the_temperature(run, engine: Engine, report_check) -> None:
    frames, interval, damping = 45, 10.0, 5.0
    point = StatePoint.of(
        {
            "particle": "R-Au-Cu",
            "n_bodies": 343,
            "volume_fraction": 0.02,
            "relative_permittivity": 1.0,
            "electrostatics": {"method": "none"},
            "protocol": {"time_step_ps": 0.1, "relax_ps": 1.0,
                         "produce_ns": frames * interval / 1000,
                         "frame_interval_ps": interval, "damping_ps": damping},
        }
    )  # fmt: skip
    rows = gsd.hoomd.read_log(str(run(point, cut=True) / "log.gsd"))
    # Kinetic energies forget at twice the rate of velocities.
    kept = np.exp(-2.0 * interval / damping)
    for motion in ("translational", "rotational"):
        found = rows[f"log/janus_md/temperature_{motion}"].ravel()[1:]
        error = 298.15 * np.sqrt(2 / (3 * 343 * frames) * (1 + kept) / (1 - kept))
        report_check(
            f"45 starts from checkpoints, Langevin: {motion} temperature / K",
            reference=298.15,
            source="equipartition",
            ours=found.mean(),
            error=error,
            engine=engine.name,
        )
        assert found.mean() == pytest.approx(298.15, abs=ALLOWED * error)
