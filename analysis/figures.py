"""Figures of a sweep: growth, length distribution, g(r), lengths along the sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.averages import first_averaged
from janus_md.analysis.groups import Group, numeric_key, short
from janus_md.analysis.theory import share_in_longer
from janus_md.bodies import FloatArray
from janus_md.units import PS_PER_NS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#4D4D4D")
"""Okabe and Ito's palette (without yellow, with two dark ones), told apart by everyone."""

NAMED = 12
"""More curves than this get a colour scale instead of names."""

DPI = 150

TABLES = ("frames.parquet", "wires.parquet", "rdf.parquet")
"""What is read of a job."""


@dataclass(frozen=True)
class JobTables:
    """What the analysis of one job left on disk.

    Attributes
    ----------
    frames, rdf : DataFrame
        frames.parquet with a column time_ns, rdf.parquet.
    lengths : ndarray of int
        Length in bodies of every wire in the last third of the frames.
    """

    frames: pd.DataFrame
    rdf: pd.DataFrame
    lengths: np.ndarray


def has_tables(directory: Path) -> bool:
    """Whether the tables of a job are there."""
    return all((directory / name).is_file() for name in TABLES)


def read_job(directory: Path, time_step_ps: float) -> JobTables:
    """Read the tables of a job."""
    import pandas as pd
    import pyarrow.parquet as pq

    paths = [directory / name for name in TABLES]
    frames = pd.read_parquet(paths[0])
    frames["time_ns"] = frames["step"] * time_step_ps / PS_PER_NS
    begin = int(frames["frame"].iloc[first_averaged(len(frames))])
    wires = pq.read_table(paths[1], columns=["n"], filters=[("frame", ">=", begin)])
    return JobTables(frames, pd.read_parquet(paths[2]), wires["n"].to_numpy())


