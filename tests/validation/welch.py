"""Do two sets of replicas have the same means? Welch's test, many comparisons at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

FAMILY_WISE = 0.01
"""Chance that any of all comparisons is called different though none is."""

POWER = 0.8


@dataclass(frozen=True)
class Comparison:
    """Means of one quantity over two independent sets of replicas.

    Attributes
    ----------
    name : str
        The quantity.
    means, errors : tuple of 2 floats
        Means and their standard errors.
    p : float
        Of Welch's t test, two-sided.
    degrees : float
        Its degrees of freedom (Welch and Satterthwaite).
    """

    name: str
    means: tuple[float, float]
    errors: tuple[float, float]
    p: float
    degrees: float

    def detectable(self, comparisons: int) -> float:
        """Difference that would be seen with a chance of :data:`POWER`, in units of the means.

        At the level of Holm's first step: FAMILY_WISE over the number of comparisons.
        """
        threshold = stats.t.isf(0.5 * FAMILY_WISE / comparisons, self.degrees)
        return float(threshold + stats.t.ppf(POWER, self.degrees)) * float(np.hypot(*self.errors))


def compare(name: str, a: Sequence[float], b: Sequence[float]) -> Comparison:
    """Compare the means of two samples whose variances may differ (Welch, Biometrika 34, 1947)."""
    test = stats.ttest_ind(a, b, equal_var=False)
    errors = tuple(float(np.std(x, ddof=1) / np.sqrt(len(x))) for x in (a, b))
    means = (float(np.mean(a)), float(np.mean(b)))
    return Comparison(name, means, (errors[0], errors[1]), float(test.pvalue), float(test.df))


def holm(p: Sequence[float]) -> list[float]:
    """Adjusted p values (Holm, Scand. J. Stat. 6, 65, 1979): below a level, the pair differs."""
    order = np.argsort(p)
    steps = np.asarray(p, float)[order] * (len(p) - np.arange(len(p)))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted.tolist()
