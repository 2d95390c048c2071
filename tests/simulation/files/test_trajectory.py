"""Frames that are written without types and masses equal those that gsd's own class writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import gsd.hoomd
import numpy as np

from janus_md.simulation.files.trajectory import GsdWriter, frame_of, log_frame
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import resolve
from tests.simulation.files.test_resume import point

PROPERTIES = (
    "N", "types", "typeid", "mass", "moment_inertia", "type_shapes", "position", "orientation",
    "velocity", "image",
)  # fmt: skip


def test_later_frames_equal_those_of_gsd(tmp_path: Path) -> None:
    setup = resolve(point())
    first, rng = build(setup), np.random.default_rng(1)
    n = first.n_bodies
    frames = [
        replace(
            first,
            # Columns of a larger array are not contiguous.
            positions=rng.normal(size=(n, 5))[:, 1:4],
            velocities=rng.normal(size=(n, 3)),
            images=rng.integers(-1, 2, size=(n, 3)).astype(np.int32),
            box=first.box * (1.0 + 0.1 * k),
        )
        for k in range(3)
    ]
    ours, theirs = tmp_path / "ours.gsd", tmp_path / "theirs.gsd"
    with GsdWriter(ours) as file:
        for k, system in enumerate(frames):
            file.append(frame_of(system, 10 * k, None, 1.0 * k, {"kT": 2.0 + k}, whole=k == 0))
    with gsd.hoomd.open(str(theirs), "w") as whole:
        for k, system in enumerate(frames):
            whole.append(frame_of(system, 10 * k, None, 1.0 * k, {"kT": 2.0 + k}))
    with gsd.hoomd.open(str(ours)) as one, gsd.hoomd.open(str(theirs)) as other:
        assert len(one) == len(other) == 3
        for a, b in zip(one, other, strict=True):
            assert a.configuration.step == b.configuration.step
            np.testing.assert_array_equal(a.configuration.box, b.configuration.box)
            for name in PROPERTIES:
                values = getattr(a.particles, name), getattr(b.particles, name)
                np.testing.assert_array_equal(*values, err_msg=name)
            assert a.log == b.log


def test_rows_of_the_log_equal_those_of_gsd(tmp_path: Path) -> None:
    rows = [log_frame(k, {"time_ps": 0.5 * k, "box_dipole": [k, 2.0, 3.0]}) for k in range(3)]
    with GsdWriter(tmp_path / "ours.gsd") as file:
        for row in rows:
            file.append(row)
    with gsd.hoomd.open(str(tmp_path / "ours.gsd")) as found:
        assert len(found) == 3
        for frame, row in zip(found, rows, strict=True):
            assert frame.configuration.step == row.configuration.step
            assert frame.log.keys() == row.log.keys()
            for name, values in row.log.items():
                np.testing.assert_array_equal(frame.log[name], values)
