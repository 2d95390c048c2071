"""Mixtures of two enantiomers: bonds by hand and lengths of wires against the excess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from janus_md.analysis.series.averages import combine_replicas, mean_and_error
from janus_md.papers.measures import Measured, Run, Value
from janus_md.papers.paper import Excess
from janus_md.papers.verdicts import ERRORS

LIKE = "self-sorting: more bonds of like hands than a random order has"
UNLIKE = "alternation: fewer bonds of like hands than a random order has"
RANDOM = "no preference seen: as many bonds of like hands as a random order has"

CONFIDENCE = 0.05
"""Probability of a slope by chance below which it counts as a trend."""


@dataclass(frozen=True)
class Point:
    """One run of a mixture.

    Attributes
    ----------
    excess : float
        Absolute value of the enantiomeric excess.
    like : (mean, error)
        Fraction of bonds between bodies of the same hand, averaged over the time window of all
        runs.
    random : float
        The same fraction for a random order along the wires.
    mean_n, mean_w : (mean, error)
        Mean wire lengths in that window.
    """

    excess: float
    like: Value
    random: float
    mean_n: Value
    mean_w: Value


@dataclass(frozen=True)
class Trend:
    """A straight line through all runs.

    Attributes
    ----------
    slope, error : float
        Change from an excess of 0 to 1, and its standard error.
    intercept : float
        Length at an excess of 0.
    probability : float
        Probability of such a slope by chance (two-sided t test).
    """

    slope: float
    error: float
    intercept: float
    probability: float

    @property
    def statement(self) -> str:
        """The result in words."""
        if not self.probability < CONFIDENCE:
            return "no trend seen"
        return "longer with the excess" if self.slope > 0.0 else "shorter with the excess"


@dataclass(frozen=True)
class ExcessResult:
    """Results of the mixtures of two enantiomers.

    Attributes
    ----------
    points : list of Point
        One for each run, by excess.
    window_ns : tuple of 2 floats
        Time window of the averages, the same in all runs.
    by_number, by_weight : Trend, optional
        None for fewer than 3 runs, or for a single excess.
    """

    points: list[Point]
    window_ns: tuple[float, float]
    by_number: Trend | None
    by_weight: Trend | None


def compare_excess(excess: Excess, measured: Iterable[tuple[Run, Measured]]) -> ExcessResult | None:
    """Sort the mixtures of the two enantiomers by their excess; None if none was run.

    `measured` are the runs in the medium of the mixtures; runs of other substances are left out.

    Lengths and order change with time, and runs end at different times. Averages are therefore over
    the last third of the shortest run.
    """
    first, second = excess.enantiomers
    found = [(run, values) for run, values in measured if set(run.shares) <= {first, second}]
    if not any(len(run.shares) > 1 for run, _ in found):
        return None
    end = min(float(values.time_ns[-1]) for _, values in found)
    begin = 2.0 * end / 3.0
    points = []
    for run, values in found:
        inside = (values.time_ns >= begin) & (values.time_ns <= end)
        n = int(run.statepoint["n_bodies"])
        share = run.shares.get(first, 0.0)
        points.append(
            Point(
                abs(2.0 * share - 1.0),
                _average(1.0 - values.opposite[inside]),
                random_share(round(n * share), n),
                _average(values.mean_n[inside]),
                _average(values.mean_w[inside]),
            )
        )
    points.sort(key=lambda point: point.excess)
    return ExcessResult(
        points,
        (begin, end),
        trend([(p.excess, p.mean_n[0]) for p in points]),
        trend([(p.excess, p.mean_w[0]) for p in points]),
    )


def random_share(count: int, n: int) -> float:
    """Fraction of like neighbours in a random order of `count` and n - count bodies of each hand.

    Two bodies are drawn without replacement.
    """
    other = n - count
    return (count * (count - 1) + other * (other - 1)) / (n * (n - 1))


def trend(points: Iterable[tuple[float, float | None]]) -> Trend | None:
    """Fit a straight line by least squares, with the error from the scatter of the points."""
    from scipy.stats import linregress

    known = np.array([(x, y) for x, y in points if y is not None])
    if len(known) < 3 or np.ptp(known[:, 0]) == 0.0:
        return None
    fit = linregress(known[:, 0], known[:, 1])
    return Trend(float(fit.slope), float(fit.stderr), float(fit.intercept), float(fit.pvalue))


def by_excess(points: Iterable[Point], name: str) -> list[tuple[float, float, float | None]]:
    """Average the runs of each excess: excess, mean and standard error of ``like`` or a length."""
    groups: dict[float, list[Value]] = {}
    for point in points:
        groups.setdefault(round(point.excess, 6), []).append(getattr(point, name))
    found = []
    for excess, values in sorted(groups.items()):
        means = [mean for mean, _ in values if mean is not None]
        if means:
            errors = [error for mean, error in values if mean is not None]
            found.append((excess, *combine_replicas(means, errors)))
    return found


def sorting(like: float, error: float | None, random: float) -> str:
    """Return whether enantiomers sort themselves: fraction of like bonds against the random one."""
    if error is None or abs(like - random) <= ERRORS * error:
        return RANDOM
    return LIKE if like > random else UNLIKE


def _average(series: np.ndarray) -> Value:
    average = mean_and_error(series)
    return average["mean"], average["error"]
