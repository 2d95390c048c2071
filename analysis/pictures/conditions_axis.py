"""A second axis of a figure over time: what stages change in a run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.sweep.conditions import CONDITIONS, PREFIX
from janus_md.workspace.labels import axis_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

GREY = "0.55"
"""Colour of the curve and its axis."""


def changing(frames: pd.DataFrame) -> list[str]:
    """Return the conditions that change between the frames of a run, in order of preference."""
    columns = {name: frames.get(f"{PREFIX}{name}") for name in CONDITIONS}
    return [
        name
        for name, values in columns.items()
        if values is not None and values.notna().all() and np.ptp(values.to_numpy()) > 0.0
    ]


def add_conditions(axes: Axes, frames: pd.DataFrame, name: str | None = None) -> Axes | None:
    """Draw a condition of a run against time, with an axis at the right.

    Parameters
    ----------
    axes : Axes
        Axes of a figure over time in ns.
    frames : DataFrame
        Columns ``time_ns`` and conditions, as of frames.parquet.
    name : str, optional
        The condition; by default the first of :func:`changing`.

    Returns
    -------
    Axes or None
        The second axes; None if nothing changes.
    """
    chosen = name or next(iter(changing(frames)), None)
    if chosen is None:
        return None
    second = axes.twinx()
    second.plot(frames["time_ns"], frames[f"{PREFIX}{chosen}"], color=GREY, lw=1.0, ls="--")
    second.set_ylabel(axis_name(chosen).replace("_", " "), color=GREY)
    second.tick_params(axis="y", colors=GREY)
    second.spines[["top", "left"]].set_visible(False)
    second.spines["right"].set_color(GREY)
    axes.set_zorder(second.get_zorder() + 1)
    axes.patch.set_visible(False)
    return second


def add_first_conditions(figures: Iterable[Axes], runs: Iterable[pd.DataFrame]) -> None:
    """Draw the condition that changes in the first run with a change, in all axes."""
    first = next((frames for frames in runs if changing(frames)), None)
    if first is not None:
        for axes in figures:
            add_conditions(axes, first)
