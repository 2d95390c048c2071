"""Series in time: when assembly sets in, whether it has ended, how fast wires grow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from janus_md.analysis.series.averages import statistical_inefficiency
from janus_md.model.body import FloatArray

CANDIDATES = 50
"""Beginnings of the equilibrated part that are tried."""

LEAST_SHARE = 1.0 / 3.0
"""Share of the series that the equilibrated part must be, ..."""

LEAST_SAMPLES = 20.0
"""... independent samples that it must hold, ..."""

LARGEST_DRIFT = 2.5
"""... and the drift, in standard errors, that is still none."""


@dataclass(frozen=True)
class Equilibration:
    """The part of a series that is best taken for equilibrated.

    Attributes
    ----------
    begin : int
        Index of its first value.
    inefficiency : float
        Statistical inefficiency in it.
    share : float
        Of the series that is in it.
    samples : float
        Independent samples that it holds.
    drift : float
        Difference of the means of its two halves in units of its standard error.
    """

    begin: int
    inefficiency: float
    share: float
    samples: float
    drift: float

    @property
    def reached(self) -> bool:
        """Whether it is: long enough, samples enough, and no drift."""
        enough = self.share >= LEAST_SHARE and self.samples >= LEAST_SAMPLES
        return enough and abs(self.drift) < LARGEST_DRIFT


def equilibration(series: Sequence[float] | FloatArray) -> Equilibration:
    """Find the beginning of the equilibrated part: where most independent samples follow.

    ``t0 = argmax (T - t) / g(t)`` with the statistical inefficiency g of what follows t (Chodera,
    J. Chem. Theory Comput. 12, 1799, 2016). A series that never settles has a short part, or one of
    few samples, or one that drifts, and has not reached equilibrium.

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
    half = len(part) // 2
    error = part.std(ddof=1) * np.sqrt(2.0 / max(samples[best] / 2.0, 1.0))
    change = float(part[-half:].mean() - part[:half].mean())
    drift = change / float(error) if error > 0.0 else 0.0
    return Equilibration(
        int(begins[best]),
        float(inefficiency[best]),
        len(part) / total,
        float(samples[best]),
        drift,
    )


def first_fall(times: Sequence[float] | FloatArray) -> int | None:
    """Index of the first time that is not above the one before it; None where all rise.

    A file in which steps fall or repeat holds more than one run, or one that was counted anew:
    nothing that depends on time follows from it.
    """
    falls = np.flatnonzero(~(np.diff(np.asarray(times)) > 0))
    return int(falls[0]) + 1 if len(falls) else None


def onset(series: Sequence[float] | FloatArray) -> int | None:
    """Index at which the level of a series changes most; None where no change is significant.

    The split into two parts with the least sum of squares about their own means (Hinkley,
    Biometrika 57, 1, 1970). It counts where the Bayesian information criterion, with the series'
    statistical inefficiency in it, prefers two levels to one.
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


def growth_exponent(time: FloatArray, length: FloatArray, bins: int = 8) -> tuple[float, float]:
    """Exponent z of ``length ~ time^z`` over the last decade of time, and its standard error.

    The logarithms are averaged in bins of equal width in log time, which late times, many and
    correlated, would outweigh otherwise, and fitted with a straight line. Irreversible aggregation
    at a rate that does not depend on length has ``L_n = 1 + k t``: z tends to 1 (Smoluchowski,
    1916).

    Parameters
    ----------
    time, length : ndarray, shape (T,)
        The times rise. Only times above 0 and lengths above 0 count.
    bins : int
        Bins of log time.

    Raises
    ------
    ValueError
        If fewer than 3 bins hold a value, or the times do not rise.
    """
    use = (time > 0.0) & (time >= 0.1 * time.max()) & (length > 0.0)
    x, y = np.log(time[use]), np.log(length[use])
    if len(x) == 0 or np.ptp(x) == 0.0:
        raise ValueError("a growth exponent needs lengths at several times above 0")
    if first_fall(time) is not None:
        raise ValueError("a growth exponent needs times that rise")
    where = np.minimum((bins * (x - x.min()) / np.ptp(x)).astype(int), bins - 1)
    held = np.unique(where)
    if len(held) < 3:
        raise ValueError(f"a growth exponent needs 3 bins of log time, not {len(held)}")
    x = np.array([x[where == k].mean() for k in held])
    y = np.array([y[where == k].mean() for k in held])
    away = x - x.mean()
    slope = float(away @ y / (away @ away))
    residual = y - y.mean() - slope * away
    variance = float(residual @ residual) / (len(x) - 2) / float(away @ away)
    return slope, variance**0.5


def bootstrap_error(
    replicas: Sequence[FloatArray],
    statistic: Callable[[FloatArray], float],
    *,
    repeats: int = 500,
    seed: int = 0,
) -> tuple[float, float]:
    """Statistic of the replicas' mean and its standard error by bootstrap.

    Whole replicas are drawn with replacement (Efron, Ann. Stat. 7, 1, 1979), as they alone are
    independent. The spread is corrected by ``sqrt(R / (R - 1))`` for their number R.

    Parameters
    ----------
    replicas : sequence of ndarray
        One series (or value) each, of one shape; two or more.
    statistic : callable
        From a mean series to a number.
    repeats : int
        Draws.
    seed : int
        Of the draws.

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
