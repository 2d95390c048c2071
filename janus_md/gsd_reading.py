"""Reading GSD files, damaged ones too: whole frames, or one sentence.

GSD's own reader follows the index wherever it points: of a damaged file it can give wrong values,
ask for any amount of memory or end the process. Every file is therefore read through
:mod:`janus_md.gsd_index`; frames after the first damage are not there, and `note` says so.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_md.errors import JanusError
from janus_md.gsd_index import read_index
from janus_md.gsd_layout import TYPES, Damaged, read_layout
from janus_md.gsd_schema import NUMBER, TEXTS, strange

Chunk = NDArray[Any]

READ_ERRORS = (OSError, RuntimeError, ValueError, KeyError, IndexError, MemoryError)
"""What GSD raises where a file that looked whole cannot be read."""

MOST_STEPS = 2**63 - 1
"""Largest time step that the tables can hold."""


class GsdFile:
    """Chunks of the whole frames of a GSD file.

    Parameters
    ----------
    path : path
        The file.

    Raises
    ------
    JanusError
        If it cannot be read, is no GSD file of HOOMD's schema, or no frame of it is whole.

    Attributes
    ----------
    application : str
        Who wrote the file.
    schema_version : tuple of 2 int
        Version of HOOMD's schema.
    names : tuple of str
        Names of its chunks.
    strange : list of str
        Those that the schema does not have.
    nframes : int
        Frames that are whole.
    damaged : bool
        Whether frames after them are lost.
    note : str, optional
        What the user should know.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise JanusError(f"file {self.path} does not exist; a GSD file is expected")
        self._descriptor = -1
        try:
            self._descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
            layout = read_layout(self._descriptor)
            if layout.schema != "hoomd" or layout.schema_version[0] not in (1, 2):
                told = f"{layout.schema!r} {layout.schema_version[0]}.{layout.schema_version[1]}"
                raise Damaged(f"has the schema {told}; 'hoomd' 1 and 2 can be read")
            index = read_index(self._descriptor, layout)
        except Damaged as error:
            self.close()
            raise JanusError(f"file {self.path} is not a readable GSD file; it {error}") from error
        except OSError as error:
            self.close()
            raise JanusError(
                f"file {self.path} cannot be read ({error.strerror or error})"
            ) from error
        if index.frames == 0:
            self.close()
            why = f" ({index.trouble})" if index.trouble else ""
            raise JanusError(f"file {self.path} holds no whole frame{why}; at least one is needed")
        self.application, self.names = layout.application, layout.names
        self.schema_version = layout.schema_version
        self.strange = strange(layout.names)
        self.nframes, self.damaged = index.frames, index.trouble is not None
        self._entries = index.entries
        self._keys = (index.entries["frame"] << np.uint64(16)) | index.entries["name"]
        self._numbers = {name: k for k, name in reversed(list(enumerate(layout.names)))}
        self.note = self._told(index.trouble, index.loose)

    def __enter__(self) -> GsdFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def chunk_exists(self, frame: int, name: str) -> bool:
        """Tell whether a frame stores a chunk itself."""
        return self._place(frame, name) is not None

    def read_chunk(self, frame: int, name: str) -> Chunk:
        """Read a chunk that a frame stores: shape (rows, columns), or (rows,) of one column.

        Raises
        ------
        JanusError
            If the disk fails.
        KeyError
            If there is no such chunk.
        """
        place = self._place(frame, name)
        if place is None:
            raise KeyError(f"frame {frame} has no chunk {name}")
        entry = self._entries[place]
        kind = np.dtype(TYPES[entry["type"]])
        shape = (int(entry["rows"]), int(entry["columns"]))
        size = kind.itemsize * shape[0] * shape[1]
        try:
            raw = _read(self._descriptor, size, int(entry["location"]))
        except OSError as error:
            raise JanusError(
                f"file {self.path}, frame {frame}: {name} cannot be read "
                f"({error.strerror or error})"
            ) from error
        values = np.frombuffer(raw, kind).reshape(shape)
        return values[:, 0] if shape[1] == 1 else values

    def stored(self, frame: int) -> list[str]:
        """Names of the chunks that a frame stores itself."""
        begin, end = np.searchsorted(self._entries["frame"], (frame, frame + 1))
        return [self.names[k] for k in self._entries["name"][begin:end]]

    def _place(self, frame: int, name: str) -> int | None:
        number = self._numbers.get(name)
        if number is None or frame < 0:
            return None
        key = np.uint64((frame << 16) | number)
        place = int(np.searchsorted(self._keys, key))
        return place if place < len(self._keys) and self._keys[place] == key else None

    def _told(self, trouble: str | None, loose: int) -> str | None:
        used = (
            f"the {self.nframes} frames that are whole were used"
            if self.nframes > 1
            else "the one frame that is whole was used"
        )
        told = []
        if trouble == "it is cut off":
            told.append(f"file {self.path} is cut off; {used}")
        elif trouble is not None:
            told.append(f"file {self.path} is damaged ({trouble}); {used}")
        elif loose:
            told.append(
                f"file {self.path} holds {loose} bytes that belong to none of its {self.nframes} "
                "frames; later frames may be lost"
            )
        if self.strange:
            told.append(
                f"file {self.path} has chunks that are not of HOOMD's schema, which were left out: "
                + ", ".join(repr(name)[1:-1] for name in self.strange[:3])
            )
        return "; ".join(told) or None


