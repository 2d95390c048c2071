"""Figures of a sweep: growth, length distribution, g(r), mean lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.pictures.conditions_axis import add_first_conditions
from janus_md.analysis.pictures.styles import COLOURS, MARKERS, NAMED, curve_styles, is_scale
from janus_md.analysis.sweep.groups import Group, independent_keys, numeric_key, spread
from janus_md.analysis.sweep.tables import JobTables
from janus_md.analysis.theory.theory import share_in_longer
from janus_md.common.files import written_whole
from janus_md.model.body import FloatArray
from janus_md.workspace.labels import axis_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEW_TICKS = 5.0
"""Ratio of the limits of a logarithmic axis below which ticks at 1, 2 and 5 are too few."""

DPI = 150

POINTS = 200
"""Maximum number of points of a curve along the sweep."""


def new_figure(
    width: float, height: float, columns: int = 1, rows: int = 1
) -> tuple[Figure, list[Axes]]:
    """Return a figure without a window, and its axes, row by row."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = [figure.add_subplot(rows, columns, k + 1) for k in range(rows * columns)]
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


def growth(groups: Sequence[Group], tables: Mapping[str, JobTables]) -> Figure:
    """Draw the mean wire length by number and by weight against time, a curve per job.

    A dashed line and a second axis in the first part show what stages change, in the first job
    with stages.
    """
    figure, axes = new_figure(10.0, 3.8, 2)
    for group, style in zip(groups, curve_styles(groups), strict=True):
        for k, job in enumerate(group.jobs):
            frames = tables[job].frames
            for one, column in zip(axes, ("mean_n", "mean_w"), strict=True):
                one.plot(
                    frames["time_ns"],
                    frames[column],
                    lw=1.2,
                    label=group.label if k == 0 else None,
                    **style,
                )
    for one, title in zip(axes, ("by number", "by weight"), strict=True):
        one.set(xlabel="time / ns", ylabel=f"mean wire length {title} / bodies", yscale="log")
        plain_log(one)
    add_first_conditions(axes[:1], [tables[job].frames for group in groups for job in group.jobs])
    name_curves(figure, axes[1], groups)
    return figure


def length_distribution(groups: Sequence[Group], tables: Mapping[str, JobTables]) -> Figure:
    """Draw the share of bodies in wires of at least n, over the last third of the run.

    If there are few curves, the prediction for equilibrium polymers is drawn too.
    """
    figure, (axes,) = new_figure(7.2, 4.0)
    for group, style in zip(groups, curve_styles(groups), strict=True):
        lengths = np.concatenate([tables[job].lengths for job in group.jobs])
        count = np.bincount(lengths)
        bodies = count * np.arange(len(count))
        share = bodies[::-1].cumsum()[::-1] / bodies.sum()
        n = np.arange(1.0, len(count))
        axes.step(n, share[1:], where="mid", label=group.label, **style)
        if lengths.mean() > 1.0 and len(groups) <= len(COLOURS):
            expected = share_in_longer(n, float(lengths.mean()))
            axes.plot(n, expected, color=style["color"], ls="--", lw=0.8)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="wire length n / bodies",
        ylabel="share of bodies in wires of at least n",
    )
    axes.set_ylim(bottom=max(axes.get_ylim()[0], 1e-4), top=1.3)
    plain_log(axes)
    name_curves(figure, axes, groups)
    return figure


def radial_distribution(groups: Sequence[Group], tables: Mapping[str, JobTables]) -> Figure:
    """Draw g(r) of the centres over the last third of the run, averaged over replicas."""
    figure, (axes,) = new_figure(7.2, 4.0)
    top = 1.5
    for group, style in zip(groups, curve_styles(groups), strict=True):
        curves = [tables[job].rdf for job in group.jobs]
        bins = min(len(curve) for curve in curves)
        g = np.mean([curve["g"].to_numpy()[:bins] for curve in curves], axis=0)
        top = max(top, float(np.nanmax(g, initial=0.0)))
        axes.plot(curves[0]["r_nm"][:bins], g, lw=1.2, label=group.label, **style)
    # g(r) at contact is 10 to 100 for wires and about 1 for dilute bodies; the scale shows both.
    axes.set_yscale("symlog", linthresh=2.0)
    axes.set_yticks([0, 1, *(10**k * m for k in range(4) for m in (2, 5, 10))])
    axes.set(xlabel="r / nm", ylabel="g(r)", xlim=(1.0, None), ylim=(0.0, 1.2 * top))
    axes.axhline(1.0, color="0.7", lw=0.8, zorder=0)
    plain_log(axes)
    name_curves(figure, axes, groups)
    return figure


