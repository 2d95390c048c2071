"""Frames that lack chunks, and the use of values of frame 0."""

import gsd.fl
import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.common.errors import JanusError
from tests.analysis.worlds import gsd_frame, quaternions_along, write_gsd

EDGE, FRAMES, BODIES = 30.0, 6, 7
HOOMD = "HOOMD-blue 4.8.2"
BOX, NUMBER = "configuration/box", "particles/N"
POSITION, ORIENTATION = "particles/position", "particles/orientation"
EVERY = (BOX, NUMBER, POSITION, ORIENTATION)


def turning_line(k):
    """A straight wire that turns with its bodies, 20 degrees a frame."""
    angle = np.deg2rad(5.0 + 20.0 * k)
    direction = np.array([0.0, np.sin(angle), np.cos(angle)])
    places = 1.6 * np.outer(np.arange(BODIES) - BODIES // 2, direction)
    return places, quaternions_along(np.tile(direction, (BODIES, 1)))


def written(path, stored, writer=HOOMD, width=EDGE):
    """Write the line frame by frame; `stored` says which chunks frame k > 0 has."""
    with gsd.fl.open(path, "w", application=writer, schema="hoomd", schema_version=[1, 4]) as file:
        for k in range(FRAMES):
            places, orientation = turning_line(k)
            chunks = {
                "configuration/step": np.array([100 * k], np.uint64),
                BOX: np.array([EDGE, width, EDGE, 0, 0, 0], np.float32),
                NUMBER: np.array([BODIES], np.uint32),
                POSITION: places.astype(np.float32),
                ORIENTATION: orientation.astype(np.float32),
            }
            for name, values in chunks.items():
                if k == 0 or name not in EVERY or name in stored(k):
                    file.write_chunk(name, values)
            file.end_frame()
    return path


def analysed(path, out, **options):
    summary = analyze_file(path, out, **options)
    return summary, pd.read_parquet(out / "frames.parquet")


def test_frames_with_all_chunks(tmp_path):
    path = written(tmp_path / "all.gsd", lambda k: EVERY)
    summary, frames = analysed(path, tmp_path / "out")
    assert frames["longest"].tolist() == [BODIES] * FRAMES
    assert summary["notes"] == []


@pytest.mark.parametrize("writer", [HOOMD, "HOOMD-blue 2.9.7", "somebody's"])
@pytest.mark.parametrize("missing", [ORIENTATION, POSITION])
def test_unsaved_chunk_is_not_taken_from_frame_0(tmp_path, writer, missing):
    """With the orientations or positions of frame 0, the wire would be broken."""
    stored = [one for one in EVERY if one != missing]
    path = written(tmp_path / "stale.gsd", lambda k: stored, writer)
    summary, frames = analysed(path, tmp_path / "out")
    assert frames["frame"].tolist() == [0]
    assert frames["longest"].tolist() == [BODIES]
    (note,) = summary["notes"]
    assert f"{missing} is missing in 5 frames from 1 to 5, which were left out" in note
    with pytest.raises(JanusError, match=f"{missing} is missing in 5 frames from 1 to 5"):
        analyze_file(path, tmp_path / "later", frames=slice(1, None))
    assert not (tmp_path / "later").exists()
    with (
        GsdSource(path) as source,
        pytest.raises(JanusError, match=f"frame 3: {missing} is missing"),
    ):
        source.frame(3)


def test_some_frames_lack_chunks(tmp_path):
    path = written(tmp_path / "some.gsd", lambda k: EVERY if k % 2 == 0 else EVERY[:3])
    summary, frames = analysed(path, tmp_path / "out")
    assert frames["frame"].tolist() == [0, 2, 4]
    assert frames["longest"].tolist() == [BODIES] * 3
    assert "particles/orientation is missing in 3 frames from 1 to 5" in summary["notes"][0]
    assert summary["n_frames"] == 3


def test_gsd_writer_omits_equal_chunks(tmp_path):
    """Orientations that are exactly those of frame 0 are known, wherever the bodies are."""
    turned = np.tile([0.0, 1.0, 0.0, 0.0], (3, 1))
    places = np.array([[0.0, 0.0, 1.5 * k] for k in range(3)])
    box = [EDGE] * 3 + [0.0] * 3
    frames = [gsd_frame(places * (1 + 0.1 * k), turned, box, step=k) for k in range(3)]
    path = write_gsd(tmp_path / "equal.gsd", frames)
    with gsd.fl.open(path, "r") as file:
        assert not file.chunk_exists(2, ORIENTATION)
    summary, found = analysed(path, tmp_path / "out")
    assert found["longest"].tolist() == [3, 3, 3]
    (note,) = summary["notes"]  # as it could be a copy of a file that saved them once
    assert "2 frames from 1 to 2 are identical to those of frame 0" in note
    frames = [gsd_frame(places, turned, box, step=k) for k in range(3)]
    summary, found = analysed(write_gsd(tmp_path / "still.gsd", frames), tmp_path / "out")
    assert found["longest"].tolist() == [3, 3, 3]
    assert summary["notes"] == []


def test_changed_number_of_particles_uses_no_value_of_frame_0(tmp_path):
    """GSD reads types that were not saved with the new number as type 0."""
    path = tmp_path / "more.gsd"
    with gsd.fl.open(path, "w", application=HOOMD, schema="hoomd", schema_version=[1, 4]) as file:
        for k, number in enumerate((4, 4, 5)):
            axis = np.tile([0.0, 0.0, 1.0, 0.0], (number, 1))
            file.write_chunk(BOX, np.array([EDGE] * 3 + [0] * 3, np.float32))
            file.write_chunk(NUMBER, np.array([number], np.uint32))
            places = 1.6 * np.outer(np.arange(number), [0, 0, 1])
            file.write_chunk(POSITION, places.astype(np.float32))
            file.write_chunk(ORIENTATION, axis.astype(np.float32))
            if k == 0:
                file.write_chunk("particles/typeid", np.array([1, 1, 0, 0], np.uint32))
                file.write_chunk("particles/types", np.array([[65, 0], [66, 0]], np.int8))
            file.end_frame()
    summary, frames = analysed(path, tmp_path / "out", types=["B"])
    assert frames["n_bodies"].tolist() == [2, 2]
    assert "particles/typeid is missing in frame 2" in summary["notes"][0]


def test_box_not_saved_by_hoomd(tmp_path):
    stored = EVERY[1:]
    path = written(tmp_path / "kept.gsd", lambda k: stored)
    summary, frames = analysed(path, tmp_path / "out")
    assert frames["longest"].tolist() == [BODIES] * FRAMES
    assert "configuration/box is missing in 5 frames" in summary["notes"][0]
    # The line turns out of a narrower box, which HOOMD-blue would not let it.
    path = written(tmp_path / "grown.gsd", lambda k: stored, width=6.0)
    with pytest.raises(JanusError, match="frame 2: configuration/box is missing, and bodies lie"):
        analyze_file(path, tmp_path / "grown")


def test_file_without_box(tmp_path):
    places, orientation = turning_line(0)
    unit = [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]  # what GSD takes where there is none
    path = write_gsd(tmp_path / "lost.gsd", [gsd_frame(places, orientation, unit)])
    with pytest.raises(JanusError, match="configuration/box is missing, and bodies lie outside"):
        analyze_file(path, tmp_path / "out")
    path = write_gsd(tmp_path / "small.gsd", [gsd_frame(0.05 * places, orientation, unit)])
    with GsdSource(path) as source:
        _, notes = source.usable()
    assert notes == [
        "configuration/box is missing: the default box of GSD, a cube of edge 1, was used"
    ]


def test_file_without_positions(tmp_path):
    _, orientation = turning_line(0)
    frame = gsd_frame(np.zeros((BODIES, 3)), orientation, [EDGE] * 3 + [0.0] * 3)
    with pytest.raises(JanusError, match="particles/position is missing"):
        analyze_file(write_gsd(tmp_path / "nowhere.gsd", [frame]), tmp_path / "out")
