"""Films dried at several rates: lengths of wires against the drying time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from janus_md.analysis.series.averages import combine_replicas
from janus_md.common.arrays import FloatArray
from janus_md.common.errors import JanusError
from janus_md.common.parquet import read_table
from janus_md.model.units import PS_PER_NS
from janus_md.papers.measures import Run
from janus_md.papers.measuring.excess import trend
from janus_md.papers.paper import Drying
from janus_md.papers.verdicts import ERRORS

POWER = 0.8
"""Probability with which a slope of :attr:`Fit.detectable` is seen."""

LENGTHS = ("hold_n", "hold_w", "below_n", "below_w")
"""Names of the lengths of :class:`DriedRun`."""


@dataclass(frozen=True)
class DriedRun:
    """Mean wire lengths of one run, each averaged over ``Drying.average_ns`` up to its time.

    Attributes
    ----------
    drying_ns : float
        Length of the stage in which the film dried.
    below_at_hold_ns : float
        Time below the threshold of the permittivity when `hold_n` and `hold_w` are taken.
    hold_n, hold_w : float
        Mean length by number and by weight at an equal time after the end of drying.
    below_n, below_w : float
        The same at an equal time after the permittivity fell below the threshold.
    """

    drying_ns: float
    below_at_hold_ns: float
    hold_n: float
    hold_w: float
    below_n: float
    below_w: float


@dataclass(frozen=True)
class Fit:
    """A straight line of a length against the decimal logarithm of the drying time in ns.

    Attributes
    ----------
    slope, error : float
        Change of the length per factor of 10 in drying time, and its standard error from the
        scatter of the runs.
    intercept : float
        Length at a drying time of 1 ns.
    n_runs : int
        Number of runs.
    """

    slope: float
    error: float
    intercept: float
    n_runs: int

    @property
    def differs(self) -> bool:
        """Whether the slope differs from 0 by more than :data:`ERRORS` standard errors."""
        return abs(self.slope) > ERRORS * self.error

    @property
    def detectable(self) -> float:
        """Smallest true slope that such runs show to differ from 0 with probability `POWER`.

        The difference of an estimated slope and the true one, in estimated standard errors, has a
        t distribution with two degrees of freedom less than there are runs.
        """
        from scipy.stats import t

        return float(ERRORS + t.ppf(POWER, self.n_runs - 2)) * self.error

    @property
    def by_chance(self) -> float:
        """Probability that the slope differs from 0 in this sense without any dependence."""
        from scipy.stats import t

        return float(2.0 * t.sf(ERRORS, self.n_runs - 2))


@dataclass(frozen=True)
class DryingResult:
    """Lengths of all runs, and the lines through them.

    Attributes
    ----------
    runs : list of DriedRun
        By drying time.
    fits : dict of str to Fit
        By the name of the length (:data:`LENGTHS`); empty for fewer than 3 runs, or for a single
        drying time.
    """

    runs: list[DriedRun]
    fits: dict[str, Fit]


def dried_run(drying: Drying, run: Run) -> DriedRun:
    """Return the lengths of a run.

    Raises
    ------
    JanusError
        If its tables cannot be read, or if it has no such stage or is too short.
    """
    columns = ("step", "frame_relative_permittivity", "mean_n", "mean_w")
    table = read_table(run.directory / "frames.parquet", columns)
    step_ns = float(run.statepoint["protocol"]["time_step_ps"]) / PS_PER_NS
    series = {name: table[name].to_numpy(float) for name in columns}
    return drawn_at_equal_times(
        drying, run.statepoint["protocol"].get("stages", ()), series.pop("step") * step_ns, series
    )


def drawn_at_equal_times(
    drying: Drying,
    stages: Sequence[Mapping[str, Any]],
    time_ns: FloatArray,
    series: Mapping[str, FloatArray],
) -> DriedRun:
    """Average the lengths of a run before the two times at which runs are compared.

    The permittivity is constant in the pieces of a stage. It falls below the threshold after the
    last frame that is not below, which is known to one frame interval.

    Parameters
    ----------
    drying : Drying
        Stage and times.
    stages : sequence of mapping
        Stages of the protocol, with ``name`` and ``length_ns``.
    time_ns : ndarray, shape (frames,)
        Time of each frame.
    series : mapping of str to ndarray, shape (frames,)
        ``frame_relative_permittivity``, ``mean_n`` and ``mean_w``.

    Raises
    ------
    JanusError
        If there is no such stage, if the permittivity does not fall below the threshold, or if the
        run ends before one of the two times.
    """
    names = [str(stage["name"]) for stage in stages]
    if drying.stage not in names:
        raise JanusError(
            f"drying.stage: {drying.stage} is not a stage of this run, which has "
            f"{', '.join(names) or 'none'}"
        )
    place = names.index(drying.stage)
    length = float(stages[place]["length_ns"])
    dried = math.fsum(float(stage["length_ns"]) for stage in stages[: place + 1])
    above = np.flatnonzero(~(series["frame_relative_permittivity"] < drying.permittivity))
    last = int(above[-1]) if len(above) else 0
    fell = float(time_ns[last])
    times = {"hold": dried + drying.hold_ns, "below": fell + drying.below_ns}
    interval = float(time_ns[-1] - time_ns[-2]) if len(time_ns) > 1 else 0.0
    if last == len(time_ns) - 1:
        raise JanusError(
            f"drying.permittivity: the permittivity of this run does not fall below "
            f"{drying.permittivity:g}"
        )
    inside = {}
    for key, end in times.items():
        if time_ns[-1] < end - 0.5 * interval:
            raise JanusError(
                f"drying.{key}_ns: this run ends after {time_ns[-1]:g} ns, and must last {end:g} ns"
            )
        begin = end - max(drying.average_ns, interval)
        inside[key] = (time_ns > begin + 0.5 * interval) & (time_ns < end + 0.5 * interval)
    found = {
        f"{key}_{kind}": float(series[f"mean_{kind}"][chosen].mean())
        for key, chosen in inside.items()
        for kind in "nw"
    }
    return DriedRun(length, times["hold"] - fell, **found)


def compare_drying(runs: Iterable[DriedRun]) -> DryingResult | None:
    """Fit straight lines to the lengths of all runs; None without runs."""
    ordered = sorted(runs, key=lambda run: run.drying_ns)
    if not ordered:
        return None
    fits = {}
    for name in LENGTHS:
        line = trend([(math.log10(run.drying_ns), getattr(run, name)) for run in ordered])
        if line is not None:
            fits[name] = Fit(line.slope, line.error, line.intercept, len(ordered))
    return DryingResult(ordered, fits)


def by_drying_time(
    runs: Iterable[DriedRun], name: str
) -> list[tuple[float, int, float, float | None]]:
    """Average over replicas: drying time, number of runs, mean and its standard error."""
    groups: dict[float, list[float]] = {}
    for run in runs:
        groups.setdefault(run.drying_ns, []).append(float(getattr(run, name)))
    return [
        (time, len(values), *combine_replicas(values, [None] * len(values)))
        for time, values in sorted(groups.items())
    ]
