"""Productions whose conditions change, in both engines: frames, restarts, meshes, physics."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest

from janus_md.common.errors import SimulationFailed, ToBeContinued
from janus_md.engines import load
from janus_md.engines.rescaling import rescaled
from janus_md.model.box import inverse_lattice, lattice_vectors
from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.model.units import BOLTZMANN
from janus_md.simulation.execution import coulomb_record, device_for, not_yet_run
from janus_md.simulation.pieces import FixedSteps, under
from janus_md.simulation.run import simulate
from janus_md.simulation.run_options import RunOptions
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from tests.engines.conftest import usable

ENGINES = ["lammps", "hoomd"]

EVAPORATE = {
    "name": "evaporate", "length_ns": 0.02, "pieces": 10,
    "volume_fraction": {"to": 0.05, "form": "exponential"},
}  # fmt: skip
DRY = {"name": "dry", "length_ns": 0.02, "pieces": 10, "residual_solvent": 0}
HOLD = {"name": "hold", "length_ns": 0.02}


def point(*stages: Any, **changed: Any) -> StatePoint:
    protocol = {"time_step_ps": 0.1, "relax_ps": 1.0, "frame_interval_ps": 1.0}
    protocol |= changed.pop("protocol", {})
    fields: dict[str, Any] = {
        "particle": "R-Au-Cu",
        "n_bodies": 27,
        "volume_fraction": 0.03,
        "relative_permittivity": 8.93,
        "viscosity": 0.413,
        "protocol": protocol | {"stages": list(stages)},
    }
    return StatePoint.of(fields | changed)


def frames(folder: Path) -> list[Any]:
    with gsd.hoomd.open(str(folder / "trajectory.gsd"), "r") as file:
        return list(file)


def logged(folder: Path, name: str) -> np.ndarray:
    rows = gsd.hoomd.read_log(str(folder / "log.gsd"))
    return np.asarray(rows[f"log/janus_md/{name}"]).ravel()


def given(
    setup: Setup, system: System, candidates: Sequence[tuple[str, str]], *_: Any
) -> dict[str, Any]:
    """Choose a mesh without timing any: order 5, 4.5 nm, estimated error 0.05 kT/nm."""
    ((name, kind),) = candidates
    if setup.interactions.electrostatics is None:
        mesh = None
    else:
        mesh = rescaled(load(name), system, 4.5, 5, 0.05 * setup.bath.kT)
    device = device_for(name, kind, RunOptions())
    record = not_yet_run(load(name), device, system, coulomb_record(mesh), "test", {name: 500.0})
    return record | {"force_error": 0.01, "call_steps": 100}


@pytest.fixture(autouse=True)
def _quick_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    patch(monkeypatch)


def patch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs choose :func:`given` and restart every fifth frame."""
    monkeypatch.setattr("janus_md.simulation.execution.RESTART_FRAMES", 5)
    for module in ("run", "pieces"):
        monkeypatch.setattr(f"janus_md.simulation.{module}.choose_once", given)


