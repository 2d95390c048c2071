"""Figures of a reproduction: growth, structure of the wires, mixtures of enantiomers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.pictures.figures.axes import new_figure, plain_log, save
from janus_md.analysis.pictures.figures.structure import micrographs
from janus_md.analysis.pictures.figures.styles import COLOURS, StatePointStyles, plain_style
from janus_md.analysis.pictures.micrograph import COVERED
from janus_md.papers.measures import Measured
from janus_md.papers.measuring.drying_time import DryingResult
from janus_md.papers.measuring.excess import ExcessResult, by_excess
from janus_md.papers.measuring.side_distances import SIDE_EDGES
from janus_md.papers.paper import Fact, Paper
from janus_md.papers.quantities import QUANTITIES
from janus_md.papers.rows import Results
from janus_md.papers.sections import film
from janus_md.papers.sections.drying_page import against_drying_time

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = {
    "bond_nm": np.arange(1.4, 2.401, 0.02),
    "bond_energy": np.arange(-56.0, 4.1, 1.0),
    "turn_deg": np.arange(0.0, 120.1, 2.0),
}
"""Quantities of bonds drawn as distributions, with the edges of their bins."""

NO_WIRES = 0.5
"""Fraction of bodies in wires of 3 or more below which the bonds of a run are not drawn."""


@plain_style()
def draw(
    paper: Paper,
    results: Results,
    excess: ExcessResult | None,
    out: Path,
    drying: DryingResult | None = None,
) -> list[tuple[Path, str]]:
    """Write all figures for which there are results as PNG; return each with its caption."""
    out.mkdir(parents=True, exist_ok=True)
    drawn: list[tuple[str, Figure | None, str]] = [
        (
            "micrographs",
            media(paper, results),
            "Synthetic transmission electron micrographs of the last frame of one run in each "
            f"medium: sections in which metal cores cover {COVERED:.0%} of the image.",
        ),
        (
            "growth",
            growth(paper, results),
            "Where wires form, a line per run: mean wire length by number and by weight, and the "
            "share of the bonds that join R and S (random order: one half).",
        ),
        (
            "structure",
            structure(paper, results),
            "Bonds in the last third of the runs: length, energy of the two bodies alone, turn of "
            "a body against the one before; and bodies side by side in different wires, over what "
            "the largest distances have. Grey: the paper.",
        ),
        (
            "film",
            film.figure(paper, results),
            "Distances in the dried film: bonds, all neighbours, and nearest particles in the "
            "synthetic micrographs. Grey: the range of the paper's micrographs.",
        ),
        (
            "excess",
            None if excess is None else mixtures(excess),
            "Mixtures of enantiomers, dry: mean wire length against the enantiomeric excess, over "
            "the same time in all runs, with a straight line through all of them (left); share of "
            "the bonds that join like hands, and that of a random order (right). Dots: runs; bars: "
            "standard error over replicas.",
        ),
        (
            "drying",
            against_drying_time(paper.drying, drying) if paper.drying and drying else None,
            "Mean wire length against the drying time, with a straight line through all runs. "
            "Small dots: runs; large dots and bars: mean and standard error over replicas.",
        ),
    ]
    return [
        (save(figure, out / f"{paper.name}_{name}.png"), caption)
        for name, figure, caption in drawn
        if figure is not None
    ]


def media(paper: Paper, results: Results) -> Figure | None:
    """Micrographs of the first substance that forms wires, in each medium; None without wires."""
    wires = _with_wires(paper, results)
    if not wires:
        return None
    substance = wires[0][0]
    found = [
        (f"{substance} ({medium})", runs[0].trajectory)
        for medium in paper.media
        if (runs := results.get((substance, medium))) and runs[0].trajectory
    ]
    return micrographs(found, StatePointStyles.of([]))


def growth(paper: Paper, results: Results) -> Figure | None:
    """Mean lengths and order of hands against time, a curve per run; None without wires."""
    shown = _with_wires(paper, results)
    if not shown:
        return None
    figure, axes = new_figure(13.0, 3.8, 3)
    for (*label, runs), colour in zip(shown, _colours(len(shown)), strict=True):
        for run in runs:
            for one, series in zip(axes, (run.mean_n, run.mean_w, run.opposite), strict=True):
                if one is axes[2] and not np.any(series > 0.0):
                    continue  # bodies of one hand only
                one.plot(run.time_ns, series, color=colour, lw=1.0)
        axes[0].plot([], [], color=colour, label="{} ({})".format(*label))
    for one, title in zip(axes, ("by number", "by weight"), strict=False):
        one.set(xlabel="time / ns", ylabel=f"mean wire length {title} / bodies", yscale="log")
        plain_log(one)
    axes[2].axhline(0.5, color="0.4", ls="--", lw=1.0)
    axes[2].text(
        1.0, 0.49, "random order", fontsize=8, color="0.3", ha="right", va="top",
        transform=axes[2].get_yaxis_transform(),
    )  # fmt: skip
    axes[2].set(xlabel="time / ns", ylabel="share of bonds that join R and S", ylim=(0.0, 1.0))
    figure.legend(frameon=False, fontsize=8, loc="outside right center")
    return figure


def structure(paper: Paper, results: Results) -> Figure | None:
    """Distributions of the bonds and of bodies side by side; None if no wires form."""
    shown = _with_wires(paper, results)
    if not shown:
        return None
    figure, _ = new_figure(10.0, 7.0)
    figure.clear()
    axes = figure.subplots(2, 2).ravel()
    for (*label, runs), colour in zip(shown, _colours(len(shown)), strict=True):
        for one, (name, edges) in zip(axes, PANELS.items(), strict=False):
            values = np.concatenate([run.samples[name] for run in runs])
            period = QUANTITIES[name].period
            values = values % period if period else values
            share, _ = np.histogram(values, edges)
            one.stairs(
                share / max(1, len(values)), edges, color=colour, lw=1.2,
                label="{} ({})".format(*label),
            )  # fmt: skip
        counts = np.sum([run.samples["side_counts"] for run in runs], axis=0)
        axes[3].stairs(_over_far(counts), SIDE_EDGES, baseline=None, color=colour, lw=1.2)
    for one, name in zip(axes, [*PANELS, "side_nm"], strict=True):
        for fact in paper.facts:
            if fact.quantity == name and fact.compared:
                _mark(one, fact)
        one.set_ylim(bottom=0.0)
        one.spines[["top", "right"]].set_visible(False)
    titles = (
        ("length of a bond / nm", "share of bonds"),
        ("energy of a bond / kJ/mol", "share of bonds"),
        ("turn / degrees (threefold bodies)", "share of bonds"),
        ("distance side by side / nm", "density over that far away"),
    )
    for one, (x, y) in zip(axes, titles, strict=True):
        one.set(xlabel=x, ylabel=y)
    axes[3].set_xlim(2.0, SIDE_EDGES[-1])
    names, labels = axes[0].get_legend_handles_labels()
    figure.legend(names, labels, frameon=False, fontsize=8, loc="outside lower center", ncols=3)
    return figure


def mixtures(excess: ExcessResult) -> Figure:
    """Mean lengths and the fraction of like bonds against the enantiomeric excess."""
    figure, (left, right) = new_figure(10.0, 3.8, 2)
    for name, fit, label, colour in (
        ("mean_w", excess.by_weight, "by weight", COLOURS[1]),
        ("mean_n", excess.by_number, "by number", COLOURS[0]),
    ):
        _with_bars(left, excess, name, label, colour)
        if fit is not None:
            ends = np.array([0.0, 1.0])
            left.plot(ends, fit.intercept + fit.slope * ends, color=colour, lw=0.8, ls="--")
    begin, end = excess.window_ns
    left.set(
        xlabel="enantiomeric excess",
        ylabel=f"mean wire length, {begin:.2g} to {end:.2g} ns / bodies",
        ylim=(0.0, None),
    )
    left.legend(frameon=False, fontsize=8)
    mixed = [point for point in excess.points if point.excess < 1.0]
    if mixed:
        _with_bars(right, excess, "like", "simulation", COLOURS[2])
        x = np.linspace(0.0, 1.0, 50)
        right.plot(x, 0.5 * (1.0 + x**2), color="0.4", ls="--", lw=1.0, label="random order")
        right.legend(frameon=False, fontsize=8)
    right.set(xlabel="enantiomeric excess", ylabel="share of bonds of like hands")
    return figure


def _with_bars(axes: Axes, excess: ExcessResult, name: str, label: str, colour: str) -> None:
    runs = [(p.excess, getattr(p, name)[0]) for p in excess.points]
    axes.plot(*zip(*runs, strict=True), ".", ms=4, color=colour, alpha=0.5)
    means = by_excess(excess.points, name)
    axes.errorbar(
        [x for x, _, _ in means],
        [y for _, y, _ in means],
        [e or 0.0 for _, _, e in means],
        color=colour,
        marker="o",
        ms=5,
        ls="none",
        capsize=3,
        label=label,
    )


def _with_wires(paper: Paper, results: Results) -> list[tuple[str, str, Sequence[Measured]]]:
    """Substance, medium and runs where bodies are mostly in wires, in the order of the paper."""
    found = []
    for substance in paper.substances:
        for medium in paper.media:
            if paper.media[medium].model is not None:
                continue  # other bodies than those of the paper's model
            runs = results.get((substance, medium), ())
            shares = [run.values["share_in_wires"][0] or 0.0 for run in runs]
            if runs and np.mean(shares) > NO_WIRES:
                found.append((substance, medium, runs))
    return found


def _colours(count: int) -> list[str]:
    return [COLOURS[k % len(COLOURS)] for k in range(count)]


def _over_far(counts: np.ndarray) -> np.ndarray:
    """Density of distances relative to its mean beyond 5 nm."""
    middle = 0.5 * (SIDE_EDGES[1:] + SIDE_EDGES[:-1])
    density = counts / middle**2
    far = density[middle > 5.0].mean()
    return density / far if far > 0.0 else density


def _mark(axes: Axes, fact: Fact) -> None:
    """Shade the range of a fact, labelled with the part of its name after a comma, such as TEM."""
    low, high = axes.get_xlim()
    low = low if fact.low is None else fact.low
    high = high if fact.high is None else fact.high
    axes.axvspan(low, high, color="0.5", alpha=0.25, lw=0, zorder=0)
    axes.text(
        0.5 * (low + high), 1.0, fact.name.partition(", ")[2], fontsize=8, color="0.3",
        ha="center", va="bottom", transform=axes.get_xaxis_transform(),
    )  # fmt: skip
