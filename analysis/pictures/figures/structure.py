"""Figures of the structure: scattering curves, micrographs and axial pair distributions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.order.scattering import sphere_form_factor
from janus_md.analysis.pictures.figures.styles import COLOURS
from janus_md.analysis.pictures.figures.wires import new_figure, plain_log
from janus_md.analysis.pictures.micrograph import micrograph, microscope_for, scale_bar
from janus_md.analysis.series.averages import combine_replicas
from janus_md.common.parquet import read_table
from janus_md.model.body import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = (0.05, 100.0)
"""Range of the colour scale for the density about a dipole, in units of the mean density."""


HIGH = 20.0
"""Structure factor above which its axis becomes logarithmic."""


def scattering_of(folders: Sequence[Path]) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Return wave numbers, mean S(q) and its error over the replicas; None without data.

    The error is that of :func:`averages.combine_replicas`; NaN if unknown.
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
    return q, s.mean(axis=0), np.array(error)


def scattering(
    replicas: Sequence[tuple[str, Sequence[Path]]], *, cores: bool = True
) -> Figure | None:
    """Draw S(q), and the intensity of the metal cores with the slope of rods.

    Parameters
    ----------
    replicas : sequence of (title, folders)
        State points, each with the folders of its jobs.
    cores : bool
        Whether the bodies have metal cores; if not, only S(q) is drawn.

    Returns
    -------
    Figure or None
        Bands show plus or minus one standard error. None without data.
    """
    longest = max((len(title) for title, _ in replicas), default=0)
    figure, panels = new_figure((9.4 if cores else 6.4) + 0.06 * longest, 3.8, 2 if cores else 1)
    steepest = None
    for (title, folders), colour in zip(replicas, COLOURS, strict=False):
        if (found := scattering_of(folders)) is None:
            continue
        q, s, error = found
        form = sphere_form_factor(q)
        low, high = np.maximum(s - error, 1e-3 * s), s + error  # positive, for the log scale
        for axes, factor in zip(panels, (np.ones_like(q), form), strict=False):
            axes.plot(q, s * factor, color=colour, lw=1.2, label=title)
            axes.fill_between(q, low * factor, high * factor, color=colour, alpha=0.2, lw=0)
        if steepest is None or s[0] * form[0] > steepest[1][0]:
            steepest = (q, s * form)
    if steepest is None:
        return None
    panels[0].axhline(1.0, color="0.7", lw=0.8, zorder=0)
    panels[0].set(xlabel="q / nm$^{-1}$", ylabel="S(q)")
    if panels[0].get_ylim()[1] > HIGH:  # beside large aggregates all else would look flat
        panels[0].set(yscale="log", ylim=(0.05, None))
        plain_log(panels[0])
    if cores:
        _intensity(panels[1], float(np.interp(0.8, *steepest)))
    panels[-1].legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _intensity(axes: Axes, level: float) -> None:
    """Scales of the panel of the intensity, and above `level` at 0.8 / nm the slope of rods."""
    q = np.array([0.4, 1.6])
    axes.plot(q, 2.5 * level * 0.8 / q, color="0.3", lw=1.0, ls="--")
    axes.text(0.85, 3.0 * level, "$q^{-1}$: rods", fontsize=8, color="0.3")
    axes.set(
        xlabel="q / nm$^{-1}$", ylabel="intensity / that of one body", xscale="log", yscale="log"
    )
    axes.set_ylim(bottom=3e-2)
    plain_log(axes)


def micrographs(trajectories: Sequence[tuple[str, Path]]) -> Figure:
    """Draw synthetic micrographs of the last frames, side by side."""
    figure, axes = new_figure(4.6 * len(trajectories), 4.9, len(trajectories))
    for one, (title, path) in zip(axes, trajectories, strict=True):
        with GsdSource(path) as source:
            frame = source.frame(len(source) - 1)
        scope = microscope_for(frame.box)
        _show(one, micrograph(frame.positions, frame.box, scope), scope.pixel_nm)
        one.set_title(title, fontsize=9, pad=8)
    return figure


def about_the_dipole(trajectories: Sequence[tuple[str, Path]]) -> Figure | None:
    """Draw the pair distribution along and across the dipole; None without data."""
    from matplotlib.colors import LogNorm

    tables = [(title, path.with_name("structure.parquet")) for title, path in trajectories]
    read = [(title, read_table(path)) for title, path in tables if path.is_file()]
    read = [(title, table) for title, table in read if len(table)]
    if not read:
        return None
    figure, axes = new_figure(2.9 * len(read) + 0.9, 4.8, len(read))
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
        one.set_title(title, fontsize=9)
    bar = figure.colorbar(image, ax=axes, shrink=0.8)
    bar.set_label("density / mean density")
    plain_log(bar.ax)
    return figure


def _show(axes: Axes, image: np.ndarray, pixel: float) -> None:
    from matplotlib.patches import Rectangle

    height, width = (pixel * side for side in image.shape)
    low, high = np.percentile(image, [0.2, 99.8])
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
        left + 0.5 * bar, bottom + 1.5 * thick, f"{bar:g} nm", ha="center", va="bottom", fontsize=9
    )
    axes.axis("off")
