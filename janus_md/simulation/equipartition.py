"""Comparison of kinetic temperatures with the bath: means over blocks and their standard errors.

In equilibrium, twice the mean kinetic energy of each degree of freedom is kT for any forces, and
squared velocities have a chi-square distribution. The standard error of a mean is therefore known
and need not be estimated from the series, in which heating would increase it. Samples are
correlated: the correlation time of the kinetic energy is at most one damping time (half of it for
free bodies; in a harmonic potential, half of the energy is potential and the decay takes twice as
long).

The mean over the whole run and that of each block may differ from 1, the value of the bath, by
:data:`ERRORS` standard errors plus :data:`RELATIVE_TOLERANCE`. A block spans :data:`BLOCK` damping
times and at least :data:`MIN_SAMPLES` samples; samples that remain at the end belong to the last
block. A shorter run is one block. The first :data:`SETTLING` damping times, but at most half of the
run, are left out, since effects of the initial state, such as random positions, are not due to the
time step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from janus_md.model.body import FloatArray

ERRORS = 5.0
"""Allowed deviation of a mean, in standard errors."""

RELATIVE_TOLERANCE = 0.02
"""Additional allowed deviation, as a fraction of kT of the bath."""

BLOCK = 100.0
"""Length of a block, damping times."""

MIN_SAMPLES = 10
"""Smallest number of samples in a block, if the run has as many."""

SETTLING = 5.0
"""Damping times at the beginning that are left out."""


@dataclass(frozen=True)
class Part:
    """The mean over the run or a block, with its allowed range.

    Attributes
    ----------
    block : int
        Number of the block, from 1; 0 for the whole run.
    begin, end : float
        Begin and end, ps.
    value, error : float
        Mean, in units of kT of the bath, and its standard error.
    low, high : float
        Allowed range.
    target : float
        Expected value.
    """

    block: int
    begin: float
    end: float
    value: float
    error: float
    low: float
    high: float
    target: float

    @property
    def strain(self) -> float:
        """Deviation relative to the allowed one; a value above 1 is too large."""
        off = self.value - self.target
        if not math.isfinite(off):
            return math.inf
        return off / (self.high - self.target) if off > 0 else off / (self.low - self.target)


def kinetic(
    times: FloatArray,
    ratios: FloatArray,
    freedom: int,
    damping: float,
    memory: float,
    released: FloatArray | None = None,
) -> list[Part]:
    """Compare kinetic temperatures with that of the bath.

    Parameters
    ----------
    times : ndarray, shape (T,)
        ps; the first sample is before the first step and is left out.
    ratios : ndarray, shape (T,)
        Kinetic temperature over that of the bath.
    freedom : int
        Number of degrees of freedom.
    damping : float
        Damping time of this motion, ps.
    memory : float
        Longest damping time of all motions that exchange energy, ps.
    released : ndarray, shape (T,), optional
        Potential energy of the whole box over kT and over the number of its degrees of freedom. The
        formation of bonds heats the bodies faster than the bath cools them, on average by the
        potential energy released in a damping time. Twice that is allowed in addition, since the
        heat may be distributed unevenly among the motions.

    Returns
    -------
    list of Part
        The whole run, then its blocks if there are several.
    """
    parts = []
    for block, here in _parts(times, damping, memory):
        count = effective(len(ratios[here]), _interval(times), memory)
        low, high = limits(freedom * count)
        error = math.sqrt(2.0 / (freedom * count))
        if released is not None:
            before, last = here.start - 1, here.stop - 1
            lost = max(0.0, float(released[before] - released[last]))
            high += 2.0 * lost * memory / float(times[last] - times[before])
        value = float(np.mean(ratios[here]))
        begin, end = float(times[here.start - 1]), float(times[here.stop - 1])
        parts.append(
            Part(
                block,
                begin,
                end,
                value,
                error,
                low - RELATIVE_TOLERANCE,
                high + RELATIVE_TOLERANCE,
                1.0,
            )
        )
    return parts


def excess(
    times: FloatArray,
    ratios: FloatArray,
    freedom: int,
    damping: float,
    memory: float,
    time_step: float,
) -> list[Part]:
    """Compare the excess of the configurational temperature due to the time step with zero.

    Parameters are those of :func:`kinetic`, with
    :func:`janus_md.simulation.thermodynamics.step_excess` over the temperature of the bath as
    `ratios`. The error is the larger of two estimates: from the scatter of the samples, and for
    normally distributed forces.
    """
    parts = []
    for block, here in _parts(times, damping, memory):
        values = ratios[here]
        count = effective(len(values), _interval(times), memory)
        value = float(np.mean(values))
        error = (abs(value) + 0.5 * time_step / damping) * math.sqrt(2.0 / (freedom * count))
        if len(values) > 1:
            error = max(error, float(np.std(values, ddof=1)) / math.sqrt(count))
        begin, end = float(times[here.start - 1]), float(times[here.stop - 1])
        allowed = ERRORS * error + RELATIVE_TOLERANCE
        parts.append(Part(block, begin, end, value, error, -allowed, allowed, 0.0))
    return parts


def effective(samples: int, interval: float, memory: float) -> float:
    """Effective number of independent samples at a distance of `interval`; at least 1.

    The correlation function is taken as ``exp(-t / memory)``.
    """
    return max(1.0, samples * math.tanh(0.5 * interval / memory))


def limits(freedom: float) -> tuple[float, float]:
    """Range of a mean of `freedom` squares of normal numbers of variance 1.

    The probability to be outside is that of a normal number beyond :data:`ERRORS` standard errors,
    the limit for many degrees of freedom. For few, the distribution is skewed to larger values
    (Wilson and Hilferty, Proc. Natl. Acad. Sci. 17, 684, 1931: the cube root is nearly normal).
    """
    spread = 2.0 / (9.0 * freedom)
    low, high = (1.0 - spread + sign * ERRORS * math.sqrt(spread) for sign in (-1.0, 1.0))
    return max(0.0, low) ** 3, high**3


def _interval(times: FloatArray) -> float:
    return float(times[-1] - times[0]) / (len(times) - 1)


def _parts(times: FloatArray, damping: float, memory: float) -> Iterator[tuple[int, slice]]:
    """Number and rows of the whole run, and of its blocks if there are several."""
    span = float(times[-1] - times[0])
    settled = float(times[0]) + min(SETTLING * memory, 0.5 * span)
    first = max(1, int(np.searchsorted(times, settled, side="right")))
    first = min(first, len(times) - 1)
    yield 0, slice(first, len(times))
    # Rounded first, so that 500.0000001 samples count as 500.
    length = max(MIN_SAMPLES, math.ceil(round(BLOCK * damping / _interval(times), 6)))
    number = (len(times) - first) // length
    if number < 2:
        return
    for k in range(number):
        end = first + (k + 1) * length if k + 1 < number else len(times)
        yield k + 1, slice(first + k * length, end)
