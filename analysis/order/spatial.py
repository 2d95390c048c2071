"""Tables and averages of the spatial structure over frames of the last third of a run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.analysis.aggregates.bonds import body_axes
from janus_md.analysis.frames.source import Frame
from janus_md.analysis.order.scattering import (
    CORE_RADIUS,
    Q_MAX,
    small_angle_slope,
    structure_factor,
)
from janus_md.analysis.order.structure import (
    axial_distribution,
    bond_orientational_order,
    local_density,
)
from janus_md.analysis.series.averages import mean_and_error
from janus_md.common.parquet import PartialParquet
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


def write_spatial(
    frames: Sequence[Frame], axis: tuple[float, float, float], out: Path, unit: float = 1.0
) -> dict[str, Any]:
    """Write structure.parquet and scattering.parquet; return the averages for the summary.

    structure.parquet contains g(along, across) about the dipole. scattering.parquet contains S(q),
    its standard error over the frames, and the intensity of the cores. Both are empty without
    frames; structure.parquet is also empty without orientations. `unit` multiplies the lengths that
    are constants of this module (:class:`janus_md.analysis.pipeline.settings.Settings`).

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
    order, density, slopes = [], [], []
    if frames:
        smallest = min(float(face_distances(lattice_vectors(f.box)).min()) for f in frames)
        bins = min(round(REACH / WIDTH), int(0.49 * smallest / np.sqrt(2.0) / (WIDTH * unit)))
        if all(f.oriented for f in frames):
            found = [
                axial_distribution(
                    f.positions,
                    body_axes(f.orientations, axis),
                    f.box,
                    bins * WIDTH * unit,
                    WIDTH * unit,
                )
                for f in frames
            ]
            along, across = (0.5 * (e[1:] + e[:-1]) for e in (found[0].along, found[0].across))
            grid = np.meshgrid(along, across, indexing="ij")
            values = np.mean([one.g for one in found], axis=0)
            flat = (grid[0].ravel(), grid[1].ravel(), values.ravel())
            pairs = dict(zip(names, flat, strict=True))
        factor = structure_factor([(f.positions, f.box) for f in frames], Q_MAX / unit)
        curves = (factor.q, factor.s, factor.error, factor.intensity(CORE_RADIUS * unit))
        curve = dict(zip(columns, curves, strict=True))
        for f in frames:
            if len(f.positions) > NEIGHBOURS:
                order.append(float(bond_orientational_order(f.positions, f.box).mean()))
            if smallest > 2.0 * RADIUS * unit:
                density.append(float(local_density(f.positions, f.box, RADIUS * unit).mean()))
        for s in factor.per_frame:
            with suppress(ValueError):
                slopes.append(small_angle_slope(factor.q, s, *(q / unit for q in SLOPE_RANGE)))
    for name, content in (("structure", pairs), ("scattering", curve)):
        table = pa.table(content)
        with PartialParquet(out / f"{name}.parquet", table.schema) as file:
            file.write(table)
    return {
        "q6": mean_and_error(order),
        "local_density": mean_and_error(density),
        "small_angle_slope": mean_and_error(slopes),
    }
