"""Trajectories written by HOOMD-blue with various `dynamic` lists."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.pipeline.observer import wire_lengths
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.common.errors import JanusError
from janus_md.model.body import BondCriterion
from tests.analysis.worlds import quaternions_along

hoomd = pytest.importorskip("hoomd")

EDGE, FREE, PERIOD, FRAMES = 40.0, 3, 40, 5
CRITERION = BondCriterion(2.1, 35.0)
WRITERS = {
    "default": {},
    "property": {"dynamic": ["property"]},
    "all": {"dynamic": ["property", "momentum", "attribute"]},
    "bare": {"dynamic": ["particles/position", "particles/orientation"]},
    "stale": {"dynamic": ["configuration/box", "particles/N", "particles/position"]},
    "frozen": {"dynamic": ["momentum"]},
    "centres": {"filter": "center"},
    "bodies": {"filter": "center, constituent"},
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Rigid dumbbells in two wires that fall apart, behind free particles, written in many ways."""
    folder = tmp_path_factory.mktemp("hoomd")
    along = np.array([0.3, 0.5, 0.8]) / np.linalg.norm([0.3, 0.5, 0.8])
    line = 1.7 * np.outer(np.arange(8), along)
    places = np.concatenate(
        [[[15.0, -15.0, 5.0 * k] for k in range(FREE)], line, line + np.array([8.0, 0.0, -6.0])]
    )
    bodies = len(places) - FREE
    start = hoomd.Snapshot()
    start.configuration.box = [EDGE] * 3 + [0.0] * 3
    start.particles.N = len(places)
    start.particles.types = ["free", "A", "bead"]
    start.particles.typeid[:] = [0] * FREE + [1] * bodies
    start.particles.position[:] = places
    start.particles.orientation[FREE:] = quaternions_along(np.tile(along, (bodies, 1)))
    start.particles.moment_inertia[:] = [[1.0, 1.0, 1.0]] * len(places)
    simulation = hoomd.Simulation(hoomd.device.CPU(), seed=5)
    simulation.create_state_from_snapshot(start)
    rigid = hoomd.md.constrain.Rigid()
    rigid.body["A"] = {
        "constituent_types": ["bead", "bead"],
        "positions": [(0.0, 0.0, 0.4), (0.0, 0.0, -0.4)],
        "orientations": [(1.0, 0.0, 0.0, 0.0)] * 2,
    }
    rigid.create_bodies(simulation.state)
    moved = hoomd.filter.Rigid(("center", "free"))
    simulation.operations.integrator = hoomd.md.Integrator(
        dt=0.005,
        methods=[hoomd.md.methods.Langevin(moved, kT=1.0)],
        rigid=rigid,
        integrate_rotational_dof=True,
    )
    simulation.state.thermalize_particle_momenta(moved, kT=1.0)
    for name, options in WRITERS.items():
        options = dict(options)
        if flags := options.pop("filter", None):
            options["filter"] = hoomd.filter.Rigid(tuple(flags.split(", ")))
        simulation.operations.writers.append(
            hoomd.write.GSD(
                hoomd.trigger.Periodic(PERIOD), str(folder / f"{name}.gsd"), mode="wb", **options
            )
        )
    truth = []
    for _ in range(FRAMES):
        simulation.run(PERIOD)
        now = simulation.state.get_snapshot().particles
        chosen = np.flatnonzero(now.typeid == 1)
        positions, orientations = now.position[chosen], now.orientation[chosen]
        box = np.array(simulation.state.get_snapshot().configuration.box)
        truth.append(wire_lengths(positions, orientations, box, CRITERION))
    for writer in simulation.operations.writers:
        writer.flush()
    return SimpleNamespace(folder=folder, truth=truth, bodies=bodies)


def analysed(files, name, out, **options):
    path = files.folder / f"{name}.gsd"
    summary = analyze_file(path, out, criterion=CRITERION, **options)
    return summary, pd.read_parquet(out / "frames.parquet")


def agrees(files, frames):
    assert frames["step"].tolist() == [PERIOD * (k + 1) for k in frames["frame"]]
    for name in ("n_bodies", "n_bonds", "longest", "mean_n"):
        told = [files.truth[k][name] for k in frames["frame"]]
        assert frames[name].tolist() == pytest.approx(told), name


def test_wires_of_the_test_file_change(files):
    """The tests below need wires that change."""
    assert files.truth[0]["longest"] > 4
    assert len({one["n_bonds"] for one in files.truth}) > 2


@pytest.mark.parametrize("name", ["default", "property", "all", "bare"])
def test_frames_with_all_changing_chunks(files, tmp_path, name):
    summary, frames = analysed(files, name, tmp_path, types=["A"])
    assert len(frames) == FRAMES
    agrees(files, frames)
    old_box = "configuration/box is missing in 4 frames from 1 to 4"
    assert [note[: len(old_box)] for note in summary["notes"]] == [old_box] * (name == "bare")


def test_constituents_are_left_out(files, tmp_path):
    """HOOMD-blue writes `body` only in frame 0; free particles count as bodies."""
    _, frames = analysed(files, "default", tmp_path)
    assert frames["n_bodies"].tolist() == [files.bodies + FREE] * FRAMES
    told = [one["n_bonds"] for one in files.truth]
    assert frames["n_bonds"].tolist() == told


def test_centres_alone(files, tmp_path):
    """Their `body` counts the free particles before them, which were not written."""
    summary, frames = analysed(files, "centres", tmp_path)
    assert len(frames) == FRAMES
    agrees(files, frames)
    (note,) = summary["notes"]
    assert f"all {files.bodies} count as bodies" in note


def test_bodies_alone(files, tmp_path):
    with pytest.raises(JanusError, match="--types; the file has free, A, bead"):
        analysed(files, "bodies", tmp_path / "out")
    _, frames = analysed(files, "bodies", tmp_path / "out", types=["A"])
    assert len(frames) == FRAMES
    agrees(files, frames)


@pytest.mark.parametrize(
    ("name", "chunk"), [("stale", "particles/orientation"), ("frozen", "particles/position")]
)
def test_frames_without_changing_chunks_are_left_out(files, tmp_path, name, chunk):
    summary, frames = analysed(files, name, tmp_path, types=["A"])
    assert frames["frame"].tolist() == [0]
    agrees(files, frames)
    assert f"{chunk} is missing in 4 frames from 1 to 4" in summary["notes"][0]
