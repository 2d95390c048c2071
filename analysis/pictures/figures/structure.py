"""Figures of the structure: scattering curves, micrographs and axial pair distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.order.scattering import sphere_form_factor
from janus_md.analysis.pictures.figures.axes import (
    legend_beside,
    name_curves,
    new_figure,
    plain_log,
)
from janus_md.analysis.pictures.figures.replicas import (
    NotDrawnError,
    check_curves,
    draw_replicas,
)
from janus_md.analysis.pictures.figures.styles import StatePointStyles
from janus_md.analysis.pictures.micrograph import (
    micrograph,
    microscope_for,
    scale_bar,
    section,
)
from janus_md.analysis.series.averages import combine_replicas
from janus_md.analysis.sweep.groups import Group
from janus_md.analysis.sweep.tables import JobTables
from janus_md.common.parquet import read_table
from janus_md.model.body import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = (0.05, 100.0)
"""Range of the colour scale for the density about a dipole, in units of the mean density."""


HIGH = 20.0
"""Structure factor above which its axis becomes logarithmic."""


def scattering_of(
    folders: Sequence[Path],
) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Return wave numbers, S(q) of each replica, and the error of the mean; None without data.

    Returns
    -------
    q : ndarray, shape (N,)
        1/nm.
    s : ndarray, shape (R, N)
        Structure factors.
    error : ndarray, shape (N,)
        Error of their mean as of :func:`averages.combine_replicas`; NaN if unknown.
    """
    files = [folder / "scattering.parquet" for folder in folders]
    read = [table for file in files if file.is_file() and len(table := read_table(file))]
    if not read:
        return None
    q = read[0]["q_per_nm"].to_numpy()
    s, errors = (
        np.array(
            [
                np.interp(
                    q, one["q_per_nm"], one[name] if name in one else np.full(len(one), np.nan)
                )
                for one in read
            ]
        )
        for name in ("s", "s_error")
    )
    combined = [combine_replicas(*columns) for columns in zip(s.T, errors.T, strict=True)]
    error = [np.nan if found is None else found for _, found in combined]
    return q, s, np.array(error)


def scattering(
    replicas: Sequence[tuple[str, Sequence[Path]]],
    styles: StatePointStyles,
    *,
    cores: bool = True,
) -> Figure:
    """Draw S(q), and the intensity of the metal cores with the slope of rods.

    Parameters
    ----------
    replicas : sequence of (label, folders)
        State points, each with the folders of its jobs.
    styles : StatePointStyles
        Style of each state point.
    cores : bool
        Whether the bodies have metal cores; if not, only S(q) is drawn.

    Raises
    ------
    NotDrawnError
        If there is no data, or it does not vary.
    """
    read = [(label, found) for label, folders in replicas if (found := scattering_of(folders))]
    check_curves([one for _, (_, s, _) in read for one in s], "the structure factor")
    figure, panels = new_figure(10.0 if cores else 6.4, 4.0, 2 if cores else 1)
    steepest: tuple[FloatArray, FloatArray] = (np.zeros(1), np.zeros(1))
    for label, (q, s, error) in read:
        form = sphere_form_factor(q)
        for axes, factor in zip(panels, (np.ones_like(q), form), strict=False):
            draw_replicas(axes, q, s * factor, styles.curve(label), label,
                          errors=error * factor, positive=1e-3)  # fmt: skip
        mean = s.mean(axis=0) * form
        if mean[0] > steepest[1][0]:
            steepest = (q, mean)
    panels[0].axhline(1.0, color="0.7", lw=0.8, zorder=0)
    panels[0].set(xlabel="q / nm$^{-1}$", ylabel="S(q)")
    if panels[0].get_ylim()[1] > HIGH:  # beside large aggregates all else would look flat
        panels[0].set(yscale="log", ylim=(0.05, None))
        plain_log(panels[0])
    if cores:
        _intensity(panels[1], float(np.interp(0.8, *steepest)))
    legend_beside(figure, panels[-1])
    return figure


def _intensity(axes: Axes, level: float) -> None:
    """Scales of the panel of the intensity, and above `level` at 0.8 / nm the slope of rods."""
    q = np.array([0.4, 1.6])
    axes.plot(q, 2.5 * level * 0.8 / q, color="0.3", lw=1.0, ls="--")
    axes.text(0.85, 3.0 * level, "$q^{-1}$: rods", fontsize=10, color="0.3")
    axes.set(
        xlabel="q / nm$^{-1}$", ylabel="intensity / that of one body", xscale="log", yscale="log"
    )
    axes.set_ylim(bottom=3e-2)
    plain_log(axes)


