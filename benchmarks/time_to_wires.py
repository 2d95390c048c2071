"""Wall time until the wires of the dry quickstart have a mean length of ten bodies."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from benchmarks.earlier import Unavailable
from benchmarks.figures import Figure
from benchmarks.versions import EARLIER, NOW, allows_cutoff, forget_meshes, run
from janus_md.common.arrays import FloatArray
from janus_md.model.units import PS_PER_NS

TITLE = "Time to wires"
ABOUT = """
Seconds per run until the mean wire length by number is 10: 216 bodies of dry R-Au-Cu (`sphere`), as
in the template `quickstart`, on one core. Runs of 2.4 ns with different seeds give the time that is
simulated until then: their lengths are averaged, and the time at which the average reaches 10 is
interpolated; its error is from leaving out each run in turn. The ways to run differ in speed only,
and their times agree within the errors. `run / ns` is the time from the runs of all ways together.
New runs of this length are timed, all ways in turn, three times: `wall time / s` is that of
`janus-md run` with an empty cache of meshes, from the command to the tables of the analysis, over
the number of runs. `overhead / s` is all but the steps: start, choice of the mesh, frames,
analysis. Gains are relative to v0.1.0 in the same round. Times and gains are medians.
"""
PASSES = 1
MINUTES = 25.0
FIGURE = Figure(x="code", y="wall time / s", limits=("least / s", "most / s"))

TARGET = 10.0
"""Mean wire length, bodies."""
NS, FRAME_PS = 2.4, 20.0
SEEDS, SEEDS_QUICK = 8, 3
ROUNDS = 3
"""Timed runs of all ways in turn; one in a quick measurement."""


@dataclass(frozen=True)
class Way:
    """One way to run the jobs.

    Attributes
    ----------
    name, version, engine : str
        Name in the table, version of janus-md, engine.
    step : float or None
        Time step, ps; None for the default.
    fields : dict
        Other fields of the state point.
    """

    name: str
    version: str
    engine: str
    step: float | None
    fields: dict[str, Any] = field(default_factory=dict)


def ways() -> list[Way]:
    """All ways that this version has."""
    found = [
        Way("v0.1.0, LAMMPS, 0.1 ps", EARLIER, "lammps", 0.1),
        Way("now, LAMMPS, 0.1 ps", NOW, "lammps", 0.1),
        Way("now, LAMMPS, default step", NOW, "lammps", None),
    ]
    if allows_cutoff():
        cutoff = {"electrostatics": {"method": "cutoff"}}
        found.append(Way("now, HOOMD-blue, cutoff", NOW, "hoomd", None, cutoff))
    return found


def template(way: Way, seeds: int, ns: float = NS) -> dict[str, Any]:
    """Template with a job for each seed."""
    step = {} if way.step is None else {"time_step_ps": way.step}
    return {
        "fixed": {
            "particle": "R-Au-Cu",
            "model": "sphere",
            "n_bodies": 216,
            "volume_fraction": 0.05,
            "relative_permittivity": 1.0,
            "protocol": {"produce_ns": ns, "frame_interval_ps": FRAME_PS, **step},
            **way.fields,
        },
        "replicas": seeds,
    }


def rows(quick: bool = False) -> Iterator[dict[str, Any]]:
    """One pass: all ways."""
    seeds = SEEDS_QUICK if quick else SEEDS
    found = [(way, *_lengths(way, seeds)) for way in ways()]
    times = found[0][1]
    needed, _ = crossing_with_error(times, np.concatenate([one for *_, one in found]), TARGET)
    if math.isnan(needed):
        raise Unavailable(f"the mean length is below {TARGET:g} after {NS:g} ns")
    length = math.ceil(needed * PS_PER_NS / FRAME_PS) * FRAME_PS / PS_PER_NS
    rounds = 1 if quick else ROUNDS
    # rounds, ways, (wall time, time of the steps)
    seconds = np.array([[_seconds(way, seeds, length) for way, *_ in found] for _ in range(rounds)])
    gains = np.median(seconds[:, :1] / seconds, axis=0)
    for k, (way, _, lengths) in enumerate(found):
        simulated, error = crossing_with_error(times, lengths, TARGET)
        wall, steps = np.median(seconds[:, k], axis=0)
        yield {
            "code": way.name,
            "simulated / ns": simulated,
            "error / ns": error,
            "run / ns": length,
            "steps / s": steps,
            "overhead / s": np.median(seconds[:, k, 0] - seconds[:, k, 1]),
            "wall time / s": wall,
            "least / s": seconds[:, k, 0].min(),
            "most / s": seconds[:, k, 0].max(),
            "gain": gains[k, 0],
            "gain of the steps": gains[k, 1],
        }


def _lengths(way: Way, seeds: int) -> tuple[FloatArray, FloatArray]:
    """Times of the frames, ns, shape (T,), and mean wire lengths, shape (seeds, T)."""
    with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
        done = run(way.version, template(way, seeds), way.engine, Path(folder))
        series = [_mean_lengths(job) for job in done.folders]
    return series[0][0], np.array([one for _, one in series])


def _seconds(way: Way, seeds: int, ns: float) -> tuple[float, float]:
    """Wall time of a run of `ns`, and that of its steps, s; the mesh is chosen anew."""
    forget_meshes(way.version)
    with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
        done = run(way.version, template(way, seeds, ns), way.engine, Path(folder))
    stepping = sum(one["execution"]["seconds"] for one in done.documents)
    return done.wall / seeds, stepping / seeds


def _mean_lengths(job: Path) -> tuple[FloatArray, FloatArray]:
    """Times of the frames, ns, and their mean wire lengths."""
    import pandas as pd

    frames = pd.read_parquet(job / "frames.parquet")
    steps = frames["step"].to_numpy(float)
    times = steps / (steps[1] - steps[0]) * FRAME_PS / PS_PER_NS
    return times, frames["mean_n"].to_numpy(float)


def crossing(times: ArrayLike, values: ArrayLike, target: float) -> float:
    """Time at which a series first reaches `target`, interpolated; NaN if it does not.

    Parameters
    ----------
    times, values : array_like, shape (T,)
        The series.
    target : float
        The value to be reached.
    """
    t, y = np.asarray(times, float), np.asarray(values, float)
    above = np.flatnonzero(y >= target)
    if len(above) == 0:
        return float("nan")
    k = int(above[0])
    if k == 0:
        return float(t[0])
    return float(np.interp(target, y[k - 1 : k + 1], t[k - 1 : k + 1]))


def crossing_with_error(times: ArrayLike, values: FloatArray, target: float) -> tuple[float, float]:
    """Crossing of the mean of R series, and its jackknife error.

    Parameters
    ----------
    times : array_like, shape (T,)
        Times of all series.
    values : ndarray, shape (R, T)
        The series.
    target : float
        The value to be reached.
    """
    count = len(values)
    left_out = np.array(
        [crossing(times, np.delete(values, k, axis=0).mean(axis=0), target) for k in range(count)]
    )
    variance = (count - 1) / count * float(np.sum((left_out - left_out.mean()) ** 2))
    return crossing(times, values.mean(axis=0), target), variance**0.5


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("time_to_wires")