def new_figure(width: float, height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """Return a figure that belongs to no window, and its axes in a row."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = [figure.add_subplot(1, columns, k + 1) for k in range(columns)]
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


def colours(groups: Sequence[Group]) -> list[Any]:
    """One colour for each group; a scale where they are too many for a palette."""
    if len(groups) <= len(COLOURS):
        return list(COLOURS[: len(groups)])
    from matplotlib import colormaps

    return [colormaps["viridis"](x) for x in np.linspace(0.0, 0.92, len(groups))]


def growth(groups: Sequence[Group], tables: Mapping[str, JobTables]) -> Figure:
    """Mean wire length by number and by weight against time, a curve per job."""
    figure, axes = new_figure(10.0, 3.8, 2)
    for group, colour in zip(groups, colours(groups), strict=True):
        for k, job in enumerate(group.jobs):
            frames = tables[job].frames
            for one, column in zip(axes, ("mean_n", "mean_w"), strict=True):
                one.plot(
                    frames["time_ns"],
                    frames[column],
                    color=colour,
                    lw=1.2,
                    label=group.label if k == 0 else None,
                )
    for one, title in zip(axes, ("by number", "by weight"), strict=True):
        one.set(xlabel="time / ns", ylabel=f"mean wire length {title} / bodies", yscale="log")
        plain_log(one)
    _legend(axes[1], groups)
    return figure


def length_distribution(groups: Sequence[Group], tables: Mapping[str, JobTables]) -> Figure:
    """Share of the bodies that are in wires of at least n, over the last third of the run."""
    figure, (axes,) = new_figure(7.2, 4.0)
    for group, colour in zip(groups, colours(groups), strict=True):
        lengths = np.concatenate([tables[job].lengths for job in group.jobs])
        count = np.bincount(lengths)
        bodies = count * np.arange(len(count))
        share = bodies[::-1].cumsum()[::-1] / bodies.sum()
        n = np.arange(1.0, len(count))
        axes.step(n, share[1:], where="mid", color=colour, label=group.label)
        if lengths.mean() > 1.0:
            axes.plot(n, share_in_longer(n, float(lengths.mean())), color=colour, ls="--", lw=0.8)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="wire length n / bodies",
        ylabel="share of bodies in wires of at least n",
    )
    axes.set_ylim(bottom=max(axes.get_ylim()[0], 1e-4), top=1.3)
    plain_log(axes)
    _legend(axes, groups)
    return figure


def radial_distribution(groups: Sequence[Group], tables: Mapping[str, JobTables]) -> Figure:
    """g(r) of the centres over the last third of the run; replicas averaged."""
    figure, (axes,) = new_figure(7.2, 4.0)
    top = 1.5
    for group, colour in zip(groups, colours(groups), strict=True):
        curves = [tables[job].rdf for job in group.jobs]
        bins = min(len(curve) for curve in curves)
        g = np.mean([curve["g"].to_numpy()[:bins] for curve in curves], axis=0)
        top = max(top, float(np.nanmax(g, initial=0.0)))
        axes.plot(curves[0]["r_nm"][:bins], g, color=colour, lw=1.2, label=group.label)
    # Wires give g of tens to hundreds at contact, dilute bodies about 1: a scale that shows both.
    axes.set_yscale("symlog", linthresh=2.0)
    axes.set_yticks([0, 1, *(10**k * m for k in range(4) for m in (2, 5, 10))])
    axes.set(xlabel="r / nm", ylabel="g(r)", xlim=(1.0, None), ylim=(0.0, 1.2 * top))
    axes.axhline(1.0, color="0.7", lw=0.8, zorder=0)
    plain_log(axes)
    _legend(axes, groups)
    return figure


def lengths_along_sweep(groups: Sequence[Group], expected: Mapping[str, float]) -> Figure | None:
    """Mean wire lengths against the first number that varies; None where none does.

    `expected` is the mean length by number in equilibrium by label, drawn beside them.
    """
    key = numeric_key(groups)
    if key is None:
        return None
    series: dict[tuple[Any, ...], list[Group]] = {}
    for group in groups:
        rest = tuple((name, value) for name, value in group.keys.items() if name != key)
        series.setdefault(rest, []).append(group)
    figure, axes = new_figure(10.0, 3.8, 2)
    heads = [Group(dict(rest), (), {}) for rest in series]
    for head, members, colour in zip(heads, series.values(), colours(heads), strict=True):
        members = sorted(members, key=lambda group: group.keys[key])
        for one, column in zip(axes, ("mean_n", "mean_w"), strict=True):
            y = np.array([group.values[column][0] for group in members], dtype=np.float64)
            error = np.array([group.values[column][1] or 0.0 for group in members])
            one.errorbar(
                [group.keys[key] for group in members],
                y,
                _bars(y, error),
                color=colour,
                marker="o",
                ms=4,
                lw=1.0,
                capsize=2,
                label=head.label or None,
            )
        known = [group for group in members if group.label in expected]
        mean_n = np.array([expected[group.label] for group in known])
        for one, values in zip(axes, (mean_n, 2.0 * mean_n - 1.0), strict=True):
            one.plot(
                [group.keys[key] for group in known],
                values,
                color=colour,
                ls="--",
                lw=1.0,
                zorder=1,
            )
    name = "relative permittivity" if key == "relative_permittivity" else short(key)
    for one, title in zip(axes, ("by number", "by weight"), strict=True):
        one.set(xlabel=name, ylabel=f"mean wire length {title} / bodies", yscale="log")
        if key == "relative_permittivity":
            one.set_xscale("log")
        plain_log(one)
    if heads[0].label:
        _legend(axes[1], heads)
    return figure


def _bars(values: FloatArray, errors: FloatArray) -> FloatArray:
    """Error bars that stay above zero, for a logarithmic axis; shape (2, values)."""
    return np.array([np.minimum(errors, 0.99 * values), errors])


def save(figure: Figure, path: Path) -> Path:
    """Write a PNG, renamed when whole."""
    partial = path.with_name(f"{path.stem}.partial{path.suffix}")
    figure.savefig(partial, dpi=DPI, format="png")
    partial.replace(path)
    return path


def plain_log(axes: Axes) -> None:
    """Write 2, 5, 10, 20 instead of powers of ten on logarithmic axes."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for axis, scale in ((axes.xaxis, axes.get_xscale()), (axes.yaxis, axes.get_yscale())):
        if scale == "linear":
            continue
        if scale == "log":
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())


def _legend(axes: Axes, groups: Sequence[Group]) -> None:
    if len(groups) <= NAMED:
        # Beside the curves, not on them.
        axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
        return
    first, last = groups[0].label, groups[-1].label
    axes.set_title(f"{len(groups)} state points, dark to light: {first} … {last}", fontsize=8)