@dataclass(frozen=True)
class Configuration:
    """Step and box of a frame, as ``gsd.hoomd`` has them."""

    step: int
    dimensions: int
    box: Chunk


@dataclass(frozen=True)
class Particles:
    """Particles of a frame, as ``gsd.hoomd`` has them; only what the analysis needs."""

    N: int
    types: list[str]
    typeid: Chunk
    body: Chunk
    position: Chunk
    orientation: Chunk


@dataclass(frozen=True)
class RawFrame:
    """A frame as it is stored, with frame 0's values or GSD's defaults for what it lacks."""

    configuration: Configuration
    particles: Particles
    log: dict[str, Chunk] = field(default_factory=dict)


_POSITION = "particles/position"
_DEFAULTS = {
    "typeid": np.zeros(1, np.uint32),
    "body": np.full(1, -1, np.int32),
    "position": np.zeros((1, 3), np.float32),
    "orientation": np.array([[1.0, 0.0, 0.0, 0.0]], np.float32),
}


class GsdFrames:
    """Frames of a GSD file with HOOMD's schema.

    Parameters and errors as of :class:`GsdFile`, which is `file`.
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
            If it holds names or numbers that cannot be.
        """
        where = f"file {self.file.path}, frame {index}:"
        step = self._number(index, "configuration/step", 0)
        if not 0 <= step <= MOST_STEPS:
            raise JanusError(f"{where} the step is {step}; it must be from 0 to {MOST_STEPS}")
        box = self._stored(index, "configuration/box")
        configuration = Configuration(
            step,
            self._number(index, "configuration/dimensions", 3),
            np.array([1, 1, 1, 0, 0, 0], np.float32) if box is None else box.ravel(),
        )
        count = self._number(index, NUMBER, 0)
        borrowed = count == self._number(0, NUMBER, 0)
        if count > 1 and not (
            self.file.chunk_exists(index, _POSITION)
            or (borrowed and self.file.chunk_exists(0, _POSITION))
        ):
            raise JanusError(f"{where} {_POSITION} is missing; {count} particles need places")
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

    def _stored(self, index: int, name: str) -> Chunk | None:
        """Chunk of a frame, or else of frame 0."""
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
                f"{where} {name} is {error.object!r}, which is no text; the file is damaged"
            ) from error


def _read(descriptor: int, size: int, location: int) -> bytes:
    """Read bytes; one call of the system gives 2 GiB at most."""
    parts = []
    while size:
        part = os.pread(descriptor, min(size, 1 << 30), location)
        if not part:
            raise OSError("the file has become shorter")
        parts.append(part)
        size, location = size - len(part), location + len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
