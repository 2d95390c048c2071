"""GSD files that are damaged: an answer with a note, or one sentence; never anything else."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
import tracemalloc

import gsd.fl
import gsd.hoomd
import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.analysis.series.thermolog import energy_per_body
from janus_md.common.errors import JanusError
from janus_md.common.gsd.reading import GsdFile
from janus_md.simulation.files import trajectory
from tests.analysis.worlds import gsd_frame, quaternions_along, straight_wires, write_gsd
from tests.conftest import ROOT, environment

BOX = [24.0, 24.0, 24.0, 0.0, 0.0, 0.0]
ENTRY = struct.Struct("<QQqIHBB")
FRAME, ROWS, LOCATION, COLUMNS, NAME, TYPE, FLAGS = range(7)


def write(path, count=8, about=None, first=0):
    """Frames in which all values change."""
    rng = np.random.default_rng(7)
    frames = []
    for k in range(count):
        x, u = straight_wires(rng, 4, 3, BOX[0])
        q = quaternions_along(u + 0.01 * rng.normal(size=u.shape))
        frames.append(gsd_frame(x, q, BOX, step=first + 100 * k, about=about if k == 0 else None))
    return write_gsd(path, frames)


@pytest.fixture
def whole(tmp_path):
    return write(tmp_path / "whole.gsd")


def index_of(data):
    """Where the index begins, and its entries."""
    begin, allocated = struct.unpack_from("<QQ", data, 8)
    every = [ENTRY.unpack_from(data, begin + ENTRY.size * k) for k in range(allocated)]
    return begin, [entry for entry in every if entry[LOCATION]]


def with_entry(path, frame, field, value, chunk="particles/position"):
    """A copy with one field of one entry changed."""
    data = bytearray(path.read_bytes())
    begin, entries = index_of(data)
    with gsd.fl.open(path, "r") as file:
        names = file.find_matching_chunk_names("")
    place = next(k for k, e in enumerate(entries) if e[FRAME] == frame and names[e[NAME]] == chunk)
    new = list(entries[place])
    new[field] = value
    ENTRY.pack_into(data, begin + ENTRY.size * place, *new)
    copy = path.with_name("damaged.gsd")
    copy.write_bytes(data)
    return copy


def rows(path, out):
    summary = analyze_file(path, out)
    return summary, pd.read_parquet(out / "frames.parquet")


def check_first_frames(path, whole, count, tmp_path):
    """The first frames are as in the whole file, and a note says that there are no more."""
    summary, found = rows(path, tmp_path / "damaged")
    _, expected = rows(whole, tmp_path / "whole")
    pd.testing.assert_frame_equal(found, expected[:count])
    note = summary["notes"][0]
    assert str(path) in note
    assert f"the {count} complete frames were used" in note
    return note


@pytest.mark.parametrize(
    ("field", "value", "count"),
    [
        (ROWS, 13, 5),
        (ROWS, 10**12, 5),
        (ROWS, 2**63 + 12, 5),
        (COLUMNS, 4, 5),
        (COLUMNS, 2**32 - 1, 5),
        (TYPE, 8, 5),
        (TYPE, 77, 5),
        (FLAGS, 1, 5),
        (NAME, 200, 5),
        (LOCATION, 2**62, 5),
        (LOCATION, -5, 5),
        (LOCATION, 300, 5),
        (FRAME, 2, 4),
        (FRAME, 2**40, 4),
    ],
)
def test_impossible_index_entry_ends_the_file(field, value, count, whole, tmp_path):
    path = with_entry(whole, 5, field, value)
    check_first_frames(path, whole, count, tmp_path)


def test_chunk_of_another_frame_is_not_used(whole, tmp_path):
    """GSD itself reads frame 2's positions there."""
    _, entries = index_of(whole.read_bytes())
    with gsd.fl.open(whole, "r") as file:
        names = file.find_matching_chunk_names("")
    position = names.index("particles/position")
    other = next(e for e in entries if e[FRAME] == 2 and e[NAME] == position)
    path = with_entry(whole, 5, LOCATION, other[LOCATION])
    assert "overlap" in check_first_frames(path, whole, 2, tmp_path)


