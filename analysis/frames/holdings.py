"""What each frame of a GSD file stores itself, and what a reader would borrow from frame 0.

A chunk that a frame lacks has frame 0's value, says GSD. Whether that is what the frame had depends
on the software that wrote it:

- GSD's own Python writer, which this software uses, compares with frame 0 and leaves out what is
  equal. What is missing is known.
- HOOMD-blue writes what its ``dynamic`` list names, changed or not. What is missing was not saved:
  positions and orientations then change without a trace, while types, ``body`` and the box are
  taken to stay.
- Of any other writer nothing is known. Positions and orientations of a later frame must be its own.

Where the number of particles is not that of frame 0, nothing can be taken from frame 0, whatever
software wrote the file.
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
"""Chunks that are different in every frame of a simulation."""

OUTSIDE = 0.5 + 1e-4
"""A coordinate beyond this, in edges of the box from its middle, is outside for all rounding."""


class Holdings:
    """What the frames of a file hold of what the analysis needs.

    Parameters
    ----------
    file : gsd.fl.GSDFile
        The file.
    rigid : bool
        Whether ``body`` decides which particles are bodies.
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
        """Whether a frame stores a chunk itself."""
        return bool(self._file.chunk_exists(index, chunk))

    def lacking(self, index: int) -> str | None:
        """Chunk whose value in this frame is not known, if there is one."""
        for chunk in self._needed:
            if chunk not in self._first or self.stores(index, chunk):
                continue
            unsaved = chunk in MOVING and not self._compares
            if unsaved or self._particles(index) != self._number:
                return chunk
        return None

    def sift(self, numbers: Sequence[int], where: str) -> tuple[list[int], list[str]]:
        """Frames that lack nothing, and what the user should know of them and of the others.

        Raises
        ------
        JanusError
            If there is none; the sentence begins with `where`.
        """
        kept: list[int] = []
        without: dict[str, list[int]] = {}
        for k in numbers:
            chunk = self.lacking(k)
            (kept if chunk is None else without.setdefault(chunk, [])).append(k)
        if not kept:
            chunk = next(iter(without))
            raise JanusError(
                f"{where} {chunk} is missing in {told(numbers)}, and frame 0's is not theirs"
            )
        notes = [
            f"{chunk} is missing in {told(lost)}, which were left out: it was not saved there, and "
            "frame 0's is not theirs"
            for chunk, lost in without.items()
        ]
        return kept, notes + self._remarks(kept)

    def untyped(self) -> bool:
        """Whether the file names no types of particles; GSD then has all of them of a type A."""
        return not (self.stores(0, TYPES) or self.stores(0, TYPE))

    def check_box(self, index: int, box: FloatArray, positions: FloatArray, where: str) -> None:
        """Refuse bodies outside of a box that was not stored with them.

        Parameters
        ----------
        index : int
            Number of the frame.
        box : ndarray, shape (6,)
            Lx, Ly, Lz, xy, xz, yz, as it was read.
        positions : ndarray, shape (N, 3)
            Of the bodies.
        where : str
            Beginning of the refusal.

        Raises
        ------
        JanusError
            If GSD's default box does not hold the bodies of a file that states none, or frame 0's
            box those that HOOMD-blue, which moves them into the box, wrote without their own.
        """
        if not (self._no_box(index) or self._box_is_old(index)):
            return
        reached = float(np.abs(positions @ inverse_lattice(lattice_vectors(box))).max())
        if reached > OUTSIDE:
            taken = "GSD's cube of edge 1" if self._no_box(index) else "that of frame 0"
            raise JanusError(f"{where} {BOX} is missing, and bodies lie outside of {taken}")

    def _box_is_old(self, index: int) -> bool:
        """Whether HOOMD-blue wrote this frame without the box, which may have changed."""
        return self._by_hoomd and BOX in self._first and not self.stores(index, BOX)

    def _no_box(self, index: int) -> bool:
        """Whether nothing is stored of this frame's box, for which GSD has a default of edge 1."""
        return BOX not in self._first and not self.stores(index, BOX)

    def _remarks(self, numbers: Sequence[int]) -> list[str]:
        """What the user should know of what these frames, which lack nothing, do not store."""
        notes = []
        if self._no_box(numbers[0]):
            notes.append(f"{BOX} is missing: the box is GSD's cube of edge 1")
        elif old := [k for k in numbers if self._box_is_old(k)]:
            notes.append(f"{BOX} is missing in {told(old)}: it counts as that of frame 0")
        if ORIENTATION in self._first and self._compares:
            same = [
                k
                for k in numbers
                if k and self.stores(k, POSITION) and not self.stores(k, ORIENTATION)
            ]
            if same:
                notes.append(
                    f"the orientations of {told(same)} are those of frame 0 to the last bit, while "
                    "positions differ; if HOOMD-blue wrote these frames, or those they were copied "
                    "from, orientations were not saved, and the wires are wrong"
                )
        return notes

    def _particles(self, index: int) -> int:
        """Number of particles of a frame."""
        if self.stores(index, NUMBER):
            return int(self._file.read_chunk(index, NUMBER)[0])
        return self._number if index else 0


def told(numbers: Sequence[int]) -> str:
    """Name frames: the only one, or the first and the last and how many there are."""
    if len(numbers) == 1:
        return f"frame {numbers[0]}"
    return f"{len(numbers)} frames from {min(numbers)} to {max(numbers)}"
