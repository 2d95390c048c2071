"""GSD files with a valid structure and invalid content, and valid files."""

from __future__ import annotations

import gsd.fl
import gsd.hoomd
import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.common.errors import JanusError
from janus_md.common.gsd.frames import GsdFrames
from janus_md.simulation.files.description import METADATA
from tests.analysis.worlds import described, gsd_frame, quaternions_along, straight_wires, write_gsd

BOX = [24.0, 24.0, 24.0, 0.0, 0.0, 0.0]


def ours(path):
    """A file with a description of ours."""
    x, u = straight_wires(np.random.default_rng(7), 4, 3, BOX[0])
    q = quaternions_along(u + 0.01)
    return write_gsd(path, [gsd_frame(x, q, BOX, about=described({"A": "R"}))])


def rows(path, out):
    analyze_file(path, out)
    return pd.read_parquet(out / "frames.parquet")


def test_another_schema(tmp_path):
    path = tmp_path / "other.gsd"
    with gsd.fl.open(path, "w", application="x", schema="mine", schema_version=[1, 0]) as file:
        file.write_chunk("a", np.arange(3))
        file.end_frame()
    with pytest.raises(
        JanusError, match=r"other\.gsd is not a readable GSD file; it has the schem"
    ):
        analyze_file(path, tmp_path / "out")


def test_a_type_without_a_name(tmp_path):
    x, u = straight_wires(np.random.default_rng(1), 2, 3, BOX[0])
    frame = gsd_frame(x, quaternions_along(u + 0.01), BOX, typeid=[0, 1, 2, 0, 0, 0])
    frame.particles.types = ["A", "B"]
    path = tmp_path / "types.gsd"
    with gsd.hoomd.open(path, "w") as file:
        frame.validate = lambda: None
        file.append(frame)
    with pytest.raises(
        JanusError, match=r"types\.gsd, frame 0: particle 2 is of type 2, .*2: A, B"
    ):
        analyze_file(path, tmp_path / "out")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'"bond"', b'"bonf"', r"log/janus_md/metadata is damaged: bond is missing"),
        (b'"angle": 35.0', b'"angle": 95.0', r"is damaged: its checksum"),
        (b'"angle": 35.0', b'"angle": 3z.0', "not JSON"),
        (b'"schema": 2', b'"schema": 3', r"of a later version: schema is 3"),
        (b'"name": "A"', b'"name": "B"', "is damaged: "),
        (
            b"log/janus_md/metadata",
            b"log/janus_mf/metadata",
            "'log/janus_mf/metadata' has its content",
        ),
    ],
)
def test_damaged_metadata_is_refused(old, new, words, tmp_path):
    path = ours(tmp_path / "ours.gsd")
    data = path.read_bytes()
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, new))
    with pytest.raises(JanusError, match=words):
        analyze_file(path, tmp_path / "out")


def test_types_that_the_file_does_not_describe(tmp_path):
    x, u = straight_wires(np.random.default_rng(7), 4, 3, BOX[0])
    frame = gsd_frame(x, quaternions_along(u + 0.01), BOX, about=described({"B": "R"}))
    path = write_gsd(tmp_path / "ours.gsd", [frame])
    with pytest.raises(JanusError, match="has the type 'A', but the file describes only B"):
        analyze_file(path, tmp_path / "out")


def test_file_of_the_first_version_is_read_like_a_foreign_file(tmp_path):
    x, u = straight_wires(np.random.default_rng(7), 4, 3, BOX[0])
    frame = gsd_frame(x, quaternions_along(u + 0.01), BOX)
    frame.log[METADATA] = np.frombuffer(b'{"schema": 1, "bodies": {}}', np.uint8)
    path = write_gsd(tmp_path / "first.gsd", [frame])
    with GsdSource(path) as source:
        assert source.setup() is None
    assert rows(path, tmp_path / "out")["mean_n"].iloc[0] == 3.0


