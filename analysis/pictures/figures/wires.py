"""Figures of the wires of a sweep: growth, length distribution, mean lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.analysis.pictures.conditions_axis import add_first_conditions
from janus_md.analysis.pictures.figures.axes import (
    legend_beside,
    name_curves,
    new_figure,
    plain_log,
)
from janus_md.analysis.pictures.figures.replicas import (
    LEAST,
    NotDrawnError,
    check_curves,
    draw_replicas,
    in_blocks,
)
from janus_md.analysis.pictures.figures.styles import COLOURS, StatePointStyles
from janus_md.analysis.sweep.groups import Group, independent_keys, numeric_key, spread
from janus_md.analysis.sweep.tables import JobTables
from janus_md.analysis.theory.theory import share_in_longer
from janus_md.model.body import FloatArray
from janus_md.workspace.labels import axis_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
"""Markers of the series of a sweep; more series are not drawn."""

LINE = "0.55"
"""Colour of the lines that join state points; their own colours are those of the points."""

POINTS = 200
"""Maximum number of points of a curve along the sweep."""

BLOCKS = 100
"""Maximum number of points of a curve of growth; each is a mean over consecutive frames."""

VISIBLE = 0.05
"""Relative change of mean lengths below which a figure would look flat."""

LOWEST = 1e-4
"""Lower end of the axis of shares."""

MEANS = {"mean_n": "by number", "mean_w": "by weight"}
"""Mean lengths, with the words for them."""


def growth(
    groups: Sequence[Group], tables: Mapping[str, JobTables], styles: StatePointStyles
) -> Figure:
    """Draw the mean wire length by number and by weight against time.

    A dashed line and a second axis in the first part show what stages change, in the first job
    with stages.

    Raises
    ------
    NotDrawnError
        If no wires grow.
    """
    every = [tables[job].frames for group in groups for job in group.jobs]
    check_curves([one["mean_w"].to_numpy() for one in every], "mean wire length", VISIBLE)
    figure, axes = new_figure(10.0, 3.8, 2)
    for group in groups:
        frames = [tables[job].frames for job in group.jobs]
        frames = [one for one in frames if len(one) > 1]
        # The mean over replicas ends with the shortest one.
        drawn = [frames] if len(frames) >= LEAST else [[one] for one in frames]
        for number, those in enumerate(drawn):
            common = min(len(one) for one in those)
            time = in_blocks(those[0]["time_ns"].to_numpy()[:common], BLOCKS)
            label = None if number else group.label
            for one, column in zip(axes, MEANS, strict=True):
                curves = [in_blocks(frame[column].to_numpy()[:common], BLOCKS) for frame in those]
                draw_replicas(
                    one, time, np.array(curves), styles.curve(group.label), label, positive=0.5
                )
    _name_lengths(axes, "time / ns")
    add_first_conditions(axes[:1], every)
    name_curves(figure, axes[1], groups, styles)
    return figure


def length_distribution(
    groups: Sequence[Group], tables: Mapping[str, JobTables], styles: StatePointStyles
) -> Figure:
    """Draw the share of bodies in wires of at least n, over the last third of the run.

    If there are few curves, the prediction for equilibrium polymers is drawn too.

    Raises
    ------
    NotDrawnError
        If no body is in a wire of two or more.
    """
    found = {
        group.label: [tables[job].lengths for job in group.jobs if len(tables[job].lengths)]
        for group in groups
    }
    longest = max((int(one.max()) for samples in found.values() for one in samples), default=1)
    if longest < 2:
        raise NotDrawnError("all bodies are single")
    if all(one.min() == one.max() for samples in found.values() for one in samples):
        raise NotDrawnError("all wires of a run have the same length")
    figure, (axes,) = new_figure(7.2, 4.2)
    lowest = 1.0
    for group in groups:
        samples = found[group.label]
        if not samples:  # bodies without a dipole, beside others
            continue
        n = np.arange(1.0, max(int(one.max()) for one in samples) + 2.0)
        curves = np.array([_share_in_longer(one, len(n)) for one in samples])
        lowest = min(lowest, float(curves[curves > 0.0].min()) / len(curves))
        style = styles.curve(group.label)
        draw_replicas(axes, n, curves, style, group.label, step=True, positive=0.1 * LOWEST)
        lengths = np.concatenate(samples)
        if lengths.mean() > 1.0 and len(groups) <= len(COLOURS):
            expected = share_in_longer(n, float(lengths.mean()))
            axes.plot(n, expected, color=style["color"], ls="--", lw=0.9)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="wire length n / bodies",
        ylabel="share of bodies in wires of at least n",
        xlim=(0.9, 1.1 * longest),
    )
    axes.set_ylim(bottom=max(0.5 * lowest, LOWEST), top=1.3)
    plain_log(axes)
    name_curves(figure, axes, groups, styles)
    return figure


def _share_in_longer(lengths: IndexArray, count: int) -> FloatArray:
    """Return the share of bodies in wires of at least 1, 2, ... `count` bodies."""
    bodies = np.bincount(lengths, minlength=count + 1) * np.arange(max(count, lengths.max()) + 1)
    return np.asarray(bodies[::-1].cumsum()[::-1][1 : count + 1] / bodies.sum())


def lengths_along_sweep(
    groups: Sequence[Group], expected: Mapping[str, float], styles: StatePointStyles
) -> Figure:
    """Draw mean wire lengths against the first varying number, a point for each state point.

    If there are too many curves or points, evenly spaced ones are drawn. `expected` is the mean
    length by number in equilibrium for each label; it is drawn for curves with a value at each
    point.

    Raises
    ------
    NotDrawnError
        If no number varies, or the lengths do not.
    """
    key = numeric_key(groups)
    if key is None:
        raise NotDrawnError("no number that all state points have varies")
    others = independent_keys(groups, key)
    series: dict[tuple[Any, ...], list[Group]] = {}
    for group in groups:
        rest = tuple((name, group.keys[name]) for name in others)
        series.setdefault(rest, []).append(group)
    curves = [[group.values["mean_w"][0] for group in one] for one in series.values()]
    check_curves([np.array(one, dtype=float) for one in curves], "mean wire length", VISIBLE)
    figure, axes = new_figure(10.0, 3.8, 2)
    for rest, marker in zip(spread(list(series), len(MARKERS)), MARKERS, strict=False):
        name = Group(dict(rest), (), {}).label if rest else ""
        members = spread(sorted(series[rest], key=lambda group: group.keys[key]), POINTS)
        _draw_series(axes, members, key, marker, name, styles)
        if all(group.label in expected for group in members):
            mean_n = np.array([expected[group.label] for group in members])
            x = [group.keys[key] for group in members]
            for one, values in zip(axes, (mean_n, 2.0 * mean_n - 1.0), strict=True):
                # A line with a single point is invisible, its marker is not.
                one.plot(x, values, color="0.3", ls="--", lw=1.0, marker="_", ms=9, zorder=1)
    _name_lengths(axes, axis_name(key))
    if key == "relative_permittivity":
        for one in axes:
            one.set_xscale("log")
            plain_log(one)
    if any(line.get_linestyle() == "--" for line in axes[1].lines):
        axes[1].plot([], [], color="0.3", ls="--", lw=1.0, label="theory")
    legend_beside(figure, axes[1])
    return figure


def _draw_series(
    axes: Sequence[Axes],
    members: Sequence[Group],
    key: str,
    marker: str,
    name: str,
    styles: StatePointStyles,
) -> None:
    """Draw the state points of a series, each in its own colour, and a grey line through them."""
    x = [group.keys[key] for group in members]
    for one, column in zip(axes, MEANS, strict=True):
        y = np.array([group.values[column][0] for group in members], dtype=np.float64)
        error = np.array([group.values[column][1] or 0.0 for group in members])
        one.plot(x, y, color=LINE, lw=1.2, marker=marker, ms=6, mec="none", label=name or None,
                 zorder=1.5)  # fmt: skip
        for place, group in enumerate(members):
            one.errorbar(
                x[place], y[place], _bars(y[[place]], error[[place]]), marker=marker, ms=6,
                color=styles.colour(group.label), lw=1.2, capsize=3,
            )  # fmt: skip


def _name_lengths(axes: Sequence[Axes], abscissa: str) -> None:
    for one, title in zip(axes, MEANS.values(), strict=True):
        one.set(xlabel=abscissa, ylabel=f"mean wire length {title} / bodies", yscale="log")
        plain_log(one)


def _bars(values: FloatArray, errors: FloatArray) -> FloatArray:
    """Return error bars that stay above zero on a logarithmic axis, shape (2, values)."""
    return np.array([np.minimum(errors, 0.99 * values), errors])
