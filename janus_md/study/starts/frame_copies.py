"""Frames of GSD files in which runs start, and their copies in a workspace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.common.files import written_whole
from janus_md.common.gsd.frames import GsdFrames, RawFrame
from janus_md.common.gsd.reading import READ_ERRORS
from janus_md.model.first_frame import FirstFrame
from janus_md.study.statepoint_errors import BadStatePoint

FOLDER = "starts"
"""Folder of the copies in a workspace."""

Frames = Callable[[str], FirstFrame]
"""Function from a digest to its frame."""

known: dict[str, FirstFrame] = {}
"""Frames that this process has read, by digest."""


def read_frame(path: Path, frame: int, key: str, what: str) -> tuple[int, FirstFrame]:
    """Read a frame of a file; return its index too.

    Raises
    ------
    BadStatePoint
        If the file cannot be read or has no such frame.
    """
    try:
        file = GsdFrames(path)
    except JanusError as error:
        raise BadStatePoint(key, f"{key}: {error}") from error
    try:
        number = len(file)
        if file.file.damaged and not 0 <= frame < number:
            raise BadStatePoint(
                key,
                f"{key}: {what} is damaged after frame {number - 1}; start.frame must be from 0 to "
                f"{number - 1}",
            )
        if not -number <= frame < number:
            raise BadStatePoint(
                "start.frame",
                f"start.frame: {frame} is not allowed; {what} has {number} frames, so it must be "
                f"from {-number} to {number - 1}",
            )
        index = frame % number
        return index, _first_frame(file[index], f"{key}: {what}, frame {index}:", key)
    except (JanusError, *READ_ERRORS) as error:
        if isinstance(error, BadStatePoint):
            raise
        raise BadStatePoint(key, f"{key}: {what} is damaged ({error})") from error
    finally:
        file.close()


def _first_frame(raw: RawFrame, where: str, key: str) -> FirstFrame:
    """Return the bodies of a frame, without the constituents of rigid bodies.

    Raises
    ------
    BadStatePoint
        If the box is not orthogonal, or numbers are not finite.
    """
    box, particles = np.asarray(raw.configuration.box, float), raw.particles
    if np.any(box[3:] != 0.0):
        raise BadStatePoint(key, f"{where} its box is tilted; it must have right angles")
    body = np.asarray(particles.body, np.int64)
    centres = (body < 0) | (body == np.arange(particles.N))
    kinds = np.asarray(particles.typeid, np.int64)[centres]
    positions = np.asarray(particles.position, float)[centres]
    orientations = np.asarray(particles.orientation, float)[centres]
    norms = np.linalg.norm(orientations, axis=1)
    sound = np.isfinite(positions).all() and np.isfinite(norms).all() and (norms > 0.5).all()
    if not (sound and np.isfinite(box).all() and (box[:3] > 0).all()):
        raise BadStatePoint(
            key, f"{where} a position, orientation or edge of the box is not a finite number"
        )
    used = sorted({particles.types[k] for k in set(kinds.tolist())})
    number = np.array([used.index(name) if name in used else -1 for name in particles.types])
    return FirstFrame(tuple(used), number[kinds].astype(np.int32), box[:3], positions, orientations)


def frames_in(workspace: Path) -> Frames:
    """Return a function from a digest to its frame, from the copies in a workspace."""

    def frame(digest: str) -> FirstFrame:
        path = copy_file(workspace, digest)
        if not path.exists() and digest in known:
            return known[digest]
        key = "start.digest"
        if not path.exists():
            raise BadStatePoint(
                key,
                f"{key}: {path} is missing; jobs of this workspace need it (`janus-md init` with "
                "the same template writes it again)",
            )
        found = read_frame(path, 0, key, f"file {str(path)!r}")[1]
        if found.digest() != digest:
            raise BadStatePoint(
                key, f"{key}: {path} was changed or is damaged; its digest is {found.digest()}"
            )
        return found

    return frame


def copy_file(workspace: Path, digest: str) -> Path:
    """File of the copy of a frame."""
    return workspace / FOLDER / f"{digest}.gsd"


def write(workspace: Path, digest: str) -> None:
    """Copy a frame to a workspace; an existing copy that is intact is kept.

    Raises
    ------
    BadStatePoint
        If this process has not read the frame, and there is no intact copy.
    OSError
        If the copy cannot be written.
    """
    import gsd.hoomd

    file = copy_file(workspace, digest)
    if file.exists() or digest not in known:
        try:
            frames_in(workspace)(digest)
            return
        except BadStatePoint:
            if digest not in known:
                raise
    found = known[digest]
    file.parent.mkdir(exist_ok=True)
    frame = gsd.hoomd.Frame()
    frame.configuration.box = [*found.box, 0.0, 0.0, 0.0]
    frame.particles.N = found.n_bodies
    frame.particles.types = list(found.names)
    frame.particles.typeid = found.kinds
    frame.particles.position = found.positions
    frame.particles.orientation = found.orientations
    with written_whole(file) as partial, gsd.hoomd.open(str(partial), "w") as out:
        out.append(frame)
