"""Frames of a GSD file as the analysis needs them; what it cannot use is refused in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from janus_md.analysis.bonds import DEFAULT_CRITERION
from janus_md.analysis.neighbours import IndexArray
from janus_md.analysis.plausible import check_names, check_places, unit_quaternions
from janus_md.bodies import BondCriterion, FloatArray
from janus_md.errors import JanusError
from janus_md.gsd_frames import GsdFrames

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
        Quaternions (w, x, y, z).
    names : tuple of str
        Type names.
    kinds : ndarray of int, shape (N,)
        Index into `names` of each body.
    tags : ndarray of int, shape (N,)
        Number of each body among the file's particles.
    """

    index: int
    step: int
    box: FloatArray
    positions: FloatArray
    orientations: FloatArray
    names: tuple[str, ...]
    kinds: IndexArray
    tags: IndexArray


class GsdSource:
    """A GSD file with positions and orientations, whoever wrote it.

    Parameters
    ----------
    path : path
        The file.
    types : sequence of str, optional
        Types that are bodies. Without it, every particle is one, except the constituents of rigid
        bodies (HOOMD-blue's ``body`` tag names another particle).

    Raises
    ------
    JanusError
        If the file cannot be read or holds no frame.

    Attributes
    ----------
    note : str, optional
        What the user should know of the file.
    """

    def __init__(self, path: str | Path, types: Sequence[str] | None = None) -> None:
        self.path = Path(path)
        self.types = None if types is None else tuple(types)
        self._oriented: bool | None = None
        self._metadata: dict[str, Any] | None = None
        self._file = GsdFrames(self.path)
        self.note = self._file.note

    def __enter__(self) -> GsdSource:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._file)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def metadata(self) -> dict[str, Any]:
        """Metadata that this software wrote in the first frame; empty for anybody else's file.

        Raises
        ------
        JanusError
            If they are there and damaged.
        """
        from janus_md.stated import metadata_of

        if self._metadata is None:
            self._metadata = metadata_of(self._file.file)
        return self._metadata

    def frame(self, index: int) -> Frame:
        """Read frame `index` and check that wires can be looked for in it.

        Raises
        ------
        JanusError
            If it has no bodies or no orientations, a flat, two-dimensional or infinite box, or a
            coordinate that is not a number.
        """
        where = f"file {self.path}, frame {index}:"
        raw = self._file[index]
        box = np.asarray(raw.configuration.box, dtype=np.float64)
        if box.shape != (6,):
            raise JanusError(f"{where} the box has {box.size} numbers; it must have 6")
        if raw.configuration.dimensions == 2:
            raise JanusError(f"{where} the box is 2D; wires are looked for in 3D boxes only")
        if not np.all(np.isfinite(box)) or np.any(box[:3] <= 0.0):
            raise JanusError(
                f"{where} the box is {box.tolist()}; its three lengths must be positive"
            )
        names = tuple(raw.particles.types)
        chosen = bodies_among(raw.particles, self.types, where)
        if not self._has_orientations():
            raise JanusError(
                f"{where} particles/orientation is missing; the dipoles' directions are needed"
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
        orientations = unit_quaternions(orientations, self.metadata(), chosen, where)
        kinds = np.asarray(raw.particles.typeid, dtype=np.int64)[chosen]
        check_names({names[k] for k in np.unique(kinds)}, self.metadata(), where)
        step = int(raw.configuration.step)
        return Frame(index, step, box, positions, orientations, names, kinds, chosen)

    def _has_orientations(self) -> bool:
        """Tell whether the file has them; GSD leaves them out of frames where none is turned."""
        if self._oriented is None:
            chunk = "particles/orientation"
            exists = self._file.file.chunk_exists
            stored = any(exists(index, chunk) for index in range(len(self)))
            # Where a name is damaged, the orientations may be what is under it.
            self._oriented = stored or bool(self.metadata() and not self._file.file.strange)
        return self._oriented


def bodies_among(particles: Any, types: Sequence[str] | None, where: str) -> IndexArray:
    """Numbers of the particles that are bodies: those of some types, or all but constituents.

    Parameters
    ----------
    particles : object
        Particles of a frame of GSD, or of a snapshot of HOOMD-blue.
    types : sequence of str or None
        Types that are bodies; None: every particle, except the constituents of rigid bodies
        (whose ``body`` names another particle).
    where : str
        Beginning of a refusal.

    Raises
    ------
    JanusError
        If there are none, or one of the types is unknown.
    """
    if types is None:
        body = np.asarray(particles.body, dtype=np.int64)
        chosen = np.flatnonzero((body < 0) | (body == np.arange(len(body))))
    else:
        names = list(particles.types)
        if unknown := sorted(set(types) - set(names)):
            raise JanusError(f"{where} there is no type {unknown[0]}; it has {', '.join(names)}")
        chosen = np.flatnonzero(np.isin(particles.typeid, [names.index(name) for name in types]))
    if len(chosen) == 0:
        raise JanusError(f"{where} there are no bodies in it; at least one is needed")
    return chosen


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
        raise JanusError(f"axis is {given}; it must be three numbers that are not all 0")
    x, y, z = (float(value) / length for value in axis)
    return x, y, z


def bond_criterion(metadata: dict[str, Any]) -> BondCriterion:
    """Criterion named in the metadata; the default where there is none.

    Raises
    ------
    JanusError
        If the bodies of the file have different criteria.
    """
    stated = {
        (float(body["bond"]["distance"]), float(body["bond"]["angle"]))
        for body in metadata.get("bodies", {}).values()
    }
    if len(stated) > 1:
        raise JanusError(
            f"bond: the file's bodies have different criteria {sorted(stated)}; state one for all"
        )
    return BondCriterion(*stated.pop()) if stated else DEFAULT_CRITERION


def check_criterion(criterion: BondCriterion) -> None:
    """Refuse a criterion that no bond can have.

    Raises
    ------
    JanusError
        If the distance is not positive or the angle not between 0 and 90 degrees.
    """
    if not criterion.distance > 0.0 or not np.isfinite(criterion.distance):
        raise JanusError(f"bond distance is {criterion.distance} nm; it must be positive")
    if not 0.0 < criterion.angle < 90.0:
        raise JanusError(
            f"bond angle is {criterion.angle} degrees; it must be above 0 and below 90"
        )
