"""A job from its state point to a whole trajectory, cut off, resumed, failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest

from janus_md.common.errors import JanusError, SimulationFailed, ToBeContinued
from janus_md.model.body import BondCriterion
from janus_md.simulation.files import trajectory
from janus_md.simulation.files.checkpoint import load
from janus_md.simulation.run import simulate
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from tests.engines.conftest import usable

ENGINES = ["lammps", "hoomd"]


def point(**changed: Any) -> StatePoint:
    protocol = {"relax_ps": 1.0, "produce_ns": 0.06, "frame_interval_ps": 2.0}
    protocol |= changed.pop("protocol", {})
    fields: dict[str, Any] = {
        "particle": "R-Au-Cu",
        "n_bodies": 27,
        "volume_fraction": 0.05,
        "relative_permittivity": 1.0,
        "protocol": protocol,
    }
    return StatePoint.of(fields | changed)


def frames(path: Path) -> list[Any]:
    with gsd.hoomd.open(str(path), "r") as file:
        return list(file)


@pytest.fixture(scope="module", params=ENGINES)
def finished(request, tmp_path_factory) -> tuple[Path, dict[str, Any], list[Any], str]:
    usable(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    document: dict[str, Any] = {}
    told: list[Any] = []
    simulate(
        point(), folder, document, engine=request.param, progress=lambda *row: told.append(row)
    )
    return folder, document, told, request.param


def test_products_are_whole(finished) -> None:
    folder, document, told, _ = finished
    assert {p.name for p in folder.iterdir()} == {
        "init.gsd",
        "trajectory.gsd",
        "log.gsd",
        "restart.npz",
    }
    found = frames(folder / "trajectory.gsd")
    assert [f.configuration.step for f in found] == list(range(0, 601, 20))
    assert told[-1][:3] == ("produce", 600, 600)
    assert "failure" not in document


def test_frames_contain_centres_and_their_description(finished) -> None:
    folder, _, _, _ = finished
    found = frames(folder / "trajectory.gsd")
    first, last = found[0], found[-1]
    about = trajectory.read_setup(first)
    assert about is not None
    (body,) = about.bodies
    assert body.dipole == pytest.approx([0, 0, 43.42])
    assert body.bond == BondCriterion(2.1, 35.0)
    assert about.to_dict() == resolve(point()).to_dict()
    assert last.particles.N == 27
    assert last.particles.types == ["R-Au-Cu"]
    shape = last.particles.type_shapes[0]
    assert shape["type"] == "Sphere"
    assert shape["diameter"] == pytest.approx(1.61, abs=0.01)
    np.testing.assert_allclose(last.particles.mass, 4118)
    np.testing.assert_allclose(last.particles.moment_inertia, 0.4 * 4118 * 0.805**2, rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(last.particles.orientation, axis=1), 1, rtol=1e-6)
    edge = (27 * 2.19 / 0.05) ** (1 / 3)
    np.testing.assert_allclose(last.configuration.box, [edge] * 3 + [0] * 3, rtol=1e-6)
    assert np.abs(last.particles.position).max() <= edge / 2 * (1 + 1e-6)


def test_bodies_move_continuously_through_the_boundary(finished) -> None:
    """Unwrapped steps between frames are far shorter than the box, whatever the images."""
    folder, _, _, _ = finished
    found = frames(folder / "trajectory.gsd")
    edge = found[0].configuration.box[0]
    unwrapped = np.array([f.particles.position + edge * f.particles.image for f in found])
    assert np.abs(np.diff(unwrapped, axis=0)).max() < 1.0


def test_log_has_a_row_per_frame_in_kelvin_and_kj(finished) -> None:
    folder, _, _, _ = finished
    rows = gsd.hoomd.read_log(str(folder / "log.gsd"))
    np.testing.assert_array_equal(rows["configuration/step"], np.arange(0, 601, 20))
    np.testing.assert_allclose(rows["log/janus_md/time_ps"].ravel(), np.arange(0, 61, 2.0))
    velocities = np.array([f.particles.velocity for f in frames(folder / "trajectory.gsd")])
    expected = 4118 * (velocities**2).sum(axis=(1, 2)) / (3 * 27 * 0.00831446262)
    np.testing.assert_allclose(
        rows["log/janus_md/temperature_translational"].ravel(), expected, rtol=1e-5
    )
    assert np.all(rows["log/janus_md/temperature_rotational"] > 50.0)
    assert rows["log/janus_md/box_dipole"].shape == (31, 3)
    assert np.abs(rows["log/janus_md/box_dipole"]).max() <= 27 * 43.42
    # Bodies attract: the energy has fallen below that of the first random frame.
    energy = rows["log/janus_md/potential_energy"].ravel()
    assert energy[-10:].mean() < energy[0]


def test_record_says_what_ran(finished) -> None:
    _, document, _, name = finished
    record = document["execution"]
    assert record["engine"] == name
    assert record["version"]
    assert record["device"] == "cpu"
    assert record["threads"] == 1
    assert record["steps"] == 100 + 600
    assert record["steps_per_second"] > 10
    assert 0 < record["force_error"] <= 0.2
    assert 0 < record["force_error_at_end"] < 0.4
    assert record["mesh"]["resolution"] == [record["mesh"]["resolution"][0]] * 3


def test_freud_reads_the_trajectory(finished) -> None:
    freud = pytest.importorskip("freud")
    folder, _, _, _ = finished
    with gsd.hoomd.open(str(folder / "trajectory.gsd"), "r") as file:
        order = freud.order.Nematic()
        order.compute(np.tile([0.0, 0.0, 1.0], (27, 1)))
        rdf = freud.density.RDF(bins=20, r_max=4.0)
        rdf.compute(system=file[-1])
    assert np.isfinite(rdf.rdf).all()
    assert rdf.rdf[:6].max() < 0.1  # nothing inside the core (1.2 nm)


@pytest.mark.parametrize("name", ENGINES)
def test_interrupted_run_has_the_same_frames(name: str, tmp_path: Path, monkeypatch) -> None:
    """A checkpoint by the clock, between fixed steps; the record says that bits may differ."""
    usable(name)
    monkeypatch.setattr("janus_md.simulation.stepping.GIVE_BACK_SECONDS", 0.0)
    document: dict[str, Any] = {}
    asked = 0

    def soon() -> bool:
        nonlocal asked
        asked += (tmp_path / "restart.npz").exists()  # the mesh is chosen
        return asked > 12

    with pytest.raises(ToBeContinued, match="run again to go on"):
        simulate(point(), tmp_path, document, engine=name, should_stop=soon)
    assert not (tmp_path / "trajectory.gsd").exists()
    assert load(tmp_path / "restart.npz", build(point())).done > 0
    # Frames that are newer than the checkpoint, as a kill would leave them, are dropped.
    with trajectory.GsdWriter(tmp_path / "trajectory.partial.gsd") as file:
        file.append(trajectory.frame_of(build(point()), 599))
    simulate(point(), tmp_path, document)
    found = frames(tmp_path / "trajectory.gsd")
    assert [f.configuration.step for f in found] == list(range(0, 601, 20))
    assert document["execution"]["engine"] == name
    assert document["execution"]["steps"] == 700
    assert document["execution"]["bit_equal"] is False


CONFINED = {
    "box_ratio": [1, 1, 1.5],
    "environment": {
        "gravity": {"z": -1e-3},
        "walls": {
            "lower": {"form": "lj93", "epsilon": 5.0, "sigma": 0.8635},
            "upper": {"form": "repulsive", "epsilon": 2.5, "sigma": 0.8635},
        },
    },
}
UNCHARGED: dict[str, Any] = {"lammps": {}, "hoomd": {"electrostatics": {"method": "none"}}}
"""HOOMD-blue has no charges between walls."""


CUTOFF = {"electrostatics": {"method": "cutoff", "cutoff_error": {"force": 9.0, "torque": 9.0}}}


@pytest.mark.parametrize("case", ["periodic", "bladed", "confined", "cutoff"])
@pytest.mark.parametrize("name", ENGINES)
def test_a_resumed_run_is_the_uninterrupted_one_to_the_bit(
    name: str, case: str, tmp_path: Path, monkeypatch
) -> None:
    """An interrupted run resumes from a fixed step, at which the uninterrupted run restarts too."""
    usable(name)
    monkeypatch.setattr("janus_md.simulation.execution.RESTART_FRAMES", 2)
    monkeypatch.setattr(
        "janus_md.simulation.context.POLL_SECONDS", 100.0
    )  # however busy the machine is
    changes = {
        "periodic": {},
        "bladed": {"model": "bladed"},
        "confined": CONFINED | UNCHARGED[name],
        "cutoff": CUTOFF,
    }
    here = point(**changes[case])
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    document: dict[str, Any] = {}
    simulate(here, whole, document, engine=name)
    # The choice of the mesh is timed, so it may differ from run to run: give both the same.
    record = {**document["execution"], "steps": 0, "seconds": 0.0}
    if case == "cutoff":
        assert len(record["cutoff"]["checks"]) > 3
        record["cutoff"] = {key: record["cutoff"][key] for key in ("range_nm", "between")}
    monkeypatch.setattr("janus_md.simulation.run.choose_once", lambda *_: record)
    asked = 0

    def now_and_then() -> bool:
        nonlocal asked
        asked += 1
        return asked % 9 == 0

    stops, resumed = 0, dict[str, Any]()
    while not (cut / "trajectory.gsd").exists():
        try:
            simulate(here, cut, resumed, engine=name, should_stop=now_and_then)
        except ToBeContinued:
            stops += 1
    assert stops >= 4
    assert resumed["execution"]["bit_equal"] is True
    a, b = frames(whole / "trajectory.gsd"), frames(cut / "trajectory.gsd")
    assert len(a) == len(b) == 31
    for one, other in zip(a, b, strict=True):
        np.testing.assert_array_equal(one.particles.position, other.particles.position)
        np.testing.assert_array_equal(one.particles.orientation, other.particles.orientation)
        np.testing.assert_array_equal(one.particles.velocity, other.particles.velocity)
    assert resumed["heat"] == document["heat"]
    assert resumed["execution"].get("cutoff") == document["execution"].get("cutoff")
    logs = [gsd.hoomd.read_log(str(folder / "log.gsd")) for folder in (whole, cut)]
    assert "log/janus_md/excess_rotational" in logs[0]
    for name_of, values in logs[0].items():
        np.testing.assert_array_equal(values, logs[1][name_of])


@pytest.mark.parametrize("name", ENGINES)
def test_blow_up_names_step_and_keeps_earlier_frames(name: str, tmp_path: Path) -> None:
    usable(name)
    wild = point(protocol={"time_step_ps": 20.0, "frame_interval_ps": 200.0, "produce_ns": 20.0,
                           "relax_ps": 0.0, "damping_ps": 1e6})  # fmt: skip
    document: dict[str, Any] = {}
    with pytest.raises(SimulationFailed, match=r"failed at step \d+ of produce: .*frame") as caught:
        simulate(wild, tmp_path, document, engine=name)
    assert document["failure"]["message"] == str(caught.value)
    assert not (tmp_path / "trajectory.gsd").exists()
    kept = frames(tmp_path / "trajectory.partial.gsd")
    assert len(kept) == caught.value.last_good_frame + 1
    assert all(np.isfinite(f.particles.position).all() for f in kept)


def test_another_engine_than_the_checkpoint_is_refused(tmp_path: Path) -> None:
    usable("lammps")
    usable("hoomd")
    begun = tmp_path / "restart.npz"
    with pytest.raises(ToBeContinued):
        simulate(point(), tmp_path, {}, engine="lammps", should_stop=begun.exists)
    with pytest.raises(JanusError, match=r"engine: 'hoomd' was asked for, but .* 'lammps'"):
        simulate(point(), tmp_path, {}, engine="hoomd")


def test_a_broken_checkpoint_is_refused_in_one_sentence(tmp_path: Path) -> None:
    usable("lammps")
    (tmp_path / "restart.npz").write_bytes(b"PK\x03\x04 not whole")
    with pytest.raises(JanusError, match=r"restart\.npz: the checkpoint cannot be read"):
        simulate(point(), tmp_path, {}, engine="lammps")


def test_a_finished_job_is_left_alone(finished) -> None:
    folder, _, _, name = finished
    before = (folder / "trajectory.gsd").stat().st_mtime_ns
    simulate(point(), folder, {}, engine=name)
    assert (folder / "trajectory.gsd").stat().st_mtime_ns == before


def test_observers_see_every_frame(tmp_path: Path) -> None:
    usable("lammps")
    seen: list[tuple[int, float, int]] = []
    simulate(
        point(),
        tmp_path,
        {},
        engine="lammps",
        observers=[lambda step, time_ps, system: seen.append((step, time_ps, system.n_bodies))],
    )
    assert seen == [(k, pytest.approx(0.1 * k), 27) for k in range(0, 601, 20)]


@pytest.mark.parametrize("cut", [False, True])
def test_stationary_run_ends_early(cut: bool, tmp_path: Path) -> None:
    usable("lammps")
    seen = 0

    def enough() -> bool:
        nonlocal seen
        seen += 1
        return seen > 9

    document: dict[str, Any] = {}
    simulate(point(), tmp_path, document, engine="lammps", settled=enough)
    if cut:  # killed after its last checkpoint, before the products were named
        (tmp_path / "trajectory.gsd").rename(tmp_path / "trajectory.partial.gsd")
        simulate(point(), tmp_path, document, engine="lammps", settled=enough)
    assert [f.configuration.step for f in frames(tmp_path / "trajectory.gsd")] == list(
        range(0, 201, 20)
    )
    assert document["execution"]["settled_at_step"] == 200
