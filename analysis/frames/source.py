"""Frames of a GSD file as the analysis needs them; frames that it cannot use are refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from janus_md.analysis.frames.holdings import Holdings
from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.analysis.frames.plausible import check_names, check_places, unit_quaternions
from janus_md.analysis.frames.selection import (
    Constituents,
    bodies_among,
    constituents_of,
    selection_note,
)
from janus_md.common.closing import Closing
from janus_md.common.errors import JanusError
from janus_md.common.gsd.frames import GsdFrames
from janus_md.model.body import FloatArray
from janus_md.model.setup import Setup

HANDS = {"R": 1, "S": -1}


@dataclass(frozen=True)
class Frame:
    """One frame, bodies only.

    Attributes
    ----------
    index : int
        Its number in the file.
    step : int
        Its time step.
    box : ndarray, shape (6,)
        Lx, Ly, Lz (nm), xy, xz, yz.
    positions : ndarray, shape (N, 3)
        nm.
    orientations : ndarray, shape (N, 4)
        Quaternions (w, x, y, z); (1, 0, 0, 0) where the file has none.
    names : tuple of str
        Type names.
    kinds : ndarray of int, shape (N,)
        Index into `names` of each body.
    tags : ndarray of int, shape (N,)
        Number of each body among the file's particles.
    time_ps : float
        Its time, ps; NaN where the file does not say.
    oriented : bool
        Whether the file has orientations.
    constituents : Constituents, optional
        Particles of the file that belong to these bodies, where it has such.
    """

    index: int
    step: int
    box: FloatArray
    positions: FloatArray
    orientations: FloatArray
    names: tuple[str, ...]
    kinds: IndexArray
    tags: IndexArray
    time_ps: float = math.nan
    oriented: bool = True
    constituents: Constituents | None = None


class GsdSource(Closing):
    """A GSD file with positions, of any software.

    Parameters
    ----------
    path : path
        The file.
    types : sequence of str, optional
        Types that are bodies. Without it, every particle is one, except the constituents of rigid
        bodies (HOOMD-blue's ``body`` tag names another particle).
    oriented : bool
        Whether a file without orientations is refused, as wires need them.

    Raises
    ------
    JanusError
        If the file cannot be read or holds no frame.

    Attributes
    ----------
    note : str, optional
        What the user should know of the file.
    """

    def __init__(
        self, path: str | Path, types: Sequence[str] | None = None, *, oriented: bool = True
    ) -> None:
        self.path = Path(path)
        self._must_be_oriented = oriented
        self.types = None if types is None else tuple(types)
        self._oriented: bool | None = None
        self._setup: Setup | None = None
        self._asked = False
        self._file = GsdFrames(self.path)
        self.note = self._file.note
        self._holdings = Holdings(self._file.file, rigid=types is None)

    def __len__(self) -> int:
        return len(self._file)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def setup(self) -> Setup | None:
        """Setup that this software wrote into the first frame; None for files of other software.

        Raises
        ------
        JanusError
            If it is there and damaged.
        """
        from janus_md.simulation.files.description import setup_in

        if not self._asked:
            self._setup, self._asked = setup_in(self._file.file), True
        return self._setup

    def frame(self, index: int) -> Frame:
        """Read frame `index` and check that it can be analysed.

        Raises
        ------
        JanusError
            If what it needs was not saved with it, it has no bodies or no orientations that are
            needed, a flat, two-dimensional or infinite box, or a coordinate that is not a number.
        """
        where = f"file {self.path}, frame {index}:"
        if chunk := self._holdings.lacking(index):
            raise JanusError(f"{where} {chunk} is missing; frame 0's is not that of this frame")
        raw = self._file[index]
        box = np.asarray(raw.configuration.box, dtype=np.float64)
        if box.shape != (6,):
            raise JanusError(f"{where} the box has {box.size} numbers; it must have 6")
        if raw.configuration.dimensions == 2:
            raise JanusError(f"{where} the box is 2D; only 3D boxes are analysed")
        if not np.all(np.isfinite(box)) or np.any(box[:3] <= 0.0):
            raise JanusError(
                f"{where} the box is {box.tolist()}; its three lengths must be positive"
            )
        names = tuple(raw.particles.types)
        chosen = bodies_among(raw.particles, self.types, where)
        oriented = self._has_orientations()
        if self._must_be_oriented and not oriented:
            raise JanusError(
                f"{where} particles/orientation is missing; the directions of the dipoles are "
                "needed for wires, not for aggregates (--aggregates)"
            )
        positions = np.asarray(raw.particles.position, dtype=np.float64)[chosen]
        orientations = np.asarray(raw.particles.orientation, dtype=np.float64)[chosen]
        for key, values in (("position", positions), ("orientation", orientations)):
            bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
            if len(bad):
                raise JanusError(
                    f"{where} the {key} of particle {chosen[bad[0]]} is "
                    f"{values[bad[0]].tolist()}; all must be finite numbers"
                )
        check_places(positions, box, chosen, where)
        orientations = unit_quaternions(orientations, self.setup(), chosen, where)
        kinds = np.asarray(raw.particles.typeid, dtype=np.int64)[chosen]
        check_names({names[k] for k in np.unique(kinds)}, self.setup(), where)
        step = int(raw.configuration.step)
        self._holdings.check_box(index, box, positions, where)
        return Frame(
            index,
            step,
            box,
            positions,
            orientations,
            names,
            kinds,
            chosen,
            self._time(index),
            oriented,
            constituents_of(raw.particles, chosen, box, where),
        )

    def _time(self, index: int) -> float:
        """Time of a frame, ps; NaN where the file does not say."""
        from janus_md.simulation.files.trajectory import TIME

        chunk = f"log/{TIME}"
        if not self._file.file.chunk_exists(index, chunk):
            return float("nan")
        return float(np.ravel(self._file.file.read_chunk(index, chunk))[0])

    def usable(self, frames: slice | None = None) -> tuple[list[int], list[str]]:
        """Frames of a choice that hold what the analysis needs, and notes on the others.

        Parameters
        ----------
        frames : slice, optional
            The choice; all without it.

        Raises
        ------
        JanusError
            If the choice runs backwards or is empty, or none of its frames can be used.
        """
        wanted = frames or slice(None)
        ends = (wanted.start, wanted.stop, wanted.step)
        choice = ":".join("" if end is None else str(end) for end in ends)
        if wanted.step is not None and wanted.step < 1:
            raise JanusError(
                f"frames: {choice} must have a positive step; frames go forward in time"
            )
        numbers = range(len(self))[wanted]
        if not numbers:
            raise JanusError(f"frames: {choice} chooses none of the {len(self)} in {self.path}")
        kept, notes = self._holdings.sift(numbers, f"file {self.path}:")
        if note := selection_note(self._file[kept[0]].particles, self.types):
            notes.append(note)
        return kept, notes

    def untyped(self) -> bool:
        """Tell whether the file names no types of particles; all are then of GSD's type A."""
        return self._holdings.untyped()

    def _has_orientations(self) -> bool:
        """Tell whether the file has them; GSD leaves them out of frames where none is turned."""
        if self._oriented is None:
            chunk = "particles/orientation"
            exists = self._file.file.chunk_exists
            stored = any(exists(index, chunk) for index in range(len(self)))
            # Where a name is damaged, the orientations may be what is under it.
            described = self.setup() is not None
            self._oriented = stored or (described and not self._file.file.strange)
        return self._oriented


def unit_axis(axis: Sequence[float]) -> tuple[float, float, float]:
    """Direction of the dipole in the body frame as a unit vector.

    Raises
    ------
    JanusError
        If it has none.
    """
    length = math.hypot(*axis)
    if len(axis) != 3 or not math.isfinite(length) or length == 0.0:
        given = [float(value) for value in axis]
        raise JanusError(f"axis is {given}; it must be three finite numbers that are not all 0")
    x, y, z = (float(value) / length for value in axis)
    return x, y, z
