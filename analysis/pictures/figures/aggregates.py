"""Figures of what bodies with attractive sites form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.aggregates.morphology.kinds import KINDS, share_name
from janus_md.analysis.pictures.figures.styles import curve_styles
from janus_md.analysis.pictures.figures.wires import name_curves, new_figure, plain_log
from janus_md.analysis.sweep.groups import Group, numeric_key, series_along, spread
from janus_md.analysis.sweep.tables import JobTables
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

    A row of panels for each value of the other keys, of at most :data:`MAX_SERIES`. None where no
    aggregates are defined, or no number varies.
    """
    shown = with_aggregates(groups)
    key = numeric_key(shown)
    if key is None:
        return None
    every = series_along(shown, key)
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
        one.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _values(groups: Sequence[Group], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Means of the groups, NaN where there is none, and their errors."""
    pairs = [group.values.get(name, (None, None)) for group in groups]
    means = np.array([mean for mean, _ in pairs], dtype=np.float64)
    return means, np.array([error or 0.0 for _, error in pairs])


def _plural(kind: str) -> str:
    return f"{kind.replace('_', ' ')}s"


def shares_of_kinds(groups: Sequence[Group]) -> Figure | None:
    """Share of the bodies in each kind of aggregate, a bar per state point; None without any."""
    shown = with_aggregates(groups)
    if not shown:
        return None
    figure, (axes,) = new_figure(8.0, 1.4 + 0.32 * len(shown))
    place, begin = np.arange(len(shown)), np.zeros(len(shown))
    for kind, colour in zip(KINDS, PALETTE, strict=True):
        share = np.array([group.values[share_name(kind)][0] or 0.0 for group in shown])
        if share.any():
            axes.barh(place, share, 0.8, begin, color=colour, label=_plural(kind))
        begin += share
    axes.set_yticks(place, [group.label for group in shown], fontsize=8)
    axes.set(xlabel="share of the bodies", xlim=(0.0, 1.0))
    axes.invert_yaxis()
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def aggregation_numbers(groups: Sequence[Group], tables: Mapping[str, JobTables]) -> Figure | None:
    """Share of the bodies in aggregates of n, over the last third of each run; None without any."""
    shown, sizes = [], []
    for group in with_aggregates(groups):
        found = [tables[job].sizes for job in group.jobs]
        known = [one for one in found if one is not None and len(one)]
        if known:
            shown.append(group)
            sizes.append(np.concatenate(known))
    if not shown:
        return None
    figure, (axes,) = new_figure(7.2, 4.0)
    for group, n, style in zip(shown, sizes, curve_styles(shown), strict=True):
        bodies = np.bincount(n) * np.arange(int(n.max()) + 1)
        seen = np.flatnonzero(bodies)
        axes.plot(seen, bodies[seen] / bodies.sum(), marker="o", ms=3, lw=1.0, label=group.label,
                  **style)  # fmt: skip
    axes.set(
        xscale="linear" if max(int(n.max()) for n in sizes) <= SMALL else "log",
        xlabel="aggregation number n / bodies",
        ylabel="share of the bodies in aggregates of n",
    )
    axes.set_ylim(bottom=0.0)
    plain_log(axes)
    name_curves(figure, axes, shown)
    return figure
