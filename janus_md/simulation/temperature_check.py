"""Check of the log whether a run kept the temperature of its bath."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.common.messages import count
from janus_md.model.body import FloatArray
from janus_md.model.environment import FIELDS
from janus_md.model.setup import Setup
from janus_md.model.units import BOLTZMANN, PS_PER_NS
from janus_md.simulation.equipartition import ERRORS, Part, excess, kinetic
from janus_md.simulation.thermodynamics import freedoms

DRIFT, FLUCTUATION = 0.02, 0.01
"""Without a bath: largest drift of the total energy, kT per degree of freedom and
ns, and kT per degree of freedom in addition. At the default time step it drifts by 0.01 or less and
fluctuates by 0.001 (docs/time_step.md); shortly below the step that blows up it drifts by 0.03."""

LEAST_ROWS = 10
"""Smallest number of frames after the last change of conditions for a check."""

PIECES = 50
"""Number of pieces of the run from which the random walk of the energy is estimated. The mesh
causes random forces, whose effect averages out over many bodies, but not over few."""


def examine(log: Path, setup: Setup) -> dict[str, Any]:
    """Check a run by its log; the result is stored in the document under ``heat``.

    Parameters
    ----------
    log : Path
        ``log.gsd`` of the production.
    setup : Setup
        Setup of the job.

    Returns
    -------
    dict
        ``checked``; ``passed``, null if not checked; ``why`` it did not pass or was not checked,
        else null; ``worst``, the largest deviation relative to the allowed one. With a bath,
        ``kinds`` has for each kind the mean kinetic temperatures over that of the bath and the
        excess of the configurational temperature due to the time step
        (:mod:`janus_md.simulation.equipartition`). Without a bath, ``drift`` is that of the total
        energy, kT per degree of freedom and ns.
    """
    if setup.bath.method == "brownian":
        return _unchecked("brownian dynamics has no velocities to compare with the bath")
    if not all(FIELDS.get(field.name).conservative for field in setup.environment):
        return _unchecked("a field does work on the bodies, so they are warmer than the bath")
    rows = _read(log)
    if setup.schedule:
        # Only the part in which conditions are constant is compared with one bath.
        begin = setup.last_change * setup.time_step
        later = rows["time_ps"].ravel() >= begin - 0.5 * setup.time_step
        if np.count_nonzero(later) < LEAST_ROWS:
            return _unchecked("conditions change until the end of the run")
        rows = {name: values[later] for name, values in rows.items()}
        setup = setup.at(setup.schedule[-1].end)
    if setup.bath.method == "nve":
        return _energy(rows, setup)
    if not {"temperatures_translational", "excess_translational"} <= rows.keys():
        return _unchecked("log.gsd does not have the temperatures of each kind")
    return _temperatures(rows, setup)


def _unchecked(why: str) -> dict[str, Any]:
    return {"checked": False, "passed": None, "why": why}


def _read(log: Path) -> dict[str, FloatArray]:
    import gsd.hoomd

    prefix = "log/janus_md/"
    rows = gsd.hoomd.read_log(str(log), glob_pattern=f"{prefix}*")
    return {
        name.removeprefix(prefix): np.asarray(values, float)
        for name, values in rows.items()
        if name.startswith(prefix)
    }


def _temperatures(rows: Mapping[str, FloatArray], setup: Setup) -> dict[str, Any]:
    """Compare the temperatures of each kind with that of the bath."""
    bodies, environment, counts = setup.bodies, setup.bath, np.array(setup.counts)
    times, step = rows["time_ps"].ravel(), setup.time_step
    temperature = environment.kT / BOLTZMANN
    inertia = np.array([body.inertia for body in bodies])
    turning = np.zeros_like(inertia)  # an axis without inertia has no motion
    np.divide(inertia, environment.gamma_r, out=turning, where=inertia > 0)
    dampings = {
        "translational": np.array([body.mass for body in bodies]) / environment.gamma,
        "rotational": turning.max(axis=1),
    }
    memory = float(max(every.max() for every in dampings.values()))
    axes = dict(zip(dampings, freedoms(bodies), strict=True))
    total = float(sum((one * counts).sum() for one in axes.values()))
    released = rows["potential_energy"].ravel() / environment.kT / total
    kinds: dict[str, Any] = {}
    complaints: list[tuple[float, str]] = []
    for k, body in enumerate(bodies):
        for motion, every in dampings.items():
            freedom, damping = int(axes[motion][k] * counts[k]), float(every[k])
            if not freedom:
                continue
            warmth = _of_kind(rows[f"temperatures_{motion}"], k) / temperature
            added = _of_kind(rows[f"excess_{motion}"], k) / temperature
            mean = kinetic(times, warmth, freedom, damping, memory, released)
            more = excess(times, added, freedom, damping, memory, step)
            kinds.setdefault(body.name, {})[motion] = _told(mean, more)
            noun = motion.removesuffix("al")
            complaints += [(one.strain, _too_warm(body.name, noun, one)) for one in mean]
            complaints += [(one.strain, _too_long(body.name, noun, one, step)) for one in more]
    return _verdict(complaints) | {"kinds": kinds}


def _of_kind(rows: FloatArray, kind: int) -> FloatArray:
    return rows.reshape(len(rows), -1)[:, kind]


def _told(mean: list[Part], more: list[Part]) -> dict[str, float | None]:
    found = {
        "kt": mean[0].value,
        "kt_error": mean[0].error,
        "excess": more[0].value,
        "excess_error": more[0].error,
        "worst": max(one.strain for one in (*mean, *more)),
    }
    rounded = {name: _rounded(value) for name, value in found.items()}
    return rounded | {"blocks": max(1, len(mean) - 1)}


def _too_warm(kind: str, motion: str, part: Part) -> str:
    return (
        f"{motion} of {kind} has {part.value:.3g} kT of the bath {_when(part)} "
        f"(allowed: {max(0.0, part.low):.3g} to {part.high:.3g})"
    )


def _too_long(kind: str, motion: str, part: Part, time_step: float) -> str:
    what = "places" if motion == "translation" else "orientations"
    return (
        f"the time step of {time_step:g} ps makes {what} of {kind} {part.value:.1%} hotter than "
        f"the bath {_when(part)} (allowed: {part.high:.1%})"
    )


def _when(part: Part) -> str:
    time = f"{part.begin:g} to {part.end:g} ps"
    return f"in block {part.block}, {time}" if part.block else f"on average, {time}"


def _energy(rows: Mapping[str, FloatArray], setup: Setup) -> dict[str, Any]:
    """Compare the total energy with its initial value."""
    freedom = sum(float((one * setup.counts).sum()) for one in freedoms(setup.bodies))
    parts = ("potential_energy", "kinetic_translational", "kinetic_rotational")
    kT = setup.bath.kT
    energy = np.sum([rows[name].ravel() for name in parts], axis=0) / (freedom * kT)
    times = rows["time_ps"].ravel() / PS_PER_NS
    allowed = FLUCTUATION + DRIFT * times + _wander(energy)
    strains = np.abs(energy - energy[0]) / allowed
    strains = np.where(np.isfinite(strains), strains, np.inf)
    at = int(strains.argmax())
    drift = float(np.polyfit(times, energy, 1)[0]) if np.isfinite(energy).all() else math.nan
    moved = energy[at] - energy[0]
    said = (
        f"the total energy moved by {moved:.3g} kT per degree of freedom in {times[at]:.3g} ns "
        f"(allowed: {allowed[at]:.3g})"
    )
    electrostatics = setup.interactions.electrostatics
    meshed = electrostatics is not None and not electrostatics.truncated
    help_too = " or electrostatics.force_error" if meshed else ""
    return _verdict([(float(strains[at]), said)], help_too) | {"drift": _rounded(drift)}


def _wander(energy: FloatArray) -> FloatArray:
    """Range of a random walk from the first row, at :data:`ERRORS` standard errors.

    Its steps are the changes of the energy from piece to piece. The median of their scatter is
    used, which neither a jump nor a drift increases.
    """
    ends = np.linspace(0, len(energy) - 1, min(len(energy), PIECES + 1)).round().astype(int)
    steps = np.diff(energy[ends])
    scatter = 1.4826 * float(np.median(np.abs(steps - np.median(steps))))
    done = np.arange(len(energy)) / (len(energy) - 1) * len(steps)
    return np.asarray(ERRORS * scatter * np.sqrt(done))


def _verdict(complaints: list[tuple[float, str]], help_too: str = "") -> dict[str, Any]:
    """Return whether the check passed, and the worst deviation."""
    worst, said = max(complaints)
    failed = sum(strain > 1.0 for strain, _ in complaints)
    more = f"; {count(failed - 1, 'other mean')} too" if failed > 1 else ""
    advice = f"a smaller protocol.time_step_ps{help_too} may help"
    return {
        "checked": True,
        "passed": not failed,
        "why": f"{said}{more}; {advice}" if failed else None,
        "worst": _rounded(worst),
    }


def _rounded(value: float) -> float | None:
    """Round to six digits; None for values that JSON cannot represent."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