def lengths_along_sweep(groups: Sequence[Group], expected: Mapping[str, float]) -> Figure | None:
    """Draw mean wire lengths against the first varying number; None without one.

    If there are too many curves or points, evenly spaced ones are drawn. `expected` is the mean
    length by number in equilibrium for each label; it is drawn for curves with a value at each
    point.
    """
    key = numeric_key(groups)
    if key is None:
        return None
    others = independent_keys(groups, key)
    series: dict[tuple[Any, ...], list[Group]] = {}
    for group in groups:
        rest = tuple((name, group.keys[name]) for name in others)
        series.setdefault(rest, []).append(group)
    figure, axes = new_figure(10.0, 3.8, 2)
    shown = spread(list(series), NAMED)
    heads = [Group(dict(rest), (), {}) for rest in shown]
    for head, rest, style in zip(heads, shown, curve_styles(heads), strict=True):
        members = spread(sorted(series[rest], key=lambda group: group.keys[key]), POINTS)
        for one, column in zip(axes, ("mean_n", "mean_w"), strict=True):
            y = np.array([group.values[column][0] for group in members], dtype=np.float64)
            error = np.array([group.values[column][1] or 0.0 for group in members])
            one.errorbar(
                [group.keys[key] for group in members],
                y,
                _bars(y, error),
                color=style["color"],
                marker=MARKERS[style["ls"]],
                ms=4,
                lw=1.0,
                capsize=2,
                label=head.label or None,
            )
        if not all(group.label in expected for group in members):
            continue
        mean_n = np.array([expected[group.label] for group in members])
        for one, values in zip(axes, (mean_n, 2.0 * mean_n - 1.0), strict=True):
            one.plot(
                [group.keys[key] for group in members],
                values,
                color=style["color"],
                ls="--",
                lw=1.0,
                marker="_",  # a line with a single point is invisible
                zorder=1,
            )
    name = axis_name(key)
    for one, title in zip(axes, ("by number", "by weight"), strict=True):
        one.set(xlabel=name, ylabel=f"mean wire length {title} / bodies", yscale="log")
        if key == "relative_permittivity":
            one.set_xscale("log")
        plain_log(one)
    if any(line.get_linestyle() == "--" for line in axes[1].lines):
        axes[1].plot([], [], color="0.3", ls="--", lw=1.0, label="theory")
    if others:
        name_curves(figure, axes[1], heads)
    return figure


def _bars(values: FloatArray, errors: FloatArray) -> FloatArray:
    """Return error bars that stay above zero on a logarithmic axis, shape (2, values)."""
    return np.array([np.minimum(errors, 0.99 * values), errors])


def save(figure: Figure, path: Path) -> Path:
    """Write a PNG."""
    with written_whole(path) as partial:
        figure.savefig(partial, dpi=DPI, format="png")
    return path


def plain_log(axes: Axes) -> None:
    """Label logarithmic axes 2, 5, 10, 20 in place of powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    for axis, scale in ((axes.xaxis, axes.get_xscale()), (axes.yaxis, axes.get_yscale())):
        if scale == "linear":
            continue
        if scale == "log":
            low, high = axis.get_view_interval()
            narrow = high < FEW_TICKS * low
            axis.set_major_locator(MaxNLocator(5) if narrow else LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())


def name_curves(figure: Figure, axes: Axes, groups: Sequence[Group]) -> None:
    """Add a legend beside the axes and enlarge the figure for it."""
    if is_scale(groups):
        first, last = groups[0].label, groups[-1].label
        figure.suptitle(f"{len(groups)} state points, dark to light: {first} … {last}", fontsize=9)
        return
    names = [group.label for group in groups]
    width, height = figure.get_size_inches()
    figure.set_size_inches(
        width + 0.4 + 0.06 * max(map(len, names)), max(height, 0.18 * len(names))
    )
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
