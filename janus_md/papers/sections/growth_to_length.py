"""Growth of the wires, extrapolated to a length that runs do not reach."""

from __future__ import annotations

import numpy as np

from janus_md.analysis.series.averages import combine_replicas
from janus_md.analysis.series.growth import growth_fit
from janus_md.analysis.sweep.evolution import MIN_GROWN_LENGTH
from janus_md.common.uncertainty import with_error
from janus_md.papers.measures import Measured
from janus_md.papers.paper import Paper
from janus_md.papers.rows import Results
from janus_md.papers.sections.markdown import grid

LENGTH_NM = 1000.0
"""Length of the wires in the paper, nm."""

UNITS = {"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1.0}
"""Units of time, in ns."""


def time_to(length: float, run: Measured) -> tuple[float, float] | None:
    """Time at which the mean length by number reaches `length` bodies, from the growth so far.

    The power law of the last decade of the run is extrapolated.

    Returns
    -------
    tuple of 2 floats, or None
        Decimal logarithm of the time in ns, and its standard error from the fit; None if no wires
        have grown, or if they do not grow.
    """
    if len(run.mean_n) == 0 or run.mean_n.max() < MIN_GROWN_LENGTH:
        return None
    try:
        fit = growth_fit(run.time_ns - run.time_ns[0], run.mean_n)
    except ValueError:
        return None
    if fit.exponent <= 2.0 * fit.exponent_error:
        return None
    time, error = fit.log_time_of(length)
    return time / np.log(10.0), error / np.log(10.0)


def section(paper: Paper, results: Results) -> list[str]:
    """Return the table of the growth, and what it can say; empty without growing wires."""
    if paper.bond is None:
        return []
    bodies = LENGTH_NM / paper.bond.spacing
    rows = []
    for fact in paper.facts:
        if fact.quantity != "growth_exponent":
            continue
        for substance in fact.substances:
            runs = results.get((substance, fact.medium), ())
            grown = [(run, found) for run in runs if (found := time_to(bodies, run)) is not None]
            if grown:
                rows.append(_row(f"{substance} ({fact.medium})", grown))
    if not rows:
        return []
    return [
        "## Growth towards a micrometre",
        f"A wire of one micrometre has {bodies:.0f} bodies at {paper.bond.spacing:g} nm per body. "
        "The power law of the last decade of each run, length ~ time^z, is extrapolated to this "
        "mean length by number:",
        grid(("substance", "runs", "ended at / ns", "length then", "z", "time", "range"), rows),
        "The range is one standard error to either side, of the fits or over the runs if that is "
        "larger. It does not include the error of the extrapolation itself: z changes with time, "
        "longer wires diffuse more slowly, and the boxes contain fewer bodies than such a wire "
        "has. The time is that of the model, in which bodies move through a dilute gas; a film "
        "dries in milliseconds to seconds. The length of wires in equilibrium, which growth does "
        "not exceed, follows from the association constants of pairs (section on equilibrium).",
    ]


def _row(label: str, grown: list[tuple[Measured, tuple[float, float]]]) -> tuple[str, ...]:
    """Return the cells of the replicas of one substance in one medium."""
    runs = [run for run, _ in grown]
    exponents = [run.values["growth_exponent"] for run in runs]
    z = combine_replicas([mean or 0.0 for mean, _ in exponents], [error for _, error in exponents])
    log_time, error = combine_replicas(
        [found[0] for _, found in grown], [found[1] for _, found in grown]
    )
    ends = [float(run.time_ns[-1]) for run in runs]
    lengths = combine_replicas([float(run.mean_n[-1]) for run in runs], [None] * len(runs))
    spread = error or 0.0
    return (
        label,
        str(len(runs)),
        f"{min(ends):.2g}" if min(ends) == max(ends) else f"{min(ends):.2g} to {max(ends):.2g}",
        with_error(*lengths),
        with_error(*z),
        _time(log_time),
        f"{_time(log_time - spread)} to {_time(log_time + spread)}",
    )


def _time(logarithm: float) -> str:
    """Return a time, of which the decimal logarithm in ns is given, in a suitable unit."""
    nanoseconds = 10.0**logarithm
    unit = next((name for name, size in UNITS.items() if nanoseconds >= size), "ns")
    return f"{float(f'{nanoseconds / UNITS[unit]:.2g}'):g} {unit}"
