"""Tables and averages of the spatial structure over frames of the last third of a run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.analysis.aggregates.bonds import body_axes
from janus_md.analysis.frames.source import Frame
from janus_md.analysis.order.scattering import (
    CORE_RADIUS,
    Q_BINS,
    Q_MAX,
    averaged,
    binned,
    small_angle_slope,
)
from janus_md.analysis.order.structure import (
    axial_distribution,
    axial_edges,
    bond_orientational_order,
    local_density,
)
from janus_md.analysis.series.averages import mean_and_error
from janus_md.common.parquet import PartialParquet
from janus_md.model.body import FloatArray
from janus_md.model.box import face_distances, lattice_vectors

FRAMES = 8
"""Maximum number of frames, evenly spaced over the last third."""

BODIES = 200_000
"""Maximum number of bodies in all these frames; large systems use fewer frames."""

REACH = 6.0
"""Range of the pair distribution along and across the dipole, nm."""

WIDTH = 0.1
"""Bin width of the pair distribution, nm."""

RADIUS = 3.0
"""Radius of the sphere for the local density, nm."""

SLOPE_RANGE = (0.4, 1.6)
"""Range of wave numbers for the small-angle slope, 1/nm; the slope of a wire is -1."""

NEIGHBOURS = 12
"""Number of neighbours for the bond-orientational order q_6."""


def chosen(tail: Sequence[int], n_bodies: int) -> list[int]:
    """Return evenly spaced frames; fewer if they have many bodies."""
    most = min(FRAMES, BODIES // n_bodies, len(tail))
    if most == 0:
        return []
    return [tail[int(k)] for k in np.unique(np.linspace(0, len(tail) - 1, most).astype(int))]


@dataclass(frozen=True)
class FrameStructure:
    """Spatial structure of one frame.

    Attributes
    ----------
    pairs : ndarray, shape (2 B, B), or None
        g(along, across) about the dipole, B bins across; None without orientations.
    scattering : ndarray, shape (3, Q_BINS)
        As of :func:`janus_md.analysis.order.scattering.binned`.
    q6 : float or None
        Mean over the bodies; None with too few of them.
    density : float or None
        Mean local density within :data:`RADIUS`, 1/nm^3; None if the box is too small.
    """

    pairs: FloatArray | None
    scattering: FloatArray
    q6: float | None
    density: float | None


def smallest_box(boxes: Sequence[FloatArray]) -> float:
    """Return the smallest distance of opposite faces of boxes, nm; infinite without boxes."""
    distances = [float(face_distances(lattice_vectors(box)).min()) for box in boxes]
    return min(distances, default=np.inf)


def structure_of(
    frame: Frame, axis: tuple[float, float, float], smallest: float, unit: float = 1.0
) -> FrameStructure:
    """Compute the spatial structure of one frame.

    Parameters
    ----------
    frame : Frame
        The frame.
    axis : tuple of 3 floats
        Direction of the dipole in the body frame.
    smallest : float
        :func:`smallest_box` of the boxes of all frames that are averaged. It limits the range,
        which is the same in all of them.
    unit : float
        Multiplies the lengths that are constants of this module
        (:class:`janus_md.analysis.pipeline.settings.Settings`).
    """
    positions, box = frame.positions, frame.box
    pairs = order = density = None
    if frame.oriented:
        width = WIDTH * unit
        bins = min(round(REACH / WIDTH), int(0.49 * smallest / np.sqrt(2.0) / width))
        axes = body_axes(frame.orientations, axis)
        pairs = axial_distribution(positions, axes, box, bins * WIDTH * unit, width).g
    scattering = binned(positions, box, _wave_numbers(unit))
    if len(positions) > NEIGHBOURS:
        order = float(bond_orientational_order(positions, box).mean())
    if smallest > 2.0 * RADIUS * unit:
        density = float(local_density(positions, box, RADIUS * unit).mean())
    return FrameStructure(pairs, scattering, order, density)


def write_spatial(found: Sequence[FrameStructure], out: Path, unit: float = 1.0) -> dict[str, Any]:
    """Write structure.parquet and scattering.parquet; return the averages for the summary.

    structure.parquet contains g(along, across) about the dipole. scattering.parquet contains S(q),
    its standard error over the frames, and the intensity of the cores. Both are empty without
    frames; structure.parquet is also empty without orientations.

    Parameters
    ----------
    found : sequence of FrameStructure
        Of the frames, in order.
    out : Path
        Folder of the tables.
    unit : float
        As of :func:`structure_of`.

    Returns
    -------
    dict
        ``q6``, ``local_density`` (1/nm^3, within :data:`RADIUS`) and ``small_angle_slope``, each
        ``{"mean": x, "error": e}`` over the frames; None if undefined.
    """
    import pyarrow as pa

    names = ("along_nm", "across_nm", "g")
    pairs: dict[str, np.ndarray] = {name: np.zeros(0) for name in names}
    columns = ("q_per_nm", "s", "s_error", "intensity")
    curve: dict[str, np.ndarray] = {name: np.zeros(0) for name in columns}
    slopes = []
    distributions = [one.pairs for one in found if one.pairs is not None]
    if found and len(distributions) == len(found):
        values = np.mean(distributions, axis=0)
        edges = axial_edges(values.shape[1] * WIDTH * unit, WIDTH * unit)
        grid = np.meshgrid(*(0.5 * (e[1:] + e[:-1]) for e in edges), indexing="ij")
        flat = (grid[0].ravel(), grid[1].ravel(), values.ravel())
        pairs = dict(zip(names, flat, strict=True))
    if found:
        factor = averaged([one.scattering for one in found])
        curves = (factor.q, factor.s, factor.error, factor.intensity(CORE_RADIUS * unit))
        curve = dict(zip(columns, curves, strict=True))
        for s in factor.per_frame:
            with suppress(ValueError):
                slopes.append(small_angle_slope(factor.q, s, *(q / unit for q in SLOPE_RANGE)))
    for name, content in (("structure", pairs), ("scattering", curve)):
        table = pa.table(content)
        with PartialParquet(out / f"{name}.parquet", table.schema) as file:
            file.write(table)
    return {
        "q6": mean_and_error([one.q6 for one in found if one.q6 is not None]),
        "local_density": mean_and_error([one.density for one in found if one.density is not None]),
        "small_angle_slope": mean_and_error(slopes),
    }


def _wave_numbers(unit: float) -> FloatArray:
    """Edges of the bins of the wave number, 1/nm, shape (Q_BINS + 1,)."""
    return np.linspace(0.0, Q_MAX / unit, Q_BINS + 1)
