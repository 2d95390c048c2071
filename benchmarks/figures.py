"""Figures of the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from textwrap import fill
from typing import Any

from benchmarks.pictures import save_small

COLOURS = ("#0b7a75", "#b5541c", "#5b5ea6", "#8a8d2b", "#9b2335", "#55606b")


@dataclass(frozen=True)
class Figure:
    """How the rows of an item are drawn.

    Attributes
    ----------
    x : str
        Column of the horizontal axis; text makes a bar chart.
    y : str
        Column of measured numbers.
    series : tuple of str
        Columns that distinguish lines or bars.
    log : bool
        Whether axes of numbers are logarithmic.
    """

    x: str
    y: str
    series: tuple[str, ...] = ()
    log: bool = True


def draw(table: Sequence[Mapping[str, Any]], figure: Figure, path: Path) -> None:
    """Draw medians with ranges: lines against a number, else bars."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    rows = [row for row in table if row.get(figure.y)]
    canvas, axis = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    names = list(dict.fromkeys(_series(row, figure) for row in rows))
    numeric = all(not isinstance(row[figure.x], str) for row in rows)
    places = list(dict.fromkeys(row[figure.x] for row in rows))
    width = 0.8 / max(1, len(names))
    for k, name in enumerate(names):
        own = [row for row in rows if _series(row, figure) == name]
        y = [median(row[figure.y]) for row in own]
        error = [
            [a - min(row[figure.y]) for a, row in zip(y, own, strict=True)],
            [max(row[figure.y]) - a for a, row in zip(y, own, strict=True)],
        ]
        style: dict[str, Any] = {"color": COLOURS[k % len(COLOURS)], "label": name, "capsize": 2}
        if numeric:
            x = [_number(row[figure.x]) for row in own]
            axis.errorbar(x, y, error, marker="o", ms=4, lw=1, **style)
        else:
            x = [places.index(row[figure.x]) + (k - (len(names) - 1) / 2) * width for row in own]
            axis.bar(x, y, width, yerr=error, **style)
    if numeric:
        axis.set_xscale("log" if figure.log else "linear")
        axis.set_yscale("log" if figure.log else "linear")
    else:
        labels = [fill(str(place), max(8, 72 // len(places))) for place in places]
        axis.set_xticks(range(len(places)), labels, fontsize=8)
    axis.set(xlabel=figure.x if numeric else "", ylabel=figure.y)
    axis.spines[["top", "right"]].set_visible(False)
    if len(names) > 1:
        axis.legend(frameon=False, fontsize=8)
    save_small(canvas, path, dpi=90)
    plt.close(canvas)


def _series(row: Mapping[str, Any], figure: Figure) -> str:
    return ", ".join(str(row[name]) for name in figure.series)


def _number(value: Any) -> float:
    return median(value) if isinstance(value, list) else float(value)
