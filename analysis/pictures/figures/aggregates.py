"""Figures of what bodies with attractive sites form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.aggregates.morphology.kinds import KINDS, share_name
from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.analysis.pictures.figures.axes import (
    legend_beside,
    name_curves,
    new_figure,
    plain_log,
)
from janus_md.analysis.pictures.figures.replicas import (
    NotApplicableError,
    NotDrawnError,
    check_curves,
    draw_replicas,
)
from janus_md.analysis.pictures.figures.styles import StatePointStyles
from janus_md.analysis.sweep.groups import Group, numeric_key, series_along, spread
from janus_md.analysis.sweep.tables import JobTables
from janus_md.common.arrays import FloatArray
from janus_md.workspace.labels import axis_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALETTE = (
    "#D0D0D0",
    "#8C8C8C",
    "#0072B2",
    "#E69F00",
    "#8C6D31",
    "#009E73",
    "#D55E00",
    "#56B4E9",
    "#CC79A7",
    "#332288",
    "#4D4D4D",
)
"""Colours of the kinds, in their order."""

SMALL = 50
"""Largest aggregation number up to which its axis is linear."""

NEARLY_ALL = 0.995
"""Share of single bodies above which there is nothing to see of aggregates."""

MAX_SERIES = 3
"""Series of state points in the figure along the sweep at most."""

SIZES = {
    "mean_cluster_w": ("all, by weight", "#4D4D4D", "o"),
    "mean_aggregate_n": ("four or more bodies, by number", "#8C6D31", "s"),
    "mean_micelle_n": ("micelles, by number", "#0072B2", "^"),
}
"""Mean sizes in the figure along the sweep: name, colour and marker of each."""


def with_aggregates(groups: Sequence[Group]) -> list[Group]:
    """State points whose bodies attract each other, so that aggregates are defined."""
    name = share_name(KINDS[0])
    return [group for group in groups if group.values.get(name, (None, None))[0] is not None]


def kinds_along_sweep(groups: Sequence[Group]) -> Figure | None:
    """Draw the shares of the kinds, and mean sizes, against the first number that varies.

    A row of panels for each value of the other keys, of at most :data:`MAX_SERIES`. None if no
    number varies.

    Raises
    ------
    NotDrawnError
        If there are no aggregates, or all state points have the same ones.
    """
    shown = _with_aggregates(groups)
    key = numeric_key(shown)
    every = {} if key is None else series_along(shown, key)
    every = {title: members for title, members in every.items() if len(members) > 1}
    if key is None or not every:
        return None
    rows = spread(list(every), MAX_SERIES)
    figure, axes = new_figure(10.4, 3.5 * len(rows) + 0.3, 2, len(rows))
    present = [kind for kind in KINDS if any(group.values[share_name(kind)][0] for group in shown)]
    for number, title in enumerate(rows):
        left, right = axes[2 * number : 2 * number + 2]
        members = every[title]
        x = [group.keys[key] for group in members]
        for kind in present:
            y, error = _values(members, share_name(kind))
            colour = PALETTE[KINDS.index(kind)]
            left.errorbar(x, y, error, color=colour, marker="o", ms=4, lw=1.4, capsize=2,
                          label=_plural(kind))  # fmt: skip
        for name, (label, colour, marker) in SIZES.items():
            y, error = _values(members, name)
            if np.isfinite(y).any():
                right.errorbar(x, y, np.minimum(error, 0.99 * y), color=colour, marker=marker,
                               ms=4, lw=1.2, capsize=2, label=label)  # fmt: skip
        left.set(xlabel=axis_name(key), ylabel="share of the bodies", ylim=(-0.02, 1.02))
        right.set(xlabel=axis_name(key), ylabel="mean size / bodies", yscale="log")
        plain_log(right)
        if title:
            left.set_title(title, fontsize=9, loc="left")
    # Beside the panels, since curves reach every corner of them.
    for one in axes[:2]:
        legend_beside(figure, one)
    return figure


def _with_aggregates(groups: Sequence[Group]) -> list[Group]:
    """Return the state points with aggregates; raise NotDrawnError if a figure would be empty."""
    shown = with_aggregates(groups)
    if not shown:
        raise NotApplicableError("these bodies have no sites that define aggregates")
    single = [group.values[share_name(KINDS[0])][0] or 0.0 for group in shown]
    if min(single) > NEARLY_ALL:
        raise NotDrawnError(f"{min(single):.1%} of the bodies or more are single everywhere")
    return shown


def _values(groups: Sequence[Group], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Means of the groups, NaN where there is none, and their errors."""
    pairs = [group.values.get(name, (None, None)) for group in groups]
    means = np.array([mean for mean, _ in pairs], dtype=np.float64)
    return means, np.array([error or 0.0 for _, error in pairs])


def _plural(kind: str) -> str:
    return f"{kind.replace('_', ' ')}s"


def shares_of_kinds(groups: Sequence[Group]) -> Figure:
    """Draw the share of the bodies in each kind of aggregate, a bar per state point.

    Raises
    ------
    NotDrawnError
        If there are no aggregates.
    """
    shown = _with_aggregates(groups)
    figure, (axes,) = new_figure(8.0, 1.4 + 0.32 * len(shown))
    place, begin = np.arange(len(shown)), np.zeros(len(shown))
    for kind, colour in zip(KINDS, PALETTE, strict=True):
        share = np.array([group.values[share_name(kind)][0] or 0.0 for group in shown])
        if share.any():
            axes.barh(place, share, 0.8, begin, color=colour, label=_plural(kind))
        begin += share
    axes.set_yticks(place, [group.label for group in shown])
    axes.set(xlabel="share of the bodies", xlim=(0.0, 1.0))
    axes.invert_yaxis()
    legend_beside(figure, axes)
    return figure


def aggregation_numbers(
    groups: Sequence[Group], tables: Mapping[str, JobTables], styles: StatePointStyles
) -> Figure:
    """Draw the share of the bodies in aggregates of n, over the last third of each run.

    Raises
    ------
    NotDrawnError
        If there are no aggregates.
    """
    shown, samples = [], []
    for group in _with_aggregates(groups):
        found = [tables[job].sizes for job in group.jobs]
        known = [one for one in found if one is not None and len(one)]
        if known:
            shown.append(group)
            samples.append(known)
    largest = max((int(n.max()) for known in samples for n in known), default=0)
    curves = [np.array([_share(n, largest) for n in known]) for known in samples]
    check_curves([one for known in curves for one in known], "share of aggregates of a size")
    figure, (axes,) = new_figure(7.2, 4.2)
    for group, shares in zip(shown, curves, strict=True):
        seen = np.flatnonzero(shares.any(axis=0))
        n, style = seen.astype(float), styles.curve(group.label)
        draw_replicas(axes, n, shares[:, seen], style, group.label, marker="o", ms=3)
    axes.set(
        xscale="linear" if largest <= SMALL else "log",
        xlabel="aggregation number n / bodies",
        ylabel="share of the bodies in aggregates of n",
    )
    axes.set_ylim(bottom=0.0)
    if largest <= SMALL:
        axes.locator_params(axis="x", integer=True)
    plain_log(axes)
    name_curves(figure, axes, shown, styles)
    return figure


def _share(sizes: IndexArray, largest: int) -> FloatArray:
    """Return the share of the bodies in aggregates of 0, 1, ... `largest` bodies."""
    bodies = np.bincount(sizes, minlength=largest + 1) * np.arange(largest + 1.0)
    return np.asarray(bodies / bodies.sum())
