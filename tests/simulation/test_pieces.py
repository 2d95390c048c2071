"""Productions whose conditions change, in both engines: frames, restarts, meshes, physics."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from janus_md.common.errors import ToBeContinued
from janus_md.simulation.run import simulate
from janus_md.study.resolve import resolve
from tests.engines.conftest import usable
from tests.simulation.staged import DRY, ENGINES, EVAPORATE, HOLD, frames, patch, point


@pytest.fixture(autouse=True)
def _quick_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    patch(monkeypatch)


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


def test_a_film_killed_while_it_shrinks_is_the_same_to_the_bit(tmp_path: Path) -> None:
    """Walls that come closer, charges of a slab, and a field that is switched on."""
    usable("lammps")
    wall = {"form": "repulsive", "epsilon": 2.5, "sigma": 0.9}
    shrink = {"name": "shrink", "length_ns": 0.01, "pieces": 20, "along": "z",
              "volume_fraction": {"to": 0.04, "form": "exponential"},
              "field": {"points": [[0.0, 0.0], [1.0, 1.0]]}}  # fmt: skip
    fields = {"walls": {"lower": wall, "upper": wall}, "electric_field": {"z": 0.05}}
    here = point(shrink, environment=fields)
    seen = 0

    def sometimes(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen % 8 == 0:
            raise _Killed

    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    simulate(here, whole, {}, engine="lammps")
    while not (cut / "trajectory.gsd").exists():
        with suppress(_Killed):
            simulate(here, cut, {}, engine="lammps", observers=[sometimes])
    setup = resolve(here)
    for one, other in zip(frames(whole), frames(cut), strict=True):
        step = one.configuration.step
        np.testing.assert_array_equal(one.particles.position, other.particles.position)
        np.testing.assert_array_equal(one.particles.velocity, other.particles.velocity)
        assert one.log["janus_md/field"][0] == pytest.approx(min(1.0, np.ceil(step / 5) / 20))
        apart = setup.at(step).environment[1].parameters["separation"]
        assert np.abs(one.particles.position[:, 2]).max() < 0.5 * apart


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
        column = name if name == "stage" else f"frame_{name}"
        np.testing.assert_array_equal(table[column], expected)
    assert table["frame_temperature"].to_numpy() == pytest.approx(298.15)
    assert table["frame_field"].isna().all()
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
