"""Whole jobs of active bodies and of bodies at liquid interfaces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest

from janus_md.common.errors import ToBeContinued
from janus_md.simulation.run import simulate
from janus_md.study.statepoint import StatePoint
from tests.engines.conftest import usable

FIELDS: dict[str, dict[str, Any]] = {
    "activity": {"speed": 0.005},
    "interface": {"tension": 20.0, "width": 0.2, "angles": {"A": 130.0, "B": 50.0}},
}


def point(field: str) -> StatePoint:
    return StatePoint.of(
        {
            "particle": "small_snowman",
            "n_bodies": 12,
            "volume_fraction": 0.02,
            "environment": {field: FIELDS[field]},
            "protocol": {
                "time_step_ps": 0.1,
                "relax_ps": 1.0,
                "produce_ns": 0.03,
                "frame_interval_ps": 2.0,
            },
        }
    )


@pytest.mark.parametrize("name", ["lammps", "hoomd"])
@pytest.mark.parametrize("field", FIELDS)
def test_a_resumed_run_is_the_uninterrupted_one_to_the_bit(
    field: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usable(name)
    monkeypatch.setattr("janus_md.simulation.execution.RESTART_FRAMES", 2)
    monkeypatch.setattr("janus_md.simulation.context.POLL_SECONDS", 100.0)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    document: dict[str, Any] = {}
    simulate(point(field), whole, document, engine=name)
    asked = 0

    def now_and_then() -> bool:
        nonlocal asked
        asked += 1
        return asked % 9 == 0

    stops, resumed = 0, dict[str, Any]()
    while not (cut / "trajectory.gsd").exists():
        try:
            simulate(point(field), cut, resumed, engine=name, should_stop=now_and_then)
        except ToBeContinued:
            stops += 1
    assert stops >= 2
    files = [gsd.hoomd.open(str(folder / "trajectory.gsd")) for folder in (whole, cut)]
    assert len(files[0]) == len(files[1]) == 16
    for one, other in zip(*files, strict=True):
        for quantity in ("position", "orientation", "velocity", "image"):
            a, b = (getattr(frame.particles, quantity) for frame in (one, other))
            np.testing.assert_array_equal(a, b)
    logs = [gsd.hoomd.read_log(str(folder / "log.gsd")) for folder in (whole, cut)]
    for key, values in logs[0].items():
        np.testing.assert_array_equal(values, logs[1][key])
    energy = logs[0]["log/janus_md/potential_energy"]
    assert np.ptp(energy) > 0.0
    # Work of activity is not part of the energy: only pairs of 12 bodies are.
    assert document["heat"]["checked"] is (field != "activity")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ("environment: {interface: {tension: 20.0, width: 0.2}}", "angles: is missing"),
        (
            "environment: {interface: {tension: 20.0, width: 0.2, angles: {A: 90.0}}}",
            "environment.interface: it has no angle for B of small_snowman in angles",
        ),
        (
            "environment: {activity: {speed: 0.005}}\n  protocol: {name: nve}",
            "environment.activity: it needs friction, and protocol.name is nve",
        ),
    ],
)
def test_init_refuses_in_one_sentence_and_creates_nothing(
    janus_md, tmp_path: Path, changed: str, message: str
) -> None:
    template = tmp_path / "t.yaml"
    head = "fixed:\n  particle: small_snowman\n  n_bodies: 12\n  volume_fraction: 0.02\n  "
    template.write_text(f"{head}{changed}\n")
    done = janus_md("init", template, "--directory", tmp_path / "made")
    assert done.code != 0
    assert message in " ".join(done.err.split())
    assert not (tmp_path / "made").exists()


def test_init_checks_the_values_of_every_state_point(janus_md, tmp_path: Path) -> None:
    template = tmp_path / "t.yaml"
    template.write_text(
        "fixed:\n  particle: small_snowman\n  n_bodies: 12\n  volume_fraction: 0.02\n"
        "  environment.interface: {tension: 20.0, angles: {A: 90.0, B: 90.0}}\n"
        "grid: {environment.interface.width: [0.2, 2.0]}\n"
    )
    done = janus_md("init", template, "--directory", tmp_path / "made")
    assert done.code != 0
    assert "environment.interface: it needs a box of at least" in " ".join(done.err.split())
    assert not (tmp_path / "made").exists()