def radial_distribution(
    groups: Sequence[Group], tables: Mapping[str, JobTables], styles: StatePointStyles
) -> Figure:
    """Draw g(r) of the centres over the last third of the run.

    Raises
    ------
    NotDrawnError
        If it has no values, or does not vary.
    """
    every = [tables[job].rdf["g"].to_numpy() for group in groups for job in group.jobs]
    check_curves(every, "g(r)")
    figure, (axes,) = new_figure(7.2, 4.2)
    for group in groups:
        read = [tables[job].rdf for job in group.jobs]
        bins = min(len(one) for one in read)
        curves = np.array([one["g"].to_numpy()[:bins] for one in read])
        r = read[0]["r_nm"].to_numpy()[:bins]
        draw_replicas(axes, r, curves, styles.curve(group.label), group.label)
    top = max(1.5, *(float(np.nanmax(one, initial=0.0)) for one in every))
    # g(r) at contact is 10 to 100 for wires and about 1 for dilute bodies; the scale shows both.
    axes.set_yscale("symlog", linthresh=2.0)
    axes.set_yticks([0, 1, *(10**k * m for k in range(4) for m in (2, 5, 10))])
    axes.set(xlabel="r / nm", ylabel="g(r)", xlim=(1.0, None), ylim=(0.0, 1.2 * top))
    axes.axhline(1.0, color="0.7", lw=0.8, zorder=0)
    plain_log(axes)
    name_curves(figure, axes, groups, styles)
    return figure


def micrographs(trajectories: Sequence[tuple[str, Path]], styles: StatePointStyles) -> Figure:
    """Draw synthetic micrographs of the last frames, side by side, with one scale of grey.

    Raises
    ------
    NotDrawnError
        If there are no trajectories.
    """
    if not trajectories:
        raise NotDrawnError("there are no trajectories")
    images = []
    for _, path in trajectories:
        with GsdSource(path) as source:
            frame = source.frame(len(source) - 1)
        scope = microscope_for(frame.box)
        bodies, thickness = section(frame.positions, frame.box)
        images.append((micrograph(bodies, frame.box, scope), scope.pixel_nm, thickness))
    low = min(float(np.percentile(image, 0.1)) for image, _, _ in images)
    high = max(float(np.percentile(image, 99.9)) for image, _, _ in images)
    figure, axes = new_figure(4.8 * len(images), 5.4, len(images))
    for one, (image, pixel, thick), (title, _) in zip(axes, images, trajectories, strict=True):
        _show(one, image, pixel, low, high)
        styles.title(one, title, f"\nsection of {thick:.1f} nm")
    return figure


def about_the_dipole(trajectories: Sequence[tuple[str, Path]], styles: StatePointStyles) -> Figure:
    """Draw the pair distribution along and across the dipole.

    Raises
    ------
    NotDrawnError
        If there is no data, or it does not vary.
    """
    from matplotlib.colors import LogNorm

    tables = [(title, path.with_name("structure.parquet")) for title, path in trajectories]
    read = [(title, read_table(path)) for title, path in tables if path.is_file()]
    read = [(title, table) for title, table in read if len(table)]
    check_curves([table["g"].to_numpy() for _, table in read], "the density about a dipole")
    figure, axes = new_figure(3.2 * len(read) + 1.0, 5.2, len(read))
    for one, (title, table) in zip(axes, read, strict=True):
        grid = table.pivot(index="along_nm", columns="across_nm", values="g")
        image = one.pcolormesh(
            grid.columns,
            grid.index,
            np.clip(grid, *SHOWN),
            norm=LogNorm(*SHOWN),
            cmap="viridis",
        )
        one.set(xlabel="across the dipole / nm", ylabel="along the dipole / nm", aspect="equal")
        styles.title(one, title)
    bar = figure.colorbar(image, ax=axes, shrink=0.8)
    bar.set_label("density / mean density")
    plain_log(bar.ax)
    return figure


def _show(axes: Axes, image: np.ndarray, pixel: float, low: float, high: float) -> None:
    from matplotlib.patches import Rectangle

    height, width = (pixel * side for side in image.shape)
    axes.imshow(
        image,
        cmap="gray",
        vmin=low,
        vmax=high,
        origin="lower",
        extent=(0.0, width, 0.0, height),
        interpolation="nearest",
    )
    bar = scale_bar(width)
    left, bottom, thick = 0.05 * width, 0.05 * height, 0.015 * height
    panel = Rectangle(
        (left - 0.02 * width, bottom - 0.02 * height),
        bar + 0.04 * width,
        thick + 0.10 * height,
        color="white",
        alpha=0.8,
        lw=0,
    )
    axes.add_patch(panel)
    axes.add_patch(Rectangle((left, bottom), bar, thick, color="black", lw=0))
    axes.text(
        left + 0.5 * bar, bottom + 1.5 * thick, f"{bar:g} nm", ha="center", va="bottom", fontsize=11
    )
    axes.axis("off")