@pytest.mark.parametrize("lost", [1, 2, 3, 4, 7])
def test_index_with_blank_end(lost, whole, tmp_path):
    """Three entries make a frame: step, position and orientation."""
    data = bytearray(whole.read_bytes())
    begin, entries = index_of(data)
    end = begin + ENTRY.size * len(entries)
    data[end - ENTRY.size * lost : end] = bytes(ENTRY.size * lost)
    path = tmp_path / "blank.gsd"
    path.write_bytes(data)
    left = 8 - -(-lost // 3)
    if lost % 3:
        assert " has no " in check_first_frames(path, whole, left, tmp_path)
    else:
        summary, found = rows(path, tmp_path / "out")
        assert len(found) == left
        assert "bytes that do not belong to any" in summary["notes"][0]


def test_gap_in_the_index(whole, tmp_path):
    data = bytearray(whole.read_bytes())
    begin, entries = index_of(data)
    hole = begin + ENTRY.size * (len(entries) // 2)
    data[hole : hole + 2 * ENTRY.size] = bytes(2 * ENTRY.size)
    path = tmp_path / "hole.gsd"
    path.write_bytes(data)
    check_first_frames(path, whole, entries[len(entries) // 2 - 1][FRAME], tmp_path)


def test_lost_index_is_recovered_from_an_older_copy(tmp_path):
    """An index of 128 entries is moved when it is full; the old one stays behind."""
    whole = tmp_path / "long.gsd"
    shutil.copy(write(tmp_path / "one.gsd", count=60), whole)
    with gsd.hoomd.open(tmp_path / "one.gsd", "r") as old, gsd.hoomd.open(whole, "w") as new:
        for frame in old:
            new.append(frame)
            new.flush()
    data = bytearray(whole.read_bytes())
    begin, allocated = struct.unpack_from("<QQ", data, 8)
    assert (begin, allocated) != (256, 128)
    for wrong in ((begin, 2**60), (2**63 + 8, allocated), (0, 0), (begin + 32, allocated)):
        struct.pack_into("<QQ", data, 8, *wrong)
        path = tmp_path / "lost.gsd"
        path.write_bytes(data)
        with GsdFile(path) as file:
            assert 35 < file.nframes <= 60
            assert file.note is not None
    data[begin : begin + ENTRY.size] = bytes(ENTRY.size)  # GSD opens it, with 0 frames
    struct.pack_into("<QQ", data, 8, begin, allocated)
    path.write_bytes(data)
    with gsd.hoomd.open(path, "r") as file:
        assert len(file) == 0
    with GsdFile(path) as file:
        assert file.nframes > 35


@pytest.mark.parametrize("entries", [1, 2, 3])
def test_index_that_begins_too_late_lacks_chunks_of_frame_0(entries, whole, tmp_path):
    """The box, say: frames then have GSD's default."""
    data = bytearray(whole.read_bytes())
    begin, allocated = struct.unpack_from("<QQ", data, 8)
    struct.pack_into("<QQ", data, 8, begin + entries * ENTRY.size, allocated - entries)
    path = tmp_path / "late.gsd"
    path.write_bytes(data)
    note = check_first_frames(path, whole, 8, tmp_path)
    assert "too late" in note


def test_impossible_numbers_of_particles_need_little_memory(whole, tmp_path):
    data = bytearray(whole.read_bytes())
    _, entries = index_of(data)
    with gsd.fl.open(whole, "r") as file:
        number = file.find_matching_chunk_names("").index("particles/N")
    place = next(e for e in entries if e[NAME] == number)[LOCATION]
    struct.pack_into("<I", data, place, 4_000_000_000)
    path = tmp_path / "many.gsd"
    path.write_bytes(data)
    tracemalloc.start()
    with pytest.raises(JanusError, match=r"no complete frame .*for 4000000000 particles"):
        analyze_file(path, tmp_path / "out")
    assert tracemalloc.get_traced_memory()[1] < 8e6
    tracemalloc.stop()


def test_many_particles_without_positions(tmp_path):
    path = tmp_path / "places.gsd"
    with gsd.fl.open(path, "w", application="x", schema="hoomd", schema_version=[1, 4]) as file:
        file.write_chunk("particles/N", np.array([4_000_000_000], np.uint32))
        file.end_frame()
    with pytest.raises(JanusError, match="particles/position is missing; 4000000000 particles"):
        analyze_file(path, tmp_path / "out")


def test_coincident_bodies_need_little_memory(tmp_path):
    """20,000 coincident bodies have 2e8 pairs."""
    n = 20_000
    x, q = np.ones((n, 3)), quaternions_along(np.random.default_rng(1).normal(size=(n, 3)))
    path = write_gsd(tmp_path / "spot.gsd", [gsd_frame(x, q, [200.0] * 3 + [0, 0, 0])])
    words = r"spot\.gsd, frame 0: 2e\+08 pairs of 20000 bodies are closer than 2\.9"
    with pytest.raises(JanusError, match=words):
        analyze_file(path, tmp_path / "out")


def test_damaged_log_ends_before_the_damage(tmp_path):
    path = tmp_path / "log.gsd"
    with trajectory.GsdWriter(path) as file:
        for k in range(30):
            file.append(trajectory.log_frame(k, {"potential_energy": -10.0 * k, "time_ps": 1.0}))
    pd.DataFrame({"n_bodies": [10]}).to_parquet(tmp_path / "frames.parquet")
    whole = path.read_bytes()
    bad = with_entry(path, 12, ROWS, 10**12, chunk="log/janus_md/potential_energy")
    notes: list[str] = []
    found = energy_per_body(bad, tmp_path / "frames.parquet", notes)
    assert found["mean"] == pytest.approx(-np.arange(8.0, 12.0).mean())
    assert "the 12 complete frames were used" in notes[0]
    bad = with_entry(path, 12, COLUMNS, 0, chunk="log/janus_md/potential_energy")
    assert energy_per_body(bad, tmp_path / "frames.parquet", notes) == found
    bad.write_bytes(whole[:200])
    notes.clear()
    nothing = {"mean": None, "error": None}
    assert energy_per_body(bad, tmp_path / "frames.parquet", notes) == nothing
    assert "damaged.gsd is not a readable GSD file" in notes[0]


def test_partial_trajectory_keeps_whole_frames(tmp_path):
    path = write(tmp_path / "trajectory.partial.gsd")
    whole = path.read_bytes()
    with gsd.hoomd.open(path, "r") as file:
        digests = np.zeros(9, dtype=np.int64)
        for k, frame in enumerate(file):
            digests[k + 1] = trajectory.digest(frame, int(digests[k]))
    assert trajectory.digest_of(path) == digests[8]
    # Damage after the checkpoint at step 300: the frames up to it stay, to the bit.
    path.write_bytes(whole[:-100])
    assert trajectory.keep_until(path, 300, 4) == 4
    assert trajectory.digest_of(path) == digests[4]
    # Damage before it: refused, and nothing is lost.
    path.write_bytes(whole[:-100])
    assert trajectory.keep_until(path, 700, 8) == 7
    assert path.read_bytes() == whole[:-100]
    assert trajectory.digest_of(path) == 0
    path.write_bytes(b"no GSD at all" * 50)
    assert trajectory.keep_until(path, 700, 8) == 0
    assert path.read_bytes() == b"no GSD at all" * 50
    assert trajectory.keep_until(path, -1) == 0
    assert not path.exists()


def test_two_hundred_damaged_files():
    """See tests/torture/damaged_gsd.py."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.damaged_gsd", "--cases", "200"],
        env=environment(), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "200 damaged files" in done.stdout
