"""Figures of the results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from textwrap import fill
from typing import TYPE_CHECKING, Any

from benchmarks.pictures import save_small

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

COLOURS = ("#0b7a75", "#b5541c", "#5b5ea6", "#8a8d2b", "#9b2335", "#55606b")

APART = 1.04
"""Ratio between the places of two series on a logarithmic axis, so that their errors are seen."""

LINE = 115
"""Characters across a figure."""


@dataclass(frozen=True)
class Figure:
    """How the rows of an item are drawn: lines against a number, else bars.

    Attributes
    ----------
    x : str
        Column of the horizontal axis; text makes a bar chart. So does a pattern with columns in
        braces, such as ``"{model}, {bodies} bodies"``.
    y : str or tuple of str
        Column of measured numbers. Several columns are a series each, named without the unit.
    series : tuple of str
        Columns that distinguish lines or bars.
    label : str
        Label of the vertical axis, `y` by default.
    log : str
        Logarithmic axes: ``"x"``, ``"y"``, ``"xy"`` or none.
    target : float, optional
        Number at which a dashed line is drawn.
    limits : tuple of str, optional
        Columns of the smallest and the largest value, if the rows have them.
    only : tuple, optional
        A column, and the texts in it that are drawn.
    """

    x: str
    y: str | tuple[str, ...]
    series: tuple[str, ...] = ()
    label: str = ""
    log: str = ""
    target: float | None = None
    limits: tuple[str, str] | None = None
    only: tuple[str, tuple[str, ...]] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of measured numbers."""
        return (self.y,) if isinstance(self.y, str) else self.y


@dataclass(frozen=True)
class Point:
    """A point or bar: its place, its series, the median and the range."""

    place: float | str
    name: str
    value: float
    low: float
    high: float


def points(table: Sequence[Mapping[str, Any]], figure: Figure) -> Iterator[Point]:
    """Yield what is drawn of a table, in the order of its rows.

    Parameters
    ----------
    table : sequence of mapping
        Labels, and lists of measured numbers (:func:`benchmarks.tables.merged`).
    figure : Figure
        How they are drawn.
    """
    for row in table:
        if figure.only and row[figure.only[0]] not in figure.only[1]:
            continue
        place = _place(row, figure.x)
        for column in figure.columns:
            if values := row.get(column):
                names = [str(row[name]) for name in figure.series]
                if len(figure.columns) > 1:
                    names.append(column.partition(" / ")[0])
                ends = [*values]
                for name in figure.limits or ():
                    ends += row[name]
                yield Point(place, ", ".join(names), median(values), min(ends), max(ends))


def _place(row: Mapping[str, Any], x: str) -> float | str:
    if "{" in x:
        return x.format_map({name: _text(value) for name, value in row.items()})
    value = row[x]
    if isinstance(value, list):
        return float(median(value))
    return value if isinstance(value, str) else float(value)


def _text(value: Any) -> str:
    return f"{value:,g}" if isinstance(value, int | float) else str(value)


def draw(table: Sequence[Mapping[str, Any]], figure: Figure, path: Path) -> None:
    """Draw medians with ranges, and write a PNG file."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    found = list(points(table, figure))
    canvas, axis = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    numeric = not any(isinstance(point.place, str) for point in found)
    (_draw_lines if numeric else _draw_bars)(axis, found, figure)
    if figure.target is not None:
        told = f"target: {figure.target:g}"
        axis.axhline(figure.target, color="0.4", lw=0.9, ls="--", label=told, zorder=0)
    axis.set_ylabel(figure.label or figure.columns[0])
    for scaled, name in ((axis.xaxis, "x"), (axis.yaxis, "y")):
        if name in figure.log:
            _make_logarithmic(scaled)
    axis.spines[["top", "right"]].set_visible(False)
    names = {point.name for point in found}
    if len(names) > 1 or figure.target is not None:
        columns = max(1, LINE // (max(map(len, names)) + 6))
        canvas.legend(frameon=False, fontsize=8, loc="outside upper left", ncols=columns)
    save_small(canvas, path, dpi=90)
    plt.close(canvas)


def _series(found: Sequence[Point]) -> Iterator[tuple[int, list[Point], dict[str, Any]]]:
    """Number, points and style of each series."""
    names = list(dict.fromkeys(point.name for point in found))
    for k, name in enumerate(names):
        own = [point for point in found if point.name == name]
        style = {"color": COLOURS[k % len(COLOURS)], "label": name or None, "capsize": 2}
        yield k, own, style


def _errors(own: Sequence[Point]) -> list[list[float]]:
    """Distances to both ends of the range; none where it is a single value."""
    return [[point.value - point.low for point in own], [point.high - point.value for point in own]]


def _make_logarithmic(axis: Axis) -> None:
    """Make the scale logarithmic, with plain numbers at 1, 2 and 5 times powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < 300.0 * low else (1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.15g}"))
    axis.set_minor_locator(NullLocator())


def _draw_lines(axis: Axes, found: Sequence[Point], figure: Figure) -> None:
    apart = APART if "x" in figure.log and figure.limits else 1.0
    for k, own, style in _series(found):
        x = [float(point.place) * apart**k for point in own]
        values = [point.value for point in own]
        axis.errorbar(x, values, _errors(own), marker="o", ms=4, lw=1, **style)
    axis.set_xlabel(str(figure.x))


def _draw_bars(axis: Axes, found: Sequence[Point], figure: Figure) -> None:
    places = list(dict.fromkeys(point.place for point in found))
    count = len({point.name for point in found})
    width = 0.8 / count
    for k, own, style in _series(found):
        x = [places.index(point.place) + (k - (count - 1) / 2) * width for point in own]
        errors = _errors(own)
        axis.bar(
            x,
            [point.value for point in own],
            width,
            yerr=errors if any(map(any, errors)) else None,
            error_kw={"lw": 0.8},
            **style,
        )
    words = [str(place).replace("`", "").replace(",", ", ") for place in places]
    labels = [
        fill(" ".join(one.split()), max(8, LINE // len(places) - 4), break_long_words=False)
        for one in words
    ]
    axis.set_xticks(range(len(places)), labels, fontsize=8)
