"""A whole file: tables, summary, workers, and input that cannot be used."""

import json
import os

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.pipeline import journal, pipeline, table, tasks
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.common.errors import JanusError
from janus_md.common.observables import frame_columns
from janus_md.model.body import BondCriterion
from tests.analysis.worlds import (
    described,
    gsd_frame,
    multiply,
    quaternions_along,
    straight_wires,
    write_gsd,
)

EDGE = 24.0
BOX = [EDGE, EDGE, EDGE, 0.0, 0.0, 0.0]


@pytest.fixture(scope="module")
def growing(tmp_path_factory):
    """40 frames; in frame k, 12 wires of 1 + k // 4 bodies, 1.61 nm apart."""
    rng = np.random.default_rng(5)
    frames = []
    for k in range(40):
        x, u = straight_wires(rng, 12, 1 + k // 4, EDGE)
        about = described({"A": ""}, permittivity=None) if k == 0 else None
        frames.append(gsd_frame(x, quaternions_along(u), BOX, step=200 * k, about=about))
    return write_gsd(tmp_path_factory.mktemp("gsd") / "growing.gsd", frames)


def test_tables_and_summary_agree_with_construction(growing, tmp_path):
    told = []
    summary = analyze_file(growing, tmp_path, progress=lambda done, n: told.append((done, n)))
    frames = pd.read_parquet(tmp_path / "frames.parquet")
    wires = pd.read_parquet(tmp_path / "wires.parquet")
    assert list(frames) == [column.name for column in frame_columns()]
    assert list(wires) == [column.name for column in table.WIRE_COLUMNS]
    length = 1 + np.arange(40) // 4
    np.testing.assert_array_equal(frames["mean_n"], length)
    np.testing.assert_array_equal(frames["mean_w"], length)
    np.testing.assert_array_equal(frames["longest"], length)
    np.testing.assert_array_equal(frames["n_wires"], 12)
    np.testing.assert_array_equal(frames["n_bonds"], 12 * (length - 1))
    np.testing.assert_array_equal(frames["step"], 200 * np.arange(40))
    np.testing.assert_array_equal(frames["share_in_wires_of_3"], length >= 3)
    np.testing.assert_allclose(frames["mean_bond_nm"][4:], 1.61, atol=2e-6)
    np.testing.assert_allclose(frames["nn_mean_nm"][4:], 1.61, atol=2e-6)
    assert frames["mean_bond_nm"][:4].isna().all()
    np.testing.assert_allclose(frames["nematic_S"], 1.0, atol=1e-6)
    np.testing.assert_allclose(wires["end_to_end_nm"], 1.61 * (wires["n"] - 1), atol=1e-5)
    np.testing.assert_allclose(wires["contour_nm"], 1.61 * (wires["n"] - 1), atol=1e-5)
    assert wires["members"].str.len().equals(wires["n"].astype(wires["members"].str.len().dtype))
    assert set(wires["kind"]) == {"linear"}
    assert wires["screw_deg"].isna().all()
    assert told[-1] == (40, 40)
    # Bodies that turn about their own axis have no screw angle; the last 13 frames are averaged.
    assert summary["n_frames"] == 40
    assert summary["n_frames_averaged"] == 13
    assert summary["mean_n"]["mean"] == pytest.approx(length[27:].mean())
    assert summary["steady"] is False  # wires that grow to the end
    assert summary["criterion"] == {"distance": 2.1, "angle": 35.0}
    assert json.loads(json.dumps(summary)) == summary


def test_workers_do_not_change_the_tables(growing, tmp_path, monkeypatch):
    monkeypatch.setattr("janus_md.analysis.pipeline.tasks.WORTH_SECONDS", 0.0)
    one = analyze_file(growing, tmp_path / "one", workers=1)
    two = analyze_file(growing, tmp_path / "two", workers=2)
    assert one == two
    for name in ("frames", "wires", "rdf", "bonds_in_time", "structure", "scattering"):
        a, b = (
            pd.read_parquet(tmp_path / "one" / f"{name}.parquet"),
            pd.read_parquet(tmp_path / "two" / f"{name}.parquet"),
        )
        pd.testing.assert_frame_equal(a, b, check_exact=True)


class Stop(Exception):
    """Ends an analysis."""


def stopped_at(frame, path, out, kept, **options):
    """Analyse up to a frame and return the frames that were reported."""
    told = []

    def progress(done, total):
        told.append(done)
        if done >= frame:
            raise Stop

    with pytest.raises(Stop):
        analyze_file(path, out, progress=progress, kept=kept, **options)
    return told


def looked_at(monkeypatch):
    """Frames that are analysed from now on, in this process."""
    seen, run = [], tasks.run_task
    monkeypatch.setattr(tasks, "run_task", lambda task: seen.extend(task.frames) or run(task))
    return seen


def files(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


def test_stopped_analysis_resumes_bit_identically(growing, tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "CHUNK", 8)
    monkeypatch.setattr(journal, "INTERVAL", 0.0)
    whole = analyze_file(growing, tmp_path / "whole")
    kept, out = tmp_path / "kept", tmp_path / "out"
    assert stopped_at(16, growing, out, kept) == [8, 16]
    assert not out.exists()
    with monkeypatch.context() as patch:
        seen = looked_at(patch)
        assert stopped_at(24, growing, out, kept) == [24]
        assert seen == list(range(16, 24))
    assert analyze_file(growing, out, workers=2, kept=kept) == whole
    assert len(files(out)) == 7
    assert files(out) == files(tmp_path / "whole")
    # Stopped after the last frame: nothing is looked at twice.
    seen = looked_at(monkeypatch)
    assert analyze_file(growing, out, workers=2, kept=kept) == whole
    assert seen == []


def test_first_results_are_stored_immediately_and_further_ones_at_intervals(
    growing, tmp_path, monkeypatch
):
    monkeypatch.setattr(tasks, "CHUNK", 8)
    monkeypatch.setattr(journal, "INTERVAL", 3600.0)
    kept, out, seen = tmp_path / "kept", tmp_path / "out", looked_at(monkeypatch)
    stopped_at(32, growing, out, kept)
    assert seen == list(range(32))
    first = kept.stat().st_size
    seen.clear()
    stopped_at(32, growing, out, kept)
    assert seen == list(range(8, 32))
    seen.clear()
    summary = analyze_file(growing, out, kept=kept)
    assert seen == list(range(16, 40))
    assert 2 * first < kept.stat().st_size < 4 * first
    assert summary == analyze_file(growing, tmp_path / "whole")


def test_journal_of_another_analysis_or_damaged_is_not_used(growing, tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "CHUNK", 8)
    monkeypatch.setattr(journal, "INTERVAL", 0.0)
    kept, out, seen = tmp_path / "kept", tmp_path / "out", looked_at(monkeypatch)
    mine = tmp_path / "mine.gsd"
    mine.write_bytes(growing.read_bytes())
    stopped_at(16, mine, out, kept)
    assert seen == list(range(16))
    sound = kept.read_bytes()

    def again(**options):
        """First frame that is looked at again."""
        seen.clear()
        stopped_at(24, mine, out, kept, **options)
        return seen[0]

    assert again() == 16
    for length in (len(sound) * 3 // 4, len(sound) - 1):  # cut off, by a power cut or a full disk
        kept.write_bytes(sound[:length])
        assert again() == 8
    broken = bytearray(sound)
    broken[len(sound) * 3 // 4] ^= 1
    kept.write_bytes(broken)
    assert again() == 8
    kept.write_bytes(b"\xff" * 100)
    assert again() == 0
    kept.write_bytes(sound)
    with monkeypatch.context() as patch:
        patch.setattr("freud.__version__", "0.1")
        assert again() == 0
    kept.write_bytes(sound)
    assert again(criterion=BondCriterion(2.0, 30.0)) == 0
    kept.write_bytes(sound)
    os.utime(mine, (0, 0))
    assert again() == 0


def test_given_criterion_replaces_that_of_the_file(growing, tmp_path):
    summary = analyze_file(growing, tmp_path, criterion=BondCriterion(1.5, 35.0))
    assert summary["mean_n"]["mean"] == 1.0
    assert summary["mean_bond_nm"] == {"mean": None, "error": None}


def test_radial_distribution_of_a_lattice(tmp_path):
    """Simple cubic: 6, 12 and 8 neighbours at 1, sqrt 2 and sqrt 3 edges."""
    a, n = 2.5, 8
    x = a * (np.indices((n, n, n)).reshape(3, -1).T - 0.5 * (n - 1))
    u = quaternions_along(np.tile([0.0, 0.0, 1.0], (len(x), 1)))
    u[0] = [0.0, 1.0, 0.0, 0.0]
    path = write_gsd(tmp_path / "sc.gsd", [gsd_frame(x, u, [a * n] * 3 + [0.0] * 3)])
    analyze_file(path, tmp_path)
    curve = pd.read_parquet(tmp_path / "rdf.parquet")
    r, width = curve["r_nm"].to_numpy(), curve["r_nm"][1] - curve["r_nm"][0]
    shell = 4.0 / 3.0 * np.pi * ((r + width / 2) ** 3 - (r - width / 2) ** 3)
    neighbours = curve["g"].to_numpy() * shell / a**3
    for distance, count in ((a, 6), (a * 2**0.5, 12), (a * 3**0.5, 8)):
        assert neighbours[np.abs(r - distance) < 0.1].sum() == pytest.approx(count, rel=1e-6)


def one_frame(**changes):
    x, u = straight_wires(np.random.default_rng(1), 3, 4, EDGE)
    frame = gsd_frame(x, quaternions_along(u + np.array([0.0, 0.1, 0.0])), BOX)
    for key, value in changes.items():
        group, name = key.split("__")
        setattr(getattr(frame, group), name, value)
    return frame


def nowhere():
    x, _ = straight_wires(np.random.default_rng(1), 3, 4, EDGE)
    x[5, 1] = np.nan
    return x


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (one_frame(configuration__box=[EDGE, 0.0, EDGE, 0, 0, 0]), "frame 0: the box is"),
        (one_frame(configuration__box=[0.3, 9.0, 9.0, 0, 0, 0]), "too small"),
        (one_frame(configuration__dimensions=2), "2D"),
        (one_frame(particles__position=nowhere()), "the position of particle 5 is"),
        (one_frame(particles__orientation=None), "particles/orientation is missing"),
        (gsd_frame(np.zeros((0, 3)), np.zeros((0, 4)), BOX), "no bodies"),
    ],
)
def test_frames_that_cannot_be_used(frame, words, tmp_path):
    path = write_gsd(tmp_path / "bad.gsd", [frame])
    with pytest.raises(JanusError, match=words) as caught:
        analyze_file(path, tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_files_that_cannot_be_used(tmp_path):
    with pytest.raises(JanusError, match="does not exist"):
        analyze_file(tmp_path / "none.gsd", tmp_path)
    (tmp_path / "text.gsd").write_text("hello")
    with pytest.raises(JanusError, match="not a readable GSD file"):
        analyze_file(tmp_path / "text.gsd", tmp_path)
    with pytest.raises(JanusError, match="no complete frame"):
        analyze_file(write_gsd(tmp_path / "empty.gsd", []), tmp_path)


@pytest.mark.parametrize(
    ("criterion", "words"),
    [(BondCriterion(0.0, 35.0), "distance is 0"), (BondCriterion(2.0, 90.0), "below 90")],
)
def test_impossible_criteria(criterion, words, growing, tmp_path):
    with pytest.raises(JanusError, match=words):
        analyze_file(growing, tmp_path / "out", criterion=criterion)
    assert not (tmp_path / "out").exists()


def test_file_that_was_cut_off(growing, tmp_path):
    """Written frame by frame, so that the index lies before most of the data."""
    import gsd.hoomd

    whole = tmp_path / "whole.gsd"
    with gsd.hoomd.open(growing, "r") as old, gsd.hoomd.open(whole, "w") as new:
        for frame in old:
            new.append(frame)
            new.flush()
    analyze_file(whole, tmp_path / "whole")
    cut = tmp_path / "cut.gsd"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 3 // 4])
    summary = analyze_file(cut, tmp_path / "cut")
    expected = pd.read_parquet(tmp_path / "whole" / "frames.parquet")
    found = pd.read_parquet(tmp_path / "cut" / "frames.parquet")
    assert 20 < len(found) < 40
    pd.testing.assert_frame_equal(found, expected[: len(found)])
    words = f"file {cut} is truncated; the {len(found)} complete frames were used"
    assert summary["notes"][0] == words
    cut.write_bytes(whole.read_bytes()[:300])
    with pytest.raises(JanusError, match="not a readable GSD file"):
        analyze_file(cut, tmp_path / "out")


@pytest.mark.parametrize("version", [[1, 0], [1, 4], [2, 0]])
def test_schema_versions(version, growing, tmp_path):
    import gsd.fl
    import gsd.hoomd

    analyze_file(growing, tmp_path / "new", criterion=BondCriterion(2.05, 35.0))
    path = tmp_path / "old.gsd"
    with (
        gsd.hoomd.open(growing, "r") as source,
        gsd.fl.open(path, "w", application="x", schema="hoomd", schema_version=version) as file,
    ):
        for frame in source:
            particles, box = frame.particles, frame.configuration.box
            file.write_chunk("configuration/step", np.array([frame.configuration.step], "u8"))
            file.write_chunk("configuration/box", box.astype("f4"))
            file.write_chunk("particles/N", np.array([particles.N], "u4"))
            file.write_chunk("particles/position", particles.position.astype("f4"))
            file.write_chunk("particles/orientation", particles.orientation.astype("f4"))
            file.end_frame()
    analyze_file(path, tmp_path / "old")
    a, b = (pd.read_parquet(tmp_path / name / "frames.parquet") for name in ("new", "old"))
    # Without a description, bodies are not known to be bodies of revolution.
    turns = ["turn_deg", "handedness"]
    pd.testing.assert_frame_equal(a.drop(columns=turns), b.drop(columns=turns))


def test_number_of_bodies_that_changes(tmp_path):
    rng = np.random.default_rng(2)
    frames = []
    for k, n in enumerate((3, 3, 4, 4)):
        x, u = straight_wires(rng, 3, n, EDGE)
        frames.append(gsd_frame(x, quaternions_along(u + np.array([0, 0.01, 0])), BOX, step=k))
    summary = analyze_file(write_gsd(tmp_path / "grows.gsd", frames), tmp_path / "out")
    assert pd.read_parquet(tmp_path / "out" / "frames.parquet")["longest"].tolist() == [3, 3, 4, 4]
    assert summary["notes"] == [
        "the number of bodies changes from 9 to 12 at frame 2; bonds_in_time.parquet ends there"
    ]


def test_file_of_other_software(tmp_path):
    """Dipole along body x, constituents in the file, no metadata; members are particle numbers."""
    x, u = straight_wires(np.random.default_rng(3), 2, 5, EDGE)
    # +z of our quaternions onto u; theirs turn +x onto it: first x onto z.
    quarter = np.tile([np.sqrt(0.5), 0.0, -np.sqrt(0.5), 0.0], (10, 1))
    tilted = quaternions_along(u + np.array([0.0, 0.2, 0.0]), spin=0.5 * np.arange(10))
    orientation = multiply(tilted, quarter)
    frame = gsd_frame(
        np.concatenate([x + np.array([0.3, 0.0, 0.0]), x]),
        np.concatenate([np.tile([1.0, 0, 0, 0], (10, 1)), orientation]),
        BOX,
        types=["bead", "R", "S"],
        typeid=[0] * 10 + [1, 2] * 5,
    )
    frame.particles.body = [*range(10, 20), *range(10, 20)]
    path = write_gsd(tmp_path / "rigid.gsd", [frame, frame])
    options = {
        "axis": (2.0, 0, 0),
        "symmetry": 3,
        "enantiomers": {"R": "R", "S": "S"},
        "frames": slice(1, None),
    }
    summary = analyze_file(path, tmp_path / "a", **options)
    wires = pd.read_parquet(tmp_path / "a" / "wires.parquet")
    assert summary["n_frames"] == 1
    assert sorted(map(list, wires["members"])) == [[*range(10, 15)], [*range(15, 20)]]
    np.testing.assert_allclose(wires["screw_deg"], np.rad2deg(0.5), atol=1e-4)
    np.testing.assert_array_equal(wires["alternation"], 1.0)
    assert sorted(wires["sequence"]) == ["RSRSR", "SRSRS"]
    assert wires["frame"].tolist() == [1, 1]
    analyze_file(path, tmp_path / "b", types=["R", "S"], **options)
    pd.testing.assert_frame_equal(wires, pd.read_parquet(tmp_path / "b" / "wires.parquet"))
    few = analyze_file(path, tmp_path / "c", types=["S"])
    assert few["mean_n"]["mean"] == 1.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"types": ["B"]}, "no type B; the types are A"),
        ({"axis": (0.0, 0.0, 0.0)}, "axis is"),
        ({"symmetry": -1}, "symmetry is -1"),
        ({"enantiomers": {"A": "L"}}, "must be R or S"),
        ({"enantiomers": {"B": "R"}}, "enantiomers: 'B' is unknown.*allowed are A"),
        ({"frames": slice(40, None)}, "selects none of the 40"),
    ],
)
def test_impossible_options(options, words, growing, tmp_path):
    with pytest.raises(JanusError, match=words):
        analyze_file(growing, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_late_failure_is_reported(growing, tmp_path, monkeypatch):
    def broken(*_):
        raise MemoryError("no room for a structure factor")

    monkeypatch.setattr(pipeline.spatial, "write_spatial", broken)
    with pytest.raises(MemoryError, match="structure factor"):
        analyze_file(growing, tmp_path / "new")


def test_single_body(tmp_path):
    frame = gsd_frame(np.zeros((1, 3)), np.array([[0.0, 1.0, 0.0, 0.0]]), BOX)
    summary = analyze_file(write_gsd(tmp_path / "one.gsd", [frame]), tmp_path)
    assert summary["mean_n"] == {"mean": 1.0, "error": None}
    assert summary["nn_mean_nm"] == {"mean": None, "error": None}