@pytest.mark.parametrize("name", [b"particles/typeid", b"particles/orientation"])
def test_damaged_chunk_name_is_reported(name, tmp_path):
    rng = np.random.default_rng(2)
    x, u = straight_wires(rng, 4, 3, BOX[0])
    about = described({"A": "R", "B": "S"})
    q = quaternions_along(u + 0.01 * rng.normal(size=u.shape))
    path = write_gsd(
        tmp_path / "ours.gsd",
        [gsd_frame(x, q, BOX, types=["A", "B"], typeid=[0, 1] * 6, about=about)],
    )
    path.write_bytes(path.read_bytes().replace(name, name[:-1] + b"%"))
    if b"orientation" in name:
        with pytest.raises(JanusError, match="particles/orientation is missing"):
            analyze_file(path, tmp_path / "out")
    else:
        notes = analyze_file(path, tmp_path / "out")["notes"]
        assert "not in HOOMD's schema and were ignored: particles/typei%" in notes[0]


def test_impossible_positions_and_orientations_are_refused(tmp_path):
    x, u = straight_wires(np.random.default_rng(1), 2, 3, BOX[0])
    q = quaternions_along(u + 0.01)
    far, long = x.copy(), q.copy()
    far[4, 1], long[3] = 1e20, 1e10 * q[3]
    about = described({"A": "R"})
    path = write_gsd(tmp_path / "far.gsd", [gsd_frame(far, q, BOX)])
    with pytest.raises(JanusError, match=r"particle 4 is at .*edges of the box away"):
        analyze_file(path, tmp_path / "out")
    path = write_gsd(tmp_path / "long.gsd", [gsd_frame(x, long, BOX, about=about)])
    with pytest.raises(JanusError, match=r"particle 3 has the length 1e\+10"):
        analyze_file(path, tmp_path / "out")
    # Somebody else's quaternions have any length.
    one = rows(write_gsd(tmp_path / "unit.gsd", [gsd_frame(x, q, BOX)]), tmp_path / "a")
    two = rows(write_gsd(tmp_path / "three.gsd", [gsd_frame(x, 3 * q, BOX)]), tmp_path / "b")
    pd.testing.assert_frame_equal(one, two)


def test_intact_files_are_read_as_by_gsd(tmp_path):
    """To the bit, whichever frames store what."""
    rng = np.random.default_rng(4)
    frames = []
    for k, n in enumerate((6, 6, 9, 6, 6)):
        frame = gsd_frame(rng.normal(size=(n, 3)), quaternions_along(rng.normal(size=(n, 3))), BOX)
        frame.particles.types, frame.particles.typeid = ["A", "Bc"], rng.integers(0, 2, n)
        frame.particles.body = rng.integers(-1, 3, n)
        frame.configuration.step = 10 * k
        frames.append(frame)
    frames[3].particles.orientation = frames[0].particles.orientation
    path = write_gsd(tmp_path / "five.gsd", frames)
    ours = GsdFrames(path)
    assert ours.note is None
    with gsd.hoomd.open(path, "r") as theirs:
        assert len(ours) == len(theirs)
        for k in range(len(theirs)):
            a, b = ours[k], theirs[k]
            assert (a.configuration.step, a.particles.N) == (b.configuration.step, b.particles.N)
            assert a.particles.types == b.particles.types
            np.testing.assert_array_equal(a.configuration.box, b.configuration.box)
            for name in ("typeid", "body", "position", "orientation"):
                one, two = getattr(a.particles, name), getattr(b.particles, name)
                assert one.dtype == two.dtype
                np.testing.assert_array_equal(one, two)
    ours.close()


@pytest.mark.parametrize("flush", [0, 1, 7])
@pytest.mark.parametrize("count", [1, 3, 200])
def test_moved_index_and_names_are_valid(flush, count, tmp_path):
    """GSD leaves the old ones behind, blank or used."""
    rng = np.random.default_rng(5)
    path = tmp_path / "moved.gsd"
    with gsd.hoomd.open(path, "w") as file:
        for k in range(count):
            frame = gsd_frame(rng.random((3, 3)), rng.normal(size=(3, 4)), BOX, step=k)
            for number in range(60 if k == 0 else k % 60):
                frame.log[f"{'quantity' * 3}/{number}"] = rng.random(2)
            file.append(frame)
            if flush and k % flush == 0:
                file.flush()
    with gsd.hoomd.open(path, "r+") as file:
        file.append(gsd_frame(rng.random((3, 3)), rng.normal(size=(3, 4)), BOX, step=count))
    found = GsdFrames(path)
    assert (len(found), found.note) == (count + 1, None)
    assert found[count].configuration.step == count
    found.close()
