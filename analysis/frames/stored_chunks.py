"""Chunks stored in each frame of a GSD file.

For a chunk that a frame does not store, the GSD schema uses the value of frame 0. Whether this is
the true value depends on the software that wrote the file:

- GSD's Python writer, which this software uses, omits a chunk only if it equals that of frame 0.
  The value of a missing chunk is known.
- HOOMD-blue writes the chunks in its ``dynamic`` list. Other chunks are not saved even if they
  change. Missing positions and orientations are unknown; types, ``body`` and the box are assumed
  to be constant.
- For any other writer, each frame must store its own positions and orientations.

If the number of particles differs from frame 0, no value of frame 0 is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray
from janus_md.model.box import inverse_lattice, lattice_vectors

BOX, NUMBER = "configuration/box", "particles/N"
POSITION, ORIENTATION = "particles/position", "particles/orientation"
TYPES, TYPE, BODY = "particles/types", "particles/typeid", "particles/body"

MOVING = (POSITION, ORIENTATION)
"""Chunks that change in every frame of a simulation."""

OUTSIDE = 0.5 + 1e-4
"""Fractional coordinate beyond which a body is outside the box; includes rounding errors."""


class StoredChunks:
    """The chunks, of those needed by the analysis, that each frame of a file stores.

    Parameters
    ----------
    file : gsd.fl.GSDFile
        The file.
    rigid : bool
        Whether bodies are selected by ``body``.
    """

    def __init__(self, file: Any, rigid: bool) -> None:
        self._file = file
        writer = str(file.application)
        self._compares = writer.startswith("gsd.hoomd")
        self._by_hoomd = writer.lower().startswith("hoomd")
        self._needed = (*MOVING, TYPE, *((BODY,) if rigid else ()))
        self._first = {name for name in (*self._needed, BOX) if self.stores(0, name)}
        self._number = self._particles(0)

    def stores(self, index: int, chunk: str) -> bool:
        """Return whether a frame stores a chunk."""
        return bool(self._file.chunk_exists(index, chunk))

    def lacking(self, index: int) -> str | None:
        """Return a chunk whose value in this frame is unknown; None if there is none."""
        for chunk in self._needed:
            if chunk not in self._first or self.stores(index, chunk):
                continue
            unsaved = chunk in MOVING and not self._compares
            if unsaved or self._particles(index) != self._number:
                return chunk
        return None

    def complete_frames(self, numbers: Sequence[int], where: str) -> tuple[list[int], list[str]]:
        """Return the frames with all chunks, and notes about missing chunks.

        Raises
        ------
        JanusError
            If no frame is complete; the message begins with `where`.
        """
        kept: list[int] = []
        without: dict[str, list[int]] = {}
        for k in numbers:
            chunk = self.lacking(k)
            (kept if chunk is None else without.setdefault(chunk, [])).append(k)
        if not kept:
            chunk = next(iter(without))
            raise JanusError(
                f"{where} {chunk} is missing in {frame_range(numbers)}; the value of frame 0 does "
                "not apply to other frames"
            )
        notes = [
            f"{chunk} is missing in {frame_range(lost)}, which were left out: it was not saved, "
            "and the value of frame 0 does not apply"
            for chunk, lost in without.items()
        ]
        return kept, notes + self._remarks(kept)

    def untyped(self) -> bool:
        """Return whether the file defines no particle types; GSD's default is a single type A."""
        return not (self.stores(0, TYPES) or self.stores(0, TYPE))

    def check_box(self, index: int, box: FloatArray, positions: FloatArray, where: str) -> None:
        """Check that the bodies are inside the box if the frame does not store the box.

        Parameters
        ----------
        index : int
            Index of the frame.
        box : ndarray, shape (6,)
            Lx, Ly, Lz, xy, xz, yz, as read.
        positions : ndarray, shape (N, 3)
            Positions of the bodies.
        where : str
            Beginning of the error message.

        Raises
        ------
        JanusError
            If a body is outside GSD's default box in a file without a box, or outside the box of
            frame 0 in a frame that HOOMD-blue wrote without a box. HOOMD-blue wraps all particles
            into the box, so the box has changed.
        """
        if not (self._no_box(index) or self._box_is_old(index)):
            return
        reached = float(np.abs(positions @ inverse_lattice(lattice_vectors(box))).max())
        if reached > OUTSIDE:
            used = "the default box (edge 1)" if self._no_box(index) else "the box of frame 0"
            raise JanusError(f"{where} {BOX} is missing, and bodies lie outside {used}")

    def _box_is_old(self, index: int) -> bool:
        """Return whether HOOMD-blue wrote this frame without its box, which may have changed."""
        return self._by_hoomd and BOX in self._first and not self.stores(index, BOX)

    def _no_box(self, index: int) -> bool:
        """Return whether the file has no box for this frame; GSD's default has the edge 1."""
        return BOX not in self._first and not self.stores(index, BOX)

    def _remarks(self, numbers: Sequence[int]) -> list[str]:
        """Return notes about values that these complete frames take from frame 0 or a default."""
        notes = []
        if self._no_box(numbers[0]):
            notes.append(f"{BOX} is missing: the default box of GSD, a cube of edge 1, was used")
        elif old := [k for k in numbers if self._box_is_old(k)]:
            notes.append(f"{BOX} is missing in {frame_range(old)}: the box of frame 0 was used")
        if ORIENTATION in self._first and self._compares:
            same = [
                k
                for k in numbers
                if k and self.stores(k, POSITION) and not self.stores(k, ORIENTATION)
            ]
            if same:
                notes.append(
                    f"the orientations of {frame_range(same)} are identical to those of frame 0, "
                    "but positions differ; if HOOMD-blue wrote these frames or the originals of "
                    "these copies, the orientations were not saved and the wires are wrong"
                )
        return notes

    def _particles(self, index: int) -> int:
        """Return the number of particles in a frame."""
        if self.stores(index, NUMBER):
            return int(self._file.read_chunk(index, NUMBER)[0])
        return self._number if index else 0


def frame_range(numbers: Sequence[int]) -> str:
    """Describe frames by their number, the first and the last one."""
    if len(numbers) == 1:
        return f"frame {numbers[0]}"
    return f"{len(numbers)} frames from {min(numbers)} to {max(numbers)}"
