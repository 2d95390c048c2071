"""Starts from a frame: what is copied and stored, and faults in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest

from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import resolve, setup_of
from janus_md.study.starts import frame_copies
from janus_md.study.statepoint import StatePoint
from janus_md.study.sweeps.templates import load_template
from janus_md.workspace.jobs import open_project
from tests.cli.test_app import refused
from tests.conftest import Result
from tests.engines.conftest import usable

Cli = Callable[..., Result]

EDGE = 6.0
N = 16


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the frames of other tests."""
    monkeypatch.setattr(frame_copies, "known", {})
    monkeypatch.setattr("janus_md.study.starts.first_frames._folders", {})


def frame(k: int, names: tuple[str, ...] = ("R-Au-Cu",), n: int = N) -> Any:
    """Bodies on a cubic grid, moved by k hundredths of a nm, turned at random."""
    rng = np.random.default_rng(k)
    side = round(n ** (1 / 3) + 0.5)
    grid = np.stack(np.unravel_index(np.arange(n), (side,) * 3), axis=1) / side - 0.5
    made = gsd.hoomd.Frame()
    made.configuration.box = [EDGE, EDGE, EDGE, 0, 0, 0]
    made.configuration.step = 100 * k
    made.particles.N = n
    made.particles.types = list(names)
    made.particles.typeid = np.arange(n) % len(names)
    made.particles.position = EDGE * grid + 0.01 * k
    turned = rng.normal(size=(n, 4))
    made.particles.orientation = turned / np.linalg.norm(turned, axis=1)[:, None]
    return made


def write(path: Path, *frames: Any) -> Path:
    with gsd.hoomd.open(str(path), "w") as file:
        file.extend(frames)
    return path


TEMPLATE = """
fixed:
  particle: R-Au-Cu
  electrostatics: {method: none}
  protocol: {time_step_ps: 0.1, relax_ps: 1.0, frame_interval_ps: 2.0, produce_ns: 0.01}
  temperature: 300.0
"""


def template(folder: Path, start: str, more: str = "") -> Path:
    path = folder / "from.yaml"
    path.write_text(f"{TEMPLATE}  start: {start}\n{more}", encoding="utf-8")
    return path


def test_a_file_is_copied_with_its_digest(janus_md: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "last.gsd", *map(frame, range(4)))
    place = tmp_path / "w"
    made = janus_md(
        "init", template(tmp_path, "{kind: from, file: last.gsd, frame: -2}"), "-d", place
    )
    assert made.code == 0, made.err
    (job,) = open_project(place)
    point = StatePoint.of(job.statepoint())
    assert point.n_bodies == N
    assert point.number_density == pytest.approx(N / EDGE**3, rel=1e-8)
    assert point.start == {"kind": "from", "frame": 2, "digest": point.first_frame}
    (copy,) = (place / "starts").iterdir()
    assert copy.stem == point.first_frame
    file.unlink()
    system = build(setup_of(job.statepoint(), place))
    expected = frame(2)
    np.testing.assert_array_equal(system.positions, expected.particles.position.astype("f4"))
    np.testing.assert_allclose(system.orientations, expected.particles.orientation, atol=1e-6)
    # Velocities are those of the temperature of the state point, not of the frame.
    assert system.velocities is not None
    assert np.abs(system.velocities).max() > 0


def test_the_same_frame_gives_the_same_job_and_another_frame_another_one(tmp_path: Path) -> None:
    write(tmp_path / "a.gsd", frame(0), frame(1))
    write(tmp_path / "b.gsd", frame(0), frame(1))
    seeds = []
    for name, k in (("a", 1), ("b", -1), ("a", 0)):
        path = template(tmp_path, f"{{kind: from, file: {name}.gsd, frame: {k}}}")
        (point,) = load_template(path).points
        seeds.append((point.seed(), point.canonical()))
    assert seeds[0] == seeds[1]
    assert seeds[0] != seeds[2]


