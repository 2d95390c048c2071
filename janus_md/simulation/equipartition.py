"""Whether kinetic temperatures fit a bath: means over blocks, held against their errors.

In equilibrium each degree of freedom has kT, whatever the forces are, and the square of its
velocity scatters as chi-square does. The standard error of a mean is therefore known beforehand and
need not be taken from the series, which a run that heats up would inflate. Samples that lie close
in time count less: kinetic energy forgets in one damping time at most (half of it for free bodies;
stored half the time in potential energy it leaves half as fast).

The mean over the whole run and that of each block are held to 1, the bath, within
:data:`ERRORS` standard errors plus :data:`SHARE`. A block spans :data:`BLOCK` damping times, and
:data:`LEAST` samples or more where those are far apart; what is left at the end joins the last one.
A run that is shorter is one block. The first :data:`SETTLING` damping times, though half of the run
at most, are left out: what was there before, such as a first place at random, is no fault of the
time step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from janus_md.model.body import FloatArray

ERRORS = 5.0
"""Standard errors by which a mean may be off."""

SHARE = 0.02
"""Share of the bath's kT by which it may be off in addition."""

BLOCK = 100.0
"""Length of a block, damping times."""

LEAST = 10
"""Samples in a block, where the run has so many."""

SETTLING = 5.0
"""Damping times at the beginning that do not count."""


@dataclass(frozen=True)
class Part:
    """The run, or a block of it, against what is allowed there.

    Attributes
    ----------
    block : int
        Number of the block, from 1; 0 for the whole run.
    begin, end : float
        When, ps.
    value, error : float
        Mean, in units of the bath's kT, and its standard error.
    low, high : float
        Range that is allowed.
    target : float
        Where it should be.
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
        """Deviation over the one that is allowed; above 1 it is too large."""
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
    """Hold kinetic temperatures to the bath's.

    Parameters
    ----------
    times : ndarray, shape (T,)
        ps; the first is before the first step and does not count.
    ratios : ndarray, shape (T,)
        Kinetic temperature over the bath's.
    freedom : int
        Degrees of freedom in it.
    damping : float
        Damping time of this motion, ps.
    memory : float
        Longest damping time of all motions, which exchange energy, ps.
    released : ndarray, shape (T,), optional
        Potential energy of the whole box over kT and over all its degrees of freedom. Bonds that
        form heat the bodies faster than the bath cools them: on average by what the potential
        energy loses in a damping time. Twice as much is allowed on top, since one motion may get
        more of it than another.

    Returns
    -------
    list of Part
        The whole run, then its blocks where there are several.
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
        parts.append(Part(block, begin, end, value, error, low - SHARE, high + SHARE, 1.0))
    return parts


def excess(
    times: FloatArray,
    ratios: FloatArray,
    freedom: int,
    damping: float,
    memory: float,
    time_step: float,
) -> list[Part]:
    """Hold what the time step adds to the temperature of places to zero.

    Parameters are those of :func:`kinetic`, with
    :func:`janus_md.simulation.thermodynamics.step_excess` over the bath's temperature as `ratios`.
    The error is the larger of two: from the scatter of the samples, and as if the forces were
    normal.
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
        allowed = ERRORS * error + SHARE
        parts.append(Part(block, begin, end, value, error, -allowed, allowed, 0.0))
    return parts


def effective(samples: int, interval: float, memory: float) -> float:
    """How many independent samples so many are worth, `interval` apart; 1 or more.

    Their correlation is taken as ``exp(-t / memory)``.
    """
    return max(1.0, samples * math.tanh(0.5 * interval / memory))


def limits(freedom: float) -> tuple[float, float]:
    """Range of a mean of `freedom` squares of normal numbers of variance 1.

    It is left as seldom as a normal number leaves :data:`ERRORS` standard errors, to which it tends
    with many degrees of freedom. Few scatter more to the upper side (Wilson and Hilferty, Proc.
    Natl. Acad. Sci. 17, 684, 1931: the cube root is nearly normal).
    """
    spread = 2.0 / (9.0 * freedom)
    low, high = (1.0 - spread + sign * ERRORS * math.sqrt(spread) for sign in (-1.0, 1.0))
    return max(0.0, low) ** 3, high**3


def _interval(times: FloatArray) -> float:
    return float(times[-1] - times[0]) / (len(times) - 1)


def _parts(times: FloatArray, damping: float, memory: float) -> Iterator[tuple[int, slice]]:
    """Number and rows of the whole run, and of its blocks where there are several."""
    span = float(times[-1] - times[0])
    settled = float(times[0]) + min(SETTLING * memory, 0.5 * span)
    first = max(1, int(np.searchsorted(times, settled, side="right")))
    first = min(first, len(times) - 1)
    yield 0, slice(first, len(times))
    # Rounded first, as 500.0000001 samples are 500.
    length = max(LEAST, math.ceil(round(BLOCK * damping / _interval(times), 6)))
    number = (len(times) - first) // length
    if number < 2:
        return
    for k in range(number):
        end = first + (k + 1) * length if k + 1 < number else len(times)
        yield k + 1, slice(first + k * length, end)
