"""Figures and axes without a window, their legends, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.pictures.figures.styles import StatePointStyles
from janus_md.analysis.sweep.groups import Group
from janus_md.common.files import written_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEW_TICKS = 3
"""Number of ticks at 1, 2 and 5 on a logarithmic axis below which these are too few."""

DPI = 150
"""Resolution of a PNG, pixels per inch."""


def new_figure(
    width: float, height: float, columns: int = 1, rows: int = 1
) -> tuple[Figure, list[Axes]]:
    """Return a figure without a window, and its axes, row by row."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    # The layout neglects the background of titles.
    figure.set_layout_engine("constrained", h_pad=0.1)
    FigureCanvasAgg(figure)
    axes = [figure.add_subplot(rows, columns, k + 1) for k in range(rows * columns)]
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


def save(figure: Figure, path: Path, dpi: float = DPI) -> Path:
    """Write a figure; the suffix of `path` is that of the format: .png, .svg or .pdf."""
    undated = {".png": None, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}[path.suffix]
    with written_whole(path) as partial:
        figure.savefig(partial, dpi=dpi, format=path.suffix[1:], metadata=undated)
    return path


def plain_log(axes: Axes) -> None:
    """Label logarithmic axes 2, 5, 10, 20 in place of powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    for axis, scale in ((axes.xaxis, axes.get_xscale()), (axes.yaxis, axes.get_yscale())):
        if scale == "linear":
            continue
        if scale == "log":
            low, high = axis.get_view_interval()
            locator = LogLocator(subs=(1.0, 2.0, 5.0))
            ticks = np.asarray(locator.tick_values(low, high))
            enough = np.count_nonzero((ticks >= low) & (ticks <= high)) >= FEW_TICKS
            axis.set_major_locator(locator if enough else MaxNLocator(5))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())


def name_curves(
    figure: Figure, axes: Axes, groups: Sequence[Group], styles: StatePointStyles
) -> None:
    """Add a legend beside the axes and enlarge the figure for it."""
    if styles.scale:
        first, last = groups[0].label, groups[-1].label
        figure.suptitle(f"{len(groups)} state points, dark to light: {first} … {last}", fontsize=10)
        return
    legend_beside(figure, axes)


def legend_beside(figure: Figure, axes: Axes) -> None:
    """Add a legend to the right of the axes and enlarge the figure for it."""
    handles, names = axes.get_legend_handles_labels()
    if not names:
        return
    width, height = figure.get_size_inches()
    figure.set_size_inches(
        width + 0.5 + 0.07 * max(map(len, names)), max(height, 0.6 + 0.2 * len(names))
    )
    axes.legend(handles, names, loc="center left", bbox_to_anchor=(1.0, 0.5))