@pytest.fixture(scope="module", params=ENGINES)
def dried(request, tmp_path_factory) -> tuple[Path, dict[str, Any], str]:
    """Folder, document and engine of a run."""
    usable(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    document: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patched:
        patch(patched)
        simulate(point(EVAPORATE, DRY, HOLD), folder, document, engine=request.param)
    return folder, document, request.param


def test_frames_follow_the_formulas(dried) -> None:
    """Each second frame is at the end of a piece, and the one before it has the same values."""
    folder, _, _ = dried
    found = frames(folder)
    assert [frame.configuration.step for frame in found] == list(range(0, 601, 10))
    volume = resolve(point(HOLD)).bodies[0].volume * 27
    for frame in found:
        ps = 2.0 * np.ceil(0.05 * frame.configuration.step)
        fraction = 0.03 * (5.0 / 3.0) ** min(1.0, ps / 20.0)
        solvent = min(1.0, max(0.0, 2.0 - ps / 20.0))
        log = {name.removeprefix("janus_md/"): frame.log[name][0] for name in frame.log
               if name != "janus_md/metadata"}  # fmt: skip
        assert log["volume_fraction"] == pytest.approx(fraction, rel=1e-12)
        assert log["residual_solvent"] == pytest.approx(solvent, rel=1e-12)
        assert log["relative_permittivity"] == pytest.approx(1.0 + 7.93 * solvent, rel=1e-12)
        assert log["stage"] == 1 + (ps > 20.0) + (ps > 40.0)
        box = frame.configuration.box[:3].astype(float)
        assert volume / box.prod() == pytest.approx(fraction, rel=1e-6)
        assert np.all(np.abs(frame.particles.position) <= 0.5 * box * (1 + 1e-6))


def test_meshes_of_all_pieces_are_recorded(dried) -> None:
    _, document, _ = dried
    execution = document["execution"]
    meshes, rule = execution["meshes"], execution["mesh_rule"]
    assert [one["step"] for one in meshes] == list(range(0, 401, 20))
    assert all(one["order"] == rule["order"] for one in meshes)
    assert all(one["cutoff_nm"] <= rule["cutoff_nm"] for one in meshes)
    measured = [one["step"] for one in meshes if "force_error" in one]
    assert measured == [180, 380, 400]
    assert all(one["force_error"] <= 0.2 for one in meshes if "force_error" in one)
    # The medium weakens charges less and less, so the mesh becomes finer.
    assert meshes[-1]["splitting_per_nm"] > meshes[10]["splitting_per_nm"]
    assert execution["mesh"] == {key: meshes[-1][key] for key in execution["mesh"]}
    assert document["heat"]["passed"]


def test_a_run_stopped_between_and_inside_pieces_is_the_same_to_the_bit(
    dried, tmp_path: Path, monkeypatch
) -> None:
    whole, document, name = dried
    monkeypatch.setattr("janus_md.simulation.context.POLL_SECONDS", 100.0)
    asked, stops, resumed = 0, list[str](), dict[str, Any]()

    def now_and_then() -> bool:
        nonlocal asked
        asked += 1
        return asked % 9 == 0

    here = point(EVAPORATE, DRY, HOLD)
    while not (tmp_path / "trajectory.gsd").exists():
        try:
            simulate(here, tmp_path, resumed, engine=name, should_stop=now_and_then)
        except ToBeContinued as stop:
            stops.append(str(stop))
    inside = [one for one in stops if " from step " in one and "produce" in one]
    assert len(inside) >= 3
    assert len(stops) - len(inside) >= 3
    assert resumed["execution"]["bit_equal"] is True
    for one, other in zip(frames(whole), frames(tmp_path), strict=True):
        np.testing.assert_array_equal(one.configuration.box, other.configuration.box)
        np.testing.assert_array_equal(one.particles.position, other.particles.position)
        np.testing.assert_array_equal(one.particles.velocity, other.particles.velocity)
        for key in other.log:
            np.testing.assert_array_equal(one.log[key], other.log[key])
    assert resumed["execution"]["meshes"] == document["execution"]["meshes"]


class _Killed(BaseException):
    """Stands for a signal that cannot be caught: nothing is saved."""


def test_a_run_killed_in_a_frame_is_the_same_to_the_bit(dried, tmp_path: Path) -> None:
    """Frames that are newer than the last checkpoint are written again."""
    whole, document, name = dried
    here, seen, kills = point(EVAPORATE, DRY, HOLD), 0, 0

    def now_and_then(step: int, *_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen % 11 == 0:
            raise _Killed

    resumed: dict[str, Any] = {}
    while not (tmp_path / "trajectory.gsd").exists():
        try:
            simulate(here, tmp_path, resumed, engine=name, observers=[now_and_then])
        except _Killed:
            kills += 1
    assert kills >= 4
    assert resumed["execution"]["bit_equal"] is True
    for one, other in zip(frames(whole), frames(tmp_path), strict=True):
        np.testing.assert_array_equal(one.particles.position, other.particles.position)
        np.testing.assert_array_equal(one.particles.velocity, other.particles.velocity)
    assert resumed["execution"]["meshes"] == document["execution"]["meshes"]


def test_a_longer_run_continues_the_hold(dried, tmp_path: Path) -> None:
    """A run made longer is that of the longer state point, to the bit."""
    from janus_md.simulation.files.extension import begin_from

    short, _, name = dried
    longer = point(EVAPORATE, DRY, HOLD, protocol={"produce_ns": 0.07})
    folders = tmp_path / "from", tmp_path / "anew"
    for folder in folders:
        folder.mkdir()
    done, _ = begin_from(short, folders[0], resolve(longer))
    assert done == 600  # a fixed step
    for folder in folders:
        simulate(longer, folder, {}, engine=name)
    a, b = (frames(folder)[-1] for folder in folders)
    assert a.configuration.step == b.configuration.step == 700
    np.testing.assert_array_equal(a.particles.position, b.particles.position)
    assert a.log["janus_md/relative_permittivity"][0] == 1.0


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


def test_the_analysis_has_the_conditions_of_each_frame(dried, tmp_path: Path) -> None:
    """frames.parquet and the chunks of the frames have the same values."""
    import pandas as pd

    from janus_md.analysis.pipeline.pipeline import analyze_file

    folder, _, _ = dried
    summary = analyze_file(folder / "trajectory.gsd", tmp_path)
    table = pd.read_parquet(tmp_path / "frames.parquet")
    names = ("stage", "volume_fraction", "relative_permittivity", "residual_solvent")
    for name in names:
        expected = [frame.log[f"janus_md/{name}"][0] for frame in frames(folder)]
        np.testing.assert_array_equal(table[name], expected)
    assert table["temperature"].to_numpy() == pytest.approx(298.15)
    assert table["field"].isna().all()
    assert not any("conditions change" in note for note in summary["notes"])
    early = analyze_file(folder / "trajectory.gsd", tmp_path / "early", frames=slice(0, 30))
    assert any("conditions change" in note for note in early["notes"])


def test_a_mesh_that_fails_is_chosen_anew_and_a_resumed_run_keeps_it(
    tmp_path: Path, monkeypatch
) -> None:
    """The limit is set below any error, so that each measured mesh fails."""
    usable("lammps")
    monkeypatch.setattr("janus_md.simulation.pieces._limit", lambda _: 0.0)
    document: dict[str, Any] = {}
    here, asked = point(EVAPORATE), 0

    def now_and_then() -> bool:
        nonlocal asked
        asked += 1
        return asked % 9 == 0

    while not (tmp_path / "trajectory.gsd").exists():
        with suppress(ToBeContinued):
            simulate(here, tmp_path, document, engine="lammps", should_stop=now_and_then)
    meshes = document["execution"]["meshes"]
    assert [one["step"] for one in meshes] == list(range(0, 200, 20))
    assert [one["step"] for one in meshes if one.get("chosen")] == [180]
    assert document["execution"]["bit_equal"] is True
