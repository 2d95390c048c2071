"""Reading of GSD files, including damaged ones: intact frames, or an error.

The reader of GSD does not check the index. For a damaged file it can return wrong values, allocate
any amount of memory or crash. All files are therefore read with
:mod:`janus_md.common.gsd.index`. Frames after the first damage are left out, and `note` says so.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_md.common.closing import Closing
from janus_md.common.errors import JanusError
from janus_md.common.gsd.index import Index, read_index
from janus_md.common.gsd.layout import TYPES, Damaged, Layout, read_layout
from janus_md.common.gsd.schema import strange

Chunk = NDArray[Any]

READ_ERRORS = (OSError, RuntimeError, ValueError, KeyError, IndexError, MemoryError)
"""Exceptions of GSD if a file that appeared intact cannot be read."""


class GsdFile(Closing):
    """Chunks of the intact frames of a GSD file.

    Parameters
    ----------
    path : path
        The file.

    Raises
    ------
    JanusError
        If it cannot be read, is not a GSD file with HOOMD's schema, or has no intact frame.

    Attributes
    ----------
    application : str
        Application that wrote the file.
    schema_version : tuple of 2 int
        Version of HOOMD's schema.
    names : tuple of str
        Names of the chunks.
    strange : list of str
        Names that are not in the schema.
    nframes : int
        Number of intact frames.
    damaged : bool
        Whether frames after them are lost.
    note : str, optional
        Message for the user.
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
                schema = f"{layout.schema!r} {layout.schema_version[0]}.{layout.schema_version[1]}"
                raise Damaged(f"has the schema {schema}; 'hoomd' 1 and 2 can be read")
            index = _index(self._descriptor, layout)
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
            raise JanusError(
                f"file {self.path} contains no complete frame{why}; at least one is needed"
            )
        self.application, self.names = layout.application, layout.names
        self.schema_version = layout.schema_version
        self.strange = strange(layout.names)
        self.nframes, self.damaged = index.frames, index.trouble is not None
        self._entries = index.entries
        self._frames = np.ascontiguousarray(index.entries["frame"])
        self._numbers = {name: k for k, name in reversed(list(enumerate(layout.names)))}
        self._places: OrderedDict[int, dict[int, int]] = OrderedDict()
        self.note = self._note(index.trouble, index.loose)

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def chunk_exists(self, frame: int, name: str) -> bool:
        """Return whether a frame itself stores a chunk."""
        return self._place(frame, name) is not None

    def read_chunk(self, frame: int, name: str) -> Chunk:
        """Read a stored chunk of a frame: shape (rows, columns), or (rows,) for one column.

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
        """Return the names of the chunks that a frame itself stores."""
        return [self.names[k] for k in self._entries["name"][self._span(frame)]]

    def _place(self, frame: int, name: str) -> int | None:
        number = self._numbers.get(name)
        return None if number is None else self._places_in(frame).get(number)

    def _places_in(self, frame: int) -> dict[int, int]:
        """Entries of a frame by the number of their name, kept for the frames asked for last."""
        if frame in self._places:
            self._places.move_to_end(frame)
            return self._places[frame]
        span = self._span(frame)
        numbers = self._entries["name"][span].tolist()
        found = {number: span.start + k for k, number in reversed(list(enumerate(numbers)))}
        self._places[frame] = found
        if len(self._places) > _MAX_CACHED:
            self._places.popitem(last=False)
        return found

    def _span(self, frame: int) -> slice:
        """Entries of a frame; none of a negative one."""
        ends = np.array([max(frame, 0), max(frame + 1, 0)], self._frames.dtype)
        return slice(*np.searchsorted(self._frames, ends).tolist())

    def _note(self, trouble: str | None, loose: int) -> str | None:
        used = (
            f"the {self.nframes} complete frames were used"
            if self.nframes > 1
            else "the only complete frame was used"
        )
        notes = []
        if trouble == "it is truncated":
            notes.append(f"file {self.path} is truncated; {used}")
        elif trouble is not None:
            notes.append(f"file {self.path} is damaged ({trouble}); {used}")
        elif loose:
            notes.append(
                f"file {self.path} contains {loose} bytes that do not belong to any of its "
                f"{self.nframes} frames; later frames may be lost"
            )
        if self.strange:
            notes.append(
                f"file {self.path} has chunks that are not in HOOMD's schema and were ignored: "
                + ", ".join(repr(name)[1:-1] for name in self.strange[:3])
            )
        return "; ".join(notes) or None


_CACHED: OrderedDict[tuple[int, ...], Index] = OrderedDict()
_MAX_CACHED = 4
_TIME_RESOLUTION = 2_000_000_000  # ns


def _index(descriptor: int, layout: Layout) -> Index:
    """Index of a file; cached, as an analysis opens its file many times."""
    about = os.fstat(descriptor)
    key = (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)
    if key in _CACHED:
        return _CACHED[key]
    index = read_index(descriptor, layout)
    # A file may be written again within the resolution of its modification time.
    if time.time_ns() - max(about.st_mtime_ns, about.st_ctime_ns) > _TIME_RESOLUTION:
        _CACHED[key] = index
        if len(_CACHED) > _MAX_CACHED:
            _CACHED.popitem(last=False)
    return index


def _read(descriptor: int, size: int, location: int) -> bytes:
    """Read bytes; a single system call returns at most 2 GiB."""
    parts = []
    while size:
        part = os.pread(descriptor, min(size, 1 << 30), location)
        if not part:
            raise OSError("the file has become shorter")
        parts.append(part)
        size, location = size - len(part), location + len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
