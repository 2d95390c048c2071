"""Frames of a GSD file with HOOMD's schema, read through :mod:`janus_md.common.gsd.reading`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.common.gsd.reading import Chunk, GsdFile
from janus_md.common.gsd.schema import NUMBER, TEXTS

MAX_STEP = 2**63 - 1
"""Largest time step that the tables can hold."""


@dataclass(frozen=True)
class Configuration:
    """Step and box of a frame, as in ``gsd.hoomd``."""

    step: int
    dimensions: int
    box: Chunk


@dataclass(frozen=True)
class Particles:
    """Particles of a frame, as in ``gsd.hoomd``; only properties needed by the analysis."""

    N: int
    types: list[str]
    typeid: Chunk
    body: Chunk
    position: Chunk
    orientation: Chunk


@dataclass(frozen=True)
class RawFrame:
    """A stored frame; missing values are taken from frame 0 or the defaults of GSD."""

    configuration: Configuration
    particles: Particles


_POSITION = "particles/position"
_DEFAULTS = {
    "typeid": np.zeros(1, np.uint32),
    "body": np.full(1, -1, np.int32),
    "position": np.zeros((1, 3), np.float32),
    "orientation": np.array([[1.0, 0.0, 0.0, 0.0]], np.float32),
}


class GsdFrames:
    """Frames of a GSD file with HOOMD's schema.

    Parameters and errors as in :class:`GsdFile`, which is `file`.
    """

    def __init__(self, path: str | Path) -> None:
        self.file = GsdFile(path)
        self.note = self.file.note
        self._of_frame_0: dict[str, Chunk] = {}

    def __len__(self) -> int:
        return self.file.nframes

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def __getitem__(self, index: int) -> RawFrame:
        """Read a frame.

        Raises
        ------
        JanusError
            If it has invalid names or numbers.
        """
        where = f"file {self.file.path}, frame {index}:"
        configuration = self.configuration(index)
        count = self._number(index, NUMBER, 0)
        borrowed = count == self._number(0, NUMBER, 0)
        if count > 1 and not (
            self.file.chunk_exists(index, _POSITION)
            or (borrowed and self.file.chunk_exists(0, _POSITION))
        ):
            raise JanusError(f"{where} {_POSITION} is missing; {count} particles need positions")
        values = {
            name: self._of_particles(index, f"particles/{name}", count, default, borrowed)
            for name, default in _DEFAULTS.items()
        }
        types = self._types(index, where)
        if np.any(wrong := (values["typeid"] < 0) | (values["typeid"] >= len(types))):
            first = int(np.argmax(wrong))
            raise JanusError(
                f"{where} particle {first} is of type {values['typeid'][first]}, but the file "
                f"names {len(types)}: {', '.join(types)}; types are counted from 0"
            )
        return RawFrame(configuration, Particles(count, types, **values))

    def configuration(self, index: int) -> Configuration:
        """Read the step and the box of a frame.

        Raises
        ------
        JanusError
            If the step is not allowed.
        """
        step = self._number(index, "configuration/step", 0)
        if not 0 <= step <= MAX_STEP:
            raise JanusError(
                f"file {self.file.path}, frame {index}: the step is {step}; it must be from 0 to "
                f"{MAX_STEP}"
            )
        box = self._stored(index, "configuration/box")
        return Configuration(
            step,
            self._number(index, "configuration/dimensions", 3),
            np.array([1, 1, 1, 0, 0, 0], np.float32) if box is None else box.ravel(),
        )

    def images(self, index: int) -> Chunk:
        """Periodic images of the particles of a frame, shape (N, 3)."""
        count = self._number(index, NUMBER, 0)
        borrowed = count == self._number(0, NUMBER, 0)
        none = np.zeros((1, 3), np.int32)
        return self._of_particles(index, "particles/image", count, none, borrowed)

    def _stored(self, index: int, name: str) -> Chunk | None:
        """Chunk of a frame or, if missing, of frame 0."""
        if index and self.file.chunk_exists(index, name):
            return self.file.read_chunk(index, name)
        if name not in self._of_frame_0:
            if not self.file.chunk_exists(0, name):
                return None
            self._of_frame_0[name] = self.file.read_chunk(0, name)
        return self._of_frame_0[name]

    def _number(self, index: int, name: str, default: int) -> int:
        found = self._stored(index, name)
        return default if found is None else int(found.ravel()[0])

    def _of_particles(
        self, index: int, name: str, count: int, default: Chunk, borrowed: bool
    ) -> Chunk:
        found = (
            self._stored(index, name) if borrowed or self.file.chunk_exists(index, name) else None
        )
        return np.repeat(default, count, axis=0) if found is None else found

    def _types(self, index: int, where: str) -> list[str]:
        name = TEXTS[0]
        found = self._stored(index, name)
        if found is None:
            return ["A"]
        rows = found.reshape(len(found), -1).astype(np.uint8)
        try:
            return [row.tobytes().split(b"\0")[0].decode() for row in rows]
        except UnicodeDecodeError as error:
            raise JanusError(
                f"{where} {name} is {error.object!r}, which is not text; the file is damaged"
            ) from error
