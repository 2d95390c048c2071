"""Table of the growth of wires in a sweep and of the lengths predicted by theory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.series import growth
from janus_md.analysis.series.averages import combine_replicas
from janus_md.analysis.sweep.groups import Group, job_ids
from janus_md.analysis.sweep.tables import JobTables
from janus_md.analysis.theory import theory
from janus_md.analysis.theory.coupling import SPACING
from janus_md.common.uncertainty import MISSING, with_error
from janus_md.model import units
from janus_md.model.body import RigidBody
from janus_md.model.setup import Setup

if TYPE_CHECKING:
    import pandas as pd

HEADINGS = (
    ("wires set in", "after / ns"),
    ("growth exponent", "of the mean by number"),
    ("independent samples", "in the steady part"),
    ("bond lifetime", "/ ns"),
    ("mean wire length", "bonds by energy"),
    ("mean wire length", "in equilibrium, theory"),
    ("bond free energy", "/ kJ/mol"),
)
"""Column headings of two lines each."""

MIN_GROWN_LENGTH = 1.5
"""Minimum mean length by number for which a growth exponent is fitted."""

MIN_LIFETIME_FRAMES = 3.0
"""Minimum mean lifetime of a bond that is resolved, in frame intervals."""


NOT_YET = "not steady"


@dataclass(frozen=True)
class Expectation:
    """Prediction of the theory of equilibrium polymers for a state point.

    Attributes
    ----------
    mean_n : float
        Mean length by number.
    density : float
        Number density of bodies, 1/nm^3.
    temperature : float
        Temperature, K.
    coupling : float
        Dipolar coupling at :data:`SPACING`.
    """

    mean_n: float
    density: float
    temperature: float
    coupling: float


def expectation(setup: Setup | None) -> Expectation | None:
    """Return the prediction for a job with one kind of dipolar body; None for others.

    Parameters
    ----------
    setup : Setup or None
        Setup stored in the trajectory of the job.
    """
    if setup is not None:
        setup = setup.at(setup.stages[-1].steps)  # conditions at the end
    if setup is None or setup.relative_permittivity is None or len(setup.bodies) != 1:
        return None
    (body,), medium = setup.bodies, setup.relative_permittivity
    if not body.polar:
        return None
    temperature = setup.bath.kT / units.BOLTZMANN
    density = setup.n_bodies / float(setup.box[:3].prod())
    constant = theory.association_constant_of(body, medium, temperature)
    return Expectation(
        float(theory.mean_length(constant * density)),
        density,
        temperature,
        units.coupling_parameter(_dipole(body), SPACING, medium, temperature),
    )


def evolution(
    rows: pd.DataFrame, groups: Sequence[Group], tables: Mapping[str, JobTables]
) -> list[tuple[str, list[str]]]:
    """Return the label and cells (:data:`HEADINGS`) of each group, averaged over replicas."""
    place = {job: k for k, job in enumerate(job_ids(rows))}
    found = []
    for group in groups:
        expected = expectation(tables[group.jobs[0]].setup)
        frames = [tables[job].frames for job in group.jobs]
        samples = _samples(rows, [place[job] for job in group.jobs])
        lifetimes = [
            (_number(rows, place[job], "mean"), _number(rows, place[job], "error"))
            for job in group.jobs
        ]
        found.append(
            (
                group.label,
                [
                    _onset(frames),
                    _exponent(frames),
                    samples,
                    _lifetime(lifetimes, frames),
                    with_error(*group.values["mean_n_energy"]),
                    MISSING if expected is None else f"{expected.mean_n:.3g}",
                    _free_energy(group, samples, expected),
                ],
            )
        )
    return found


def _dipole(body: RigidBody) -> float:
    return float(np.linalg.norm(body.dipole))


def _number(rows: pd.DataFrame, place: int, name: str) -> float | None:
    column = f"analysis.bond_lifetime.{name}"
    if column not in rows:
        return None
    value = rows[column].iloc[place]
    return None if value is None or not np.isfinite(float(value)) else float(value)


def _lifetime(
    values: Sequence[tuple[float | None, float | None]], frames: Sequence[pd.DataFrame]
) -> str:
    """Return the mean lifetime, or an upper bound if it is too short for the frame interval."""
    if not _increasing(frames):
        return MISSING
    shortest = MIN_LIFETIME_FRAMES * max(float(np.diff(one["time_ns"]).mean()) for one in frames)
    if any(mean is not None and mean < shortest for mean, _ in values):
        return f"below {shortest:.2g}"
    return _averaged(values)


def _averaged(values: Sequence[tuple[float | None, float | None]]) -> str:
    known = [(mean, error) for mean, error in values if mean is not None]
    if not known:
        return MISSING
    return with_error(*combine_replicas([m for m, _ in known], [e for _, e in known]))


def _increasing(frames: Sequence[pd.DataFrame]) -> bool:
    """Return whether the time increases from frame to frame in all jobs."""
    return all(growth.first_fall(one["time_ns"].to_numpy()) is None for one in frames)


def _onset(frames: Sequence[pd.DataFrame]) -> str:
    if not _increasing(frames):
        return MISSING
    times = []
    for one in frames:
        index = growth.onset(one["mean_w"].to_numpy())
        if index is not None and one["mean_w"].iloc[-1] > one["mean_w"].iloc[0]:
            times.append((float(one["time_ns"].iloc[index]), None))
    if len(times) == len(frames):
        return _averaged(times)
    grown = all(one["mean_w"].iloc[-1] > MIN_GROWN_LENGTH * one["mean_w"].iloc[0] for one in frames)
    return "at once" if grown else "no change"


def _exponent(frames: Sequence[pd.DataFrame]) -> str:
    fitted: list[tuple[float | None, float | None]] = []
    for one in frames:
        if one["mean_n"].max() < MIN_GROWN_LENGTH:
            return MISSING
        time = one["time_ns"].to_numpy() - float(one["time_ns"].iloc[0])
        try:
            fitted.append(growth.growth_exponent(time, one["mean_n"].to_numpy()))
        except ValueError:
            return MISSING
    return _averaged(fitted)


def _samples(rows: pd.DataFrame, places: Sequence[int]) -> str:
    """Return the number of independent samples of steady replicas, or why one is not steady."""
    steady = [_value(rows, place, "steady") for place in places]
    if any(one is None for one in steady):
        return MISSING
    if not all(steady):
        told = [_value(rows, place, "not_steady_because") for place in places]
        reasons = dict.fromkeys(part for one in told if one for part in str(one).split(", "))
        return f"{NOT_YET}: {', '.join(reasons)}" if reasons else NOT_YET
    samples = [_value(rows, place, "steady_samples") for place in places]
    return f"{sum(float(one) for one in samples if one is not None):.0f}"


def _value(rows: pd.DataFrame, place: int, name: str) -> Any:
    """Return a single value of the analysis of a job; None if it is missing."""
    column = f"analysis.{name}"
    value = rows[column].iloc[place] if column in rows else None
    return None if value is None or value != value else value


def _free_energy(group: Group, samples: str, expected: Expectation | None) -> str:
    """Return the bond free energy if all replicas are steady."""
    mean, error = group.values["mean_n"]
    if expected is None or mean is None or mean <= 1.0 or not samples.isdigit():
        return MISSING
    found = theory.bond_free_energy(mean, error or 0.0, expected.density, expected.temperature)
    return with_error(found.free_energy, found.free_energy_error if error else None)