def test_a_box_that_is_no_cube_and_a_mixture(tmp_path: Path) -> None:
    long = frame(0, ("Au3Cd", "R-Au-Cu"))
    long.configuration.box = [EDGE, EDGE, 2 * EDGE, 0, 0, 0]
    write(tmp_path / "long.gsd", long)
    text = TEMPLATE.replace("particle: R-Au-Cu", "mixture: {R-Au-Cu: 0.5, Au3Cd: 0.5}")
    path = tmp_path / "mixed.yaml"
    path.write_text(text + "  start: {kind: from, file: long.gsd}\n", encoding="utf-8")
    (point,) = load_template(path).points
    assert point.box_ratio == [1.0, 1.0, 2.0]
    setup = resolve(point)
    np.testing.assert_allclose(setup.box[:3], [EDGE, EDGE, 2 * EDGE], rtol=1e-6)
    names = [setup.bodies[k].name for k in build(setup).kinds]
    assert names == ["Au3Cd", "R-Au-Cu"] * (N // 2)


def other_box() -> Any:
    tilted = frame(0)
    tilted.configuration.box = [EDGE, EDGE, EDGE, 0.1, 0, 0]
    return tilted


def not_finite() -> Any:
    broken = frame(0)
    broken.particles.position[3, 1] = np.nan
    return broken


@pytest.mark.parametrize(
    ("start", "more", "parts"),
    [
        ("{kind: from}", "", ["start: neither of job and file is given; exactly one must be"]),
        ("{kind: from, file: a.gsd, job: ab}", "", ["start: both of job and file"]),
        ("{kind: from, file: a.gsd, frames: 1}", "", ["'frames'", "did you mean frame"]),
        ("{kind: from, file: a.gsd, frame: 1.5}", "", ["start.frame", "1.5", "whole number"]),
        ("{kind: other}", "", ["start.kind", "'other'", "prebuilt or from"]),
        ("{kind: from, file: none.gsd}", "", ["start.file", "none.gsd does not exist"]),
        ("{kind: from, file: from.yaml}", "", ["start.file", "not a readable GSD file"]),
        ("{kind: from, file: a.gsd, frame: 2}", "", ["start.frame: 2", "2 frames", "-2 to 1"]),
        ("{kind: from, file: a.gsd, frame: -3}", "", ["start.frame: -3", "-2 to 1"]),
        ("{kind: from, job: abc}", "", ["start.job: 'abc' matches no job", "see janus-md query"]),
        ("{kind: from, job: '../x'}", "", ["start.job: '../x' matches no job"]),
        ("{kind: from, file: other.gsd}", "", ["particle:", "bodies of Au3Cd", "has R-Au-Cu"]),
        ("{kind: from, file: a.gsd}", "  n_bodies: 15\n", ["n_bodies: 15", "has 16"]),
        ("{kind: from, file: a.gsd}", "  volume_fraction: 0.1\n",
         ["volume_fraction: 0.1 makes a box", "6 x 6 x 6 nm", "leave out"]),
        ("{kind: from, file: tilted.gsd}", "", ["tilted.gsd", "its box is tilted"]),
        ("{kind: from, file: broken.gsd}", "", ["broken.gsd", "not a finite number"]),
        ("{kind: from, file: cut.gsd}", "", ["cut.gsd", "is damaged after frame 0", "start.frame"]),
        ("{kind: from, file: close.gsd}", "", ["start: ", "overlap in the frame"]),
    ],
)  # fmt: skip
def test_faults_are_told_in_one_sentence(
    janus_md: Cli, tmp_path: Path, start: str, more: str, parts: list[str]
) -> None:
    write(tmp_path / "a.gsd", frame(0), frame(1))
    write(tmp_path / "other.gsd", frame(0, ("Au3Cd",)))
    write(tmp_path / "tilted.gsd", other_box())
    write(tmp_path / "broken.gsd", not_finite())
    close = frame(0)
    close.particles.position *= 0.1
    write(tmp_path / "close.gsd", close)
    write(tmp_path / "cut.gsd", frame(0), frame(1))
    with (tmp_path / "cut.gsd").open("rb+") as file:
        file.truncate((tmp_path / "cut.gsd").stat().st_size - 16)
    refused(janus_md("init", template(tmp_path, start, more), "-d", tmp_path / "w"), parts)
    assert not (tmp_path / "w").exists()


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
def test_a_job_goes_on_at_another_temperature(janus_md: Cli, tmp_path: Path) -> None:
    """A job starts in the last frame of another one, is resumed, and outlives it."""
    usable("lammps")
    place, first = tmp_path / "w", tmp_path / "first.yaml"
    first.write_text(
        TEMPLATE + "  n_bodies: 16\n  volume_fraction: 0.05\n  replica: 0\n", encoding="utf-8"
    )
    assert janus_md("init", first, "-d", place).code == 0
    (before,) = open_project(place)
    refused(
        janus_md("init", template(tmp_path, f"{{kind: from, job: {before.id[:6]}}}"), "-d", place),
        ["start.job", before.id[:6], "has no complete trajectory", "simulated first"],
    )
    assert janus_md("run", "-d", place, "--engine", "lammps").code == 0
    text = TEMPLATE.replace("300.0", "350.0").replace(
        "  electro", "  volume_fraction: 0.05\n  electro"
    )
    path = tmp_path / "hotter.yaml"
    path.write_text(f"{text}  start: {{kind: from, job: {before.id[:6]}}}\n", encoding="utf-8")
    made = janus_md("init", path, "-d", place)
    assert made.code == 0, made.err
    assert janus_md("init", path, "-d", place).out.count("0 new jobs") == 1
    (after,) = (job for job in open_project(place) if job.id != before.id)
    assert after.statepoint()["start"]["job"] == before.id
    assert after.statepoint()["start"]["frame"] == 5
    with gsd.hoomd.open(before.fn("trajectory.gsd"), "r") as file:
        last = file[-1]
    before.remove()
    assert janus_md("run", "-d", place, "--engine", "lammps").code == 0
    with gsd.hoomd.open(after.fn("init.gsd"), "r") as file:
        np.testing.assert_array_equal(file[0].particles.position, last.particles.position)
        np.testing.assert_allclose(
            file[0].particles.orientation, last.particles.orientation, atol=1e-6
        )
    status = janus_md("query", "-d", place, "--columns", "status,start.frame,start.job")
    assert status.out.split("\n")[1].split()[:2] == ["done", "5"]


def test_a_missing_or_changed_copy_is_told(janus_md: Cli, tmp_path: Path) -> None:
    usable("lammps")
    write(tmp_path / "a.gsd", frame(0), frame(1))
    place = tmp_path / "w"
    path = template(tmp_path, "{kind: from, file: a.gsd}")
    assert janus_md("init", path, "-d", place).code == 0
    (copy,) = (place / "starts").iterdir()
    frame_copies.known.clear()
    write(copy, frame(2))
    done = janus_md("run", "-d", place)
    assert done.code == 1
    assert "was changed or is damaged" in done.err
    copy.unlink()
    done = janus_md("run", "-d", place)
    assert done.code == 1
    assert "is missing; jobs of this workspace need it" in done.err
    assert janus_md("init", path, "-d", place).code == 0
    assert copy.exists()


def test_the_table_of_keys_has_the_settings(janus_md: Cli) -> None:
    told = janus_md("schema", "--table").out
    for key in ("job", "file", "frame", "digest"):
        assert f"start.from.{key} " in told
