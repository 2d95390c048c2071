"""Wire length against drying time: table, text and figure of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.pictures.figures.axes import new_figure
from janus_md.analysis.pictures.figures.styles import COLOURS
from janus_md.common.uncertainty import with_error
from janus_md.papers.measuring.drying_time import POWER, DryingResult, Fit, by_drying_time
from janus_md.papers.paper import Drying
from janus_md.papers.verdicts import ERRORS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COMPARED = ("hold", "below")
"""The two comparisons: equal hold, equal time below the permittivity."""

KINDS = {"n": "by number", "w": "by weight"}
"""Means of the length."""


def comparisons(drying: Drying) -> dict[str, str]:
    """Return the two ways in which runs are compared, in words."""
    hold, below = COMPARED
    return {
        hold: f"equal hold, {drying.hold_ns:g} ns after the end of drying",
        below: f"equal time, {drying.below_ns:g} ns after the relative permittivity fell below "
        f"{drying.permittivity:g}",
    }


def headings(drying: Drying) -> tuple[str, ...]:
    """Return the headings of the table."""
    return (
        "drying time / ns",
        "runs",
        f"time below {drying.permittivity:g} at equal hold / ns",
        "equal hold: length by number",
        "by weight",
        "equal time: length by number",
        "by weight",
    )


def rows(found: DryingResult) -> list[tuple[str, ...]]:
    """Return the rows of the table, by drying time, in the order of :func:`headings`."""
    names = ("below_at_hold_ns", "hold_n", "hold_w", "below_n", "below_w")
    columns = [by_drying_time(found.runs, name) for name in names]
    table = []
    for (time, count, below, _), *lengths in zip(*columns, strict=True):
        values = (with_error(mean, error) for _, _, mean, error in lengths)
        table.append((f"{time:g}", str(count), f"{below:.2f}", *values))
    return table


def introduction(drying: Drying, found: DryingResult) -> str:
    """Return how the runs are compared."""
    first, second = comparisons(drying).values()
    shortest, longest = found.runs[0].drying_ns, found.runs[-1].drying_ns
    return (
        f"Films that dry within {shortest:g} to {longest:g} ns are compared in two ways: at "
        f"{first}, and at {second}. Lengths are averages over the {drying.average_ns:g} ns before "
        "that time. In a slow drying more time passes below this permittivity before the hold "
        "begins, so that the first comparison includes growth during the drying."
    )


def statements(drying: Drying, found: DryingResult) -> list[str]:
    """Return the results of the straight lines, one sentence or two for each."""
    if not found.fits:
        return ["A straight line needs at least 3 runs with two different drying times."]
    said = []
    for key, words in comparisons(drying).items():
        for kind, name in KINDS.items():
            said.append(f"- Mean length {name}, {words}: {_sentence(found.fits[f'{key}_{kind}'])}.")
    fit = next(iter(found.fits.values()))
    return [
        f"Straight lines through all {fit.n_runs} runs against the logarithm of the drying time. A "
        f"slope of more than {ERRORS:g} standard errors differs from 0; without any effect, each "
        f"slope does so with a probability of {fit.by_chance:.0%}. The smallest detectable slope "
        f"is the one that such runs find with a probability of {POWER:.0%}.",
        *said,
        conclusion(found),
    ]


def conclusion(found: DryingResult) -> str:
    """Return what the slopes of both comparisons say together."""
    differ = {key: any(found.fits[f"{key}_{kind}"].differs for kind in KINDS) for key in COMPARED}
    if differ["below"]:
        return (
            "The lengths depend on the drying time, also at an equal time below this permittivity."
        )
    if differ["hold"]:
        return (
            "The lengths depend on the drying time at equal hold only, as expected if the time "
            "below this permittivity determines them."
        )
    return (
        "No dependence on the drying time is seen; slopes below the smallest detectable ones "
        "are not excluded."
    )


def _sentence(fit: Fit) -> str:
    verdict = "differs" if fit.differs else "does not differ"
    errors = f", {abs(fit.slope) / fit.error:.1f} standard errors" if fit.error > 0.0 else ""
    return (
        f"slope {with_error(fit.slope, fit.error)} bodies per factor of 10 in drying time{errors}; "
        f"it {verdict} from 0. Smallest detectable slope: {fit.detectable:.1f}"
    )


def against_drying_time(drying: Drying, found: DryingResult) -> Figure:
    """Draw the lengths of all runs against the drying time, a panel for each comparison."""
    figure, axes = new_figure(10.0, 3.8, 2)
    for one, (key, words) in zip(axes, comparisons(drying).items(), strict=True):
        for (kind, label), colour in zip(KINDS.items(), COLOURS, strict=False):
            name = f"{key}_{kind}"
            points = [(run.drying_ns, getattr(run, name)) for run in found.runs]
            one.plot(*zip(*points, strict=True), ".", ms=4, color=colour, alpha=0.5)
            means = by_drying_time(found.runs, name)
            one.errorbar(
                [time for time, *_ in means],
                [mean for *_, mean, _ in means],
                [error or 0.0 for *_, error in means],
                color=colour, marker="o", ms=5, ls="none", capsize=3, label=label,
            )  # fmt: skip
            fit = found.fits.get(name)
            if fit is not None:
                ends = np.array([means[0][0], means[-1][0]])
                line = fit.intercept + fit.slope * np.log10(ends)
                one.plot(ends, line, color=colour, lw=0.8, ls="--")
        one.set_title(words.replace(", ", ":\n", 1), fontsize=9)
        one.set(xlabel="drying time / ns", ylabel="mean wire length / bodies", xscale="log")
    highest = max(one.get_ylim()[1] for one in axes)
    times = sorted({run.drying_ns for run in found.runs})
    for one in axes:
        one.set_ylim(0.0, highest)
        one.set_xticks(times, [f"{time:g}" for time in times])
        one.minorticks_off()
    axes[0].legend(frameon=False, fontsize=8)
    return figure
