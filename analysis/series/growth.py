"""Growth of the wires: onset of assembly, equilibration and growth exponent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from janus_md.analysis.series.averages import statistical_inefficiency
from janus_md.model.body import FloatArray

CANDIDATES = 50
"""Number of trial starting points of the equilibrated part."""


@dataclass(frozen=True)
class Equilibration:
    """The equilibrated part of a series.

    Attributes
    ----------
    begin : int
        Index of its first value.
    inefficiency : float
        Statistical inefficiency.
    share : float
        Fraction of the series.
    samples : float
        Number of independent samples.
    change : float
        Change over the part, from a straight line fitted to it.
    drift : float
        That change in standard errors.
    """

    begin: int
    inefficiency: float
    share: float
    samples: float
    change: float
    drift: float


def equilibration(series: Sequence[float] | FloatArray) -> Equilibration:
    """Find the starting point that maximises the number of independent samples after it.

    ``t0 = argmax (T - t) / g(t)`` with the statistical inefficiency g of the series after t
    (Chodera, J. Chem. Theory Comput. 12, 1799, 2016). If the series does not reach equilibrium, the
    part is short, has few samples or drifts (:mod:`janus_md.analysis.series.steadiness`).

    Raises
    ------
    ValueError
        If the series is shorter than 4.
    """
    values = np.asarray(series, dtype=np.float64)
    total = len(values)
    if total < 4:
        raise ValueError(f"a series of {total} values is too short; 4 are needed")
    begins = np.unique(np.linspace(0, total - 4, min(CANDIDATES, total - 3)).astype(int))
    inefficiency = np.array([statistical_inefficiency(values[b:]) for b in begins])
    samples = (total - begins) / inefficiency
    best = int(np.argmax(samples))
    part = values[begins[best] :]
    change, drift = _trend(part)
    return Equilibration(
        int(begins[best]),
        float(inefficiency[best]),
        len(part) / total,
        float(samples[best]),
        change,
        drift,
    )


def _trend(part: FloatArray) -> tuple[float, float]:
    """Return the change of a series by least squares, and that change in standard errors.

    The residuals are correlated: their statistical inefficiency g makes the error of the slope
    larger by the square root of g.
    """
    time = np.arange(len(part)) - 0.5 * (len(part) - 1)
    slope = float(time @ part / (time @ time))
    residual = part - part.mean() - slope * time
    variance = float(residual @ residual) / (len(part) - 2) / float(time @ time)
    error = (variance * statistical_inefficiency(residual)) ** 0.5
    change = slope * len(part)
    tiny = 1e-12 * max(1.0, abs(float(part.mean())))
    if error * len(part) <= tiny:
        return change, 0.0 if abs(change) <= tiny else float(np.inf)
    return change, slope / error


def first_fall(times: Sequence[float] | FloatArray) -> int | None:
    """Return the index of the first time that does not exceed its predecessor; None if all do.

    If the steps of a file decrease or repeat, it contains several runs, or the step counter was
    reset. Quantities that depend on time are then undefined.
    """
    falls = np.flatnonzero(~(np.diff(np.asarray(times)) > 0))
    return int(falls[0]) + 1 if len(falls) else None


def onset(series: Sequence[float] | FloatArray) -> int | None:
    """Return the index at which the level of a series changes; None if there is no such change.

    The series is split into two parts such that the sum of squares about their means is minimal
    (Hinkley, Biometrika 57, 1, 1970). The change is significant if the Bayesian information
    criterion, corrected for the statistical inefficiency, prefers two levels to one.
    """
    values = np.asarray(series, dtype=np.float64)
    total = len(values)
    if total < 4:
        return None
    count = np.arange(1, total)
    left = np.cumsum(values)[:-1]
    right = values.sum() - left
    gain = left**2 / count + right**2 / (total - count) - values.sum() ** 2 / total
    split = int(np.argmax(gain)) + 1
    rest = float(((values - values.mean()) ** 2).sum() - gain[split - 1])
    if rest <= 1e-12 * float(gain[split - 1]):
        return split if gain[split - 1] > 0.0 else None
    residual = values - np.where(np.arange(total) < split, *_levels(values, split))
    independent = total / statistical_inefficiency(residual)
    better = independent * np.log1p(float(gain[split - 1]) / rest)
    return split if better > 3.0 * np.log(max(independent, 2.0)) else None


def _levels(values: FloatArray, split: int) -> tuple[float, float]:
    return float(values[:split].mean()), float(values[split:].mean())


@dataclass(frozen=True)
class GrowthFit:
    """A straight line through the logarithms of time and length.

    Attributes
    ----------
    exponent, exponent_error : float
        Its slope z, and the standard error.
    log_time, log_length : float
        Natural logarithms at its centre, where the errors of height and slope are independent.
    log_length_error : float
        Standard error of the height there.
    """

    exponent: float
    exponent_error: float
    log_time: float
    log_length: float
    log_length_error: float

    def log_time_of(self, length: float) -> tuple[float, float]:
        """Natural logarithm of the time at which the line reaches `length`, and its error."""
        rise = float(np.log(length)) - self.log_length
        error = float(np.hypot(self.log_length_error, self.exponent_error * rise / self.exponent))
        return self.log_time + rise / self.exponent, error / abs(self.exponent)


def growth_exponent(time: FloatArray, length: FloatArray, bins: int = 8) -> tuple[float, float]:
    """Return the exponent z of ``length ~ time^z`` and its standard error (:func:`growth_fit`)."""
    fit = growth_fit(time, length, bins)
    return fit.exponent, fit.exponent_error


def growth_fit(time: FloatArray, length: FloatArray, bins: int = 8) -> GrowthFit:
    """Fit ``length ~ time^z`` over the last decade of time.

    The logarithms are averaged in bins of equal width in log time and fitted with a straight line.
    Without bins, the many correlated late times would dominate the fit. For irreversible
    aggregation at a rate independent of length, ``L_n = 1 + k t`` and z tends to 1 (Smoluchowski,
    1916).

    Parameters
    ----------
    time, length : ndarray, shape (T,)
        Increasing times, and the length at each. Only positive times and lengths are used.
    bins : int
        Number of bins of log time.

    Raises
    ------
    ValueError
        If fewer than 3 bins have a value, or the times do not increase.
    """
    use = (time > 0.0) & (time >= 0.1 * time.max()) & (length > 0.0)
    x, y = np.log(time[use]), np.log(length[use])
    if len(x) == 0 or np.ptp(x) == 0.0:
        raise ValueError("a growth exponent needs lengths at several positive times")
    if first_fall(time) is not None:
        raise ValueError("a growth exponent needs increasing times")
    where = np.minimum((bins * (x - x.min()) / np.ptp(x)).astype(int), bins - 1)
    held = np.unique(where)
    if len(held) < 3:
        raise ValueError(f"a growth exponent needs 3 bins of log time, not {len(held)}")
    x = np.array([x[where == k].mean() for k in held])
    y = np.array([y[where == k].mean() for k in held])
    away = x - x.mean()
    slope = float(away @ y / (away @ away))
    residual = y - y.mean() - slope * away
    variance = float(residual @ residual) / (len(x) - 2)
    return GrowthFit(
        slope,
        (variance / float(away @ away)) ** 0.5,
        float(x.mean()),
        float(y.mean()),
        (variance / len(x)) ** 0.5,
    )


def bootstrap_error(
    replicas: Sequence[FloatArray],
    statistic: Callable[[FloatArray], float],
    *,
    repeats: int = 500,
    seed: int = 0,
) -> tuple[float, float]:
    """Return a statistic of the mean over replicas and its standard error by bootstrap.

    Whole replicas are resampled with replacement (Efron, Ann. Stat. 7, 1, 1979), because only
    replicas are independent. The spread is multiplied by ``sqrt(R / (R - 1))`` for R replicas.

    Parameters
    ----------
    replicas : sequence of ndarray
        Series (or value) of each of at least two replicas, all of the same shape.
    statistic : callable
        Function of the mean series that returns a number.
    repeats : int
        Number of resamples.
    seed : int
        Seed of the random numbers.

    Raises
    ------
    ValueError
        If there are fewer than two replicas.
    """
    count = len(replicas)
    if count < 2:
        raise ValueError(f"a bootstrap over replicas needs 2 or more, not {count}")
    series = np.asarray(replicas, dtype=np.float64)
    rng = np.random.default_rng(seed)
    draws = [statistic(series[rng.integers(0, count, count)].mean(axis=0)) for _ in range(repeats)]
    return statistic(series.mean(axis=0)), float(np.std(draws) * np.sqrt(count / (count - 1)))
