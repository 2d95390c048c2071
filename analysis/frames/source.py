"""Read frames of a GSD file for the analysis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.analysis.frames.plausible import check_names, check_places, unit_quaternions
from janus_md.analysis.frames.selection import (
    Constituents,
    bodies_among,
    constituents_of,
    selection_note,
)
from janus_md.analysis.frames.stored_chunks import StoredChunks
from janus_md.common.closing import Closing
from janus_md.common.errors import JanusError
from janus_md.common.gsd.frames import Configuration, GsdFrames
from janus_md.model.body import FloatArray
from janus_md.model.box import lattice_vectors
from janus_md.model.setup import Setup

HANDS = {"R": 1, "S": -1}


@dataclass(frozen=True)
class Frame:
    """The bodies of one frame.

    Attributes
    ----------
    index : int
        Index in the file.
    step : int
        Time step.
    box : ndarray, shape (6,)
        Lx, Ly, Lz (nm), xy, xz, yz.
    positions : ndarray, shape (N, 3)
        Centres, nm.
    orientations : ndarray, shape (N, 4)
        Quaternions (w, x, y, z); (1, 0, 0, 0) if the file has none.
    names : tuple of str
        Type names.
    kinds : ndarray of int, shape (N,)
        Index into `names` of each body.
    tags : ndarray of int, shape (N,)
        Particle index of each body in the file.
    time_ps : float
        Time, ps; NaN if the file does not contain it.
    oriented : bool
        Whether the file has orientations.
    constituents : Constituents, optional
        Constituent particles of these bodies in the file; None if there are none.
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
    """A GSD file with positions, written by any software.

    Parameters
    ----------
    path : path
        The file.
    types : sequence of str, optional
        Types of the bodies. By default, all particles except the constituents of rigid bodies,
        whose ``body`` is the index of another particle.
    oriented : bool
        Whether to reject a file without orientations, which wires need.

    Raises
    ------
    JanusError
        If the file cannot be read or has no frames.

    Attributes
    ----------
    note : str, optional
        Warning about the file.
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
        self._stored = StoredChunks(self._file.file, rigid=types is None)

    def __len__(self) -> int:
        return len(self._file)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def setup(self) -> Setup | None:
        """Return the setup stored in the first frame; None for files of other software.

        Raises
        ------
        JanusError
            If the stored setup is damaged.
        """
        if not self._asked:
            from janus_md.simulation.files.description import setup_in

            self._setup, self._asked = setup_in(self._file.file), True
        return self._setup

    def frame(self, index: int) -> Frame:
        """Read frame `index` and check that it can be analysed.

        Raises
        ------
        JanusError
            If the frame lacks a chunk, has no bodies or lacks required orientations, its box is
            two-dimensional or not finite, or a coordinate is not finite.
        """
        where = f"file {self.path}, frame {index}:"
        if chunk := self._stored.lacking(index):
            raise JanusError(f"{where} {chunk} is missing; the value of frame 0 does not apply")
        raw = self._file[index]
        box = _box_of(raw.configuration, where)
        names = tuple(raw.particles.types)
        chosen = bodies_among(raw.particles, self.types, where)
        oriented = self._has_orientations()
        if self._must_be_oriented and not oriented:
            raise JanusError(
                f"{where} particles/orientation is missing; wires need the directions of the "
                "dipoles, aggregates do not (--aggregates)"
            )
        positions = np.asarray(raw.particles.position, dtype=np.float64)[chosen]
        orientations = np.asarray(raw.particles.orientation, dtype=np.float64)[chosen]
        for key, values in (("position", positions), ("orientation", orientations)):
            if not (finite := np.isfinite(values)).all():
                bad = int(np.argmin(finite.all(axis=1)))
                raise JanusError(
                    f"{where} the {key} of particle {chosen[bad]} is {values[bad].tolist()}; all "
                    "must be finite numbers"
                )
        check_places(positions, box, chosen, where)
        orientations = unit_quaternions(orientations, self.setup(), chosen, where)
        kinds = np.asarray(raw.particles.typeid, dtype=np.int64)[chosen]
        check_names({names[k] for k in np.flatnonzero(np.bincount(kinds))}, self.setup(), where)
        step = int(raw.configuration.step)
        self._stored.check_box(index, box, positions, where)
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

    def box(self, index: int) -> FloatArray:
        """Read the box of frame `index` alone, shape (6,), nm.

        Raises
        ------
        JanusError
            If it is two-dimensional or not finite.
        """
        return _box_of(self._file.configuration(index), f"file {self.path}, frame {index}:")

    def unwrapped(self, frame: Frame) -> FloatArray:
        """Positions of the bodies of a frame without periodic wrapping, shape (N, 3), nm."""
        images = self._file.images(frame.index)[frame.tags].astype(np.float64)
        return np.asarray(frame.positions + images @ lattice_vectors(frame.box))

    def _time(self, index: int) -> float:
        """Return the time of a frame, ps; NaN if the file does not contain it."""
        from janus_md.simulation.files.trajectory import TIME

        chunk = f"log/{TIME}"
        if not self._file.file.chunk_exists(index, chunk):
            return float("nan")
        return float(np.ravel(self._file.file.read_chunk(index, chunk))[0])

    def usable(self, frames: slice | None = None) -> tuple[list[int], list[str]]:
        """Return the selected frames that can be analysed, and notes about the others.

        Parameters
        ----------
        frames : slice, optional
            Frames to select; all by default.

        Raises
        ------
        JanusError
            If the step is not positive, no frame is selected, or no selected frame can be analysed.
        """
        wanted = frames or slice(None)
        ends = (wanted.start, wanted.stop, wanted.step)
        choice = ":".join("" if end is None else str(end) for end in ends)
        if wanted.step is not None and wanted.step < 1:
            raise JanusError(
                f"frames: {choice} must have a positive step; frames are analysed in time order"
            )
        numbers = range(len(self))[wanted]
        if not numbers:
            raise JanusError(f"frames: {choice} selects none of the {len(self)} in {self.path}")
        kept, notes = self._stored.complete_frames(numbers, f"file {self.path}:")
        if note := selection_note(self._file[kept[0]].particles, self.types):
            notes.append(note)
        return kept, notes

    def untyped(self) -> bool:
        """Return whether the file defines no particle types; GSD's default is a single type A."""
        return self._stored.untyped()

    def _has_orientations(self) -> bool:
        """Return whether the file has orientations; GSD omits those that are all the default."""
        if self._oriented is None:
            chunk = "particles/orientation"
            exists = self._file.file.chunk_exists
            stored = any(exists(index, chunk) for index in range(len(self)))
            # A chunk with a damaged name may be the orientations.
            described = self.setup() is not None
            self._oriented = stored or (described and not self._file.file.strange)
        return self._oriented


def unit_axis(axis: Sequence[float]) -> tuple[float, float, float]:
    """Return the direction of the dipole in the body frame as a unit vector.

    Raises
    ------
    JanusError
        If `axis` is not a finite vector other than 0.
    """
    length = math.hypot(*axis)
    if len(axis) != 3 or not math.isfinite(length) or length == 0.0:
        given = [float(value) for value in axis]
        raise JanusError(f"axis is {given}; it must be three finite numbers that are not all 0")
    x, y, z = (float(value) / length for value in axis)
    return x, y, z


def _box_of(configuration: Configuration, where: str) -> FloatArray:
    """Return the box of a frame if it can be analysed."""
    box = np.asarray(configuration.box, dtype=np.float64)
    if box.shape != (6,):
        raise JanusError(f"{where} the box has {box.size} numbers; it must have 6")
    if configuration.dimensions == 2:
        raise JanusError(f"{where} the box is 2D; only 3D boxes can be analysed")
    if not np.all(np.isfinite(box)) or np.any(box[:3] <= 0.0):
        raise JanusError(f"{where} the box is {box.tolist()}; its three lengths must be positive")
    return box
