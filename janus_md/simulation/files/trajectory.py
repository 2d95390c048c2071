"""Reading and writing of GSD trajectories, in one layout for all engines.

A frame contains the central particle of every body (position, orientation, velocity, type, image,
mass, principal inertia) and its time. freud and OVITO can read it. Frame 0 contains the whole
setup (:meth:`janus_md.model.setup.Setup.to_dict`: bodies with their sites, pair table,
electrostatics, stages, units, versions) as JSON in ``log/janus_md/metadata``.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.common.closing import Closing
from janus_md.common.errors import JanusError
from janus_md.common.files import written_whole
from janus_md.common.gsd.reading import READ_ERRORS, GsdFile
from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.simulation.files.description import CHUNK, description, parse_setup
from janus_md.simulation.files.description import METADATA as METADATA

OURS = "janus_md/"
"""Prefix of the log chunks of this package."""

TIME = f"{OURS}time_ps"
"""Name of the log chunk of each frame that contains its time, ps."""

_MOVING = (
    ("position", np.float32),
    ("orientation", np.float32),
    ("velocity", np.float32),
    ("image", np.int32),
)
"""Properties of bodies that change from frame to frame, as GSD stores them."""


def read_setup(frame: Any) -> Setup | None:
    """Setup of a trajectory from frame 0; None for files of other software.

    Raises
    ------
    ValueError
        If it is damaged.
    """
    raw = frame.log.get(METADATA)
    return None if raw is None else parse_setup(raw)


def frame_of(
    system: System,
    step: int,
    setup: Setup | None = None,
    time_ps: float | None = None,
    values: Mapping[str, float] | None = None,
    *,
    whole: bool = True,
) -> Any:
    """Return `system` as a ``gsd.hoomd.Frame``.

    Parameters
    ----------
    system : System
        The state.
    step : int
        Step of the state.
    setup : Setup, optional
        Setup of the run, for frame 0.
    time_ps : float, optional
        Time of the state.
    values : mapping, optional
        Quantities that stages change (:meth:`janus_md.model.setup.Setup.values`).
    whole : bool
        Include types, masses and inertia. Later frames of a file take them from frame 0.
    """
    import gsd.hoomd

    frame = gsd.hoomd.Frame()
    frame.configuration.step = step
    frame.configuration.box = system.box
    data = frame.particles
    data.N = system.n_bodies
    data.position = system.positions
    data.orientation = system.orientations
    data.image = system.images
    if whole:
        data.types = [body.name for body in system.bodies]
        # Viewers draw a body as the sphere of its volume in the volume fraction.
        data.type_shapes = [
            {"type": "Sphere", "diameter": 2.0 * (0.75 * body.volume / np.pi) ** (1 / 3)}
            for body in system.bodies
        ]
        data.typeid = system.kinds
        data.mass = np.array([body.mass for body in system.bodies])[system.kinds]
        data.moment_inertia = np.array([body.inertia for body in system.bodies])[system.kinds]
    if system.velocities is not None:
        data.velocity = system.velocities
    if setup is not None:
        frame.log[METADATA] = np.frombuffer(description(setup), np.uint8)
    if time_ps is not None:
        frame.log[TIME] = np.array([time_ps])
    for name, value in (values or {}).items():
        frame.log[f"{OURS}{name}"] = np.array([value])
    return frame


def log_frame(step: int, quantities: Mapping[str, Any]) -> Any:
    """Return a frame of the log, which has numbers but no particles."""
    import gsd.hoomd

    frame = gsd.hoomd.Frame()
    frame.configuration.step = step
    for name, value in quantities.items():
        frame.log[f"janus_md/{name}"] = np.atleast_1d(np.asarray(value, float))
    return frame


def digest(frame: Any, before: int = 0) -> int:
    """Update a CRC-32 with the content of `frame`; GSD has no checksums itself."""
    data = frame.particles
    arrays = [
        np.asarray(frame.configuration.step, np.uint64),
        *(
            np.asarray(values, kind)
            for name, kind in _MOVING
            if (values := getattr(data, name)) is not None
        ),
        *(np.asarray(frame.log[name]) for name in sorted(frame.log) if name != METADATA),
    ]
    for array in arrays:
        before = zlib.crc32(np.ascontiguousarray(array).tobytes(), before)
    return before


def digest_of(path: Path) -> int:
    """:func:`digest` of all frames of a file; 0 if it cannot be read to its end."""
    import gsd.hoomd

    found = 0
    try:
        with GsdFile(path) as whole:
            if whole.damaged:
                return 0
        with gsd.hoomd.open(str(path), "r") as file:
            for frame in file:
                found = digest(frame, found)
    except (JanusError, *READ_ERRORS):
        return 0
    return found


class GsdWriter(Closing):
    """Writer that appends frames to a GSD file, which is readable at any time."""

    def __init__(self, path: Path) -> None:
        import gsd.hoomd

        self._path = path
        self._file = gsd.hoomd.open(str(path), "r+" if path.exists() else "w")

    def __len__(self) -> int:
        return len(self._file)

    def append(self, frame: Any) -> None:
        """Append one frame. Without types, it belongs to the bodies of frame 0."""
        if len(self) == 0 or frame.particles.types is not None:
            self._file.append(frame)
            return
        # The class of gsd would compare all properties of a frame with those of frame 0.
        data, file = frame.particles, self._file.file
        file.write_chunk("configuration/step", np.array([frame.configuration.step], np.uint64))
        if frame.configuration.box is not None:
            file.write_chunk("configuration/box", np.asarray(frame.configuration.box, np.float32))
        for name, kind in _MOVING:
            if (values := getattr(data, name)) is not None:
                file.write_chunk(f"particles/{name}", np.ascontiguousarray(values, kind))
        for name, values in frame.log.items():
            file.write_chunk(f"log/{name}", values)
        file.end_frame()

    def sync(self) -> None:
        """Flush all appended frames to disk."""
        self._file.flush()
        with self._path.open("rb+") as file:
            os.fsync(file.fileno())

    def close(self) -> None:
        """Write buffered frames and close the file."""
        self._file.close()


def write_whole(path: Path, frame: Any) -> None:
    """Write a file of one frame."""
    with written_whole(path) as partial, GsdWriter(partial) as file:
        file.append(frame)


def keep_until(path: Path, last_step: int, least: int = 1) -> int:
    """Remove the frames of `path` after `last_step`, and damaged parts after them.

    Parameters
    ----------
    path : Path
        A file of :class:`GsdWriter`; a missing one counts as empty.
    last_step : int
        Last step to keep; if it is negative, the file is removed.
    least : int
        Smallest number of frames to keep. If there are fewer, or none can be read, the file is not
        changed.

    Returns
    -------
    int
        Number of complete frames up to that step.
    """
    if not path.exists():
        return 0
    if last_step < 0:
        path.unlink()
        return 0
    try:
        with GsdFile(path) as file:
            steps = [_step(file, k) for k in range(file.nframes)]
            good = [k for k, step in enumerate(steps) if step <= last_step]
            if len(good) == len(steps) and not file.damaged:
                return len(good)
            if len(good) < least:
                return len(good)
            with written_whole(path, "kept") as kept:
                _copy(file, good, kept)
    except (JanusError, *READ_ERRORS):
        return 0
    return len(good)


def copy_first(source: Path, target: Path, frames: int, setup: Setup) -> None:
    """Copy the first frames of a trajectory or log, with another setup in the first one.

    Parameters
    ----------
    source, target : Path
        The files; the copy gets its name when it is complete.
    frames : int
        Number of frames.
    setup : Setup
        Setup that replaces the one in the first frame, if there is one.

    Raises
    ------
    JanusError
        If the file cannot be read, or has fewer frames.
    OSError
        If the copy cannot be written.
    """
    with GsdFile(source) as file:
        if file.nframes < frames:
            raise JanusError(
                f"file {source} has {file.nframes} complete frames; {frames} are needed"
            )
        new = {CHUNK: np.frombuffer(description(setup), np.uint8)}
        with written_whole(target) as partial:
            _copy(file, range(frames), partial, new)


def _copy(
    file: GsdFile, frames: Iterable[int], path: Path, new: Mapping[str, Any] | None = None
) -> None:
    """Write selected frames of a file to a new one; `new` has other values of chunks."""
    import gsd.fl

    with gsd.fl.open(
        name=str(path), mode="w", application=file.application,
        schema="hoomd", schema_version=file.schema_version,
    ) as out:  # fmt: skip
        for k in frames:
            for name in file.stored(k):
                values = file.read_chunk(k, name)
                out.write_chunk(name, values if new is None else new.get(name, values))
            out.end_frame()


def _step(file: GsdFile, frame: int) -> int:
    for k in (frame, 0):
        if file.chunk_exists(k, "configuration/step"):
            return int(file.read_chunk(k, "configuration/step").ravel()[0])
    return 0
