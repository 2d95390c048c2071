"""Quantities measured in the last third of a run, in addition to its analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.analysis.aggregates.chirality import screw_angles
from janus_md.analysis.aggregates.criterion import bond_criterion
from janus_md.analysis.aggregates.energy import energy_criterion
from janus_md.analysis.aggregates.wires import KINDS, LINEAR
from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.analysis.frames.source import Frame, GsdSource
from janus_md.analysis.pipeline.frame import FrameResult, analyze_frame
from janus_md.analysis.pipeline.settings import Settings
from janus_md.analysis.series import growth
from janus_md.analysis.series.averages import circular_mean, first_averaged, mean_and_error
from janus_md.analysis.sweep.evolution import MIN_GROWN_LENGTH
from janus_md.common.parquet import read_table
from janus_md.model.body import FloatArray
from janus_md.model.setup import Setup
from janus_md.model.units import PS_PER_NS
from janus_md.papers.measuring.bond_energies import bond_energies, dipole_energies_of_bonds
from janus_md.papers.measuring.film_distances import micrograph_distances, shell_distances
from janus_md.papers.measuring.side_distances import counted, side_distance, side_distances
from janus_md.papers.media import Conditions

MAX_FRAMES = 60
"""Largest number of frames of a run to measure, evenly spaced; more would be correlated."""

MICROGRAPHS = 12
"""Number of these frames of which a micrograph is made, evenly spaced."""

MIN_BONDS = 50
"""Number of bonds below which averages over bonds are left out: these are random contacts."""

Value = tuple[float | None, float | None]
"""Mean and standard error."""


@dataclass(frozen=True)
class Run:
    """A finished job.

    Attributes
    ----------
    id : str
        Id of the job.
    statepoint : mapping
        State point of the job.
    directory : Path
        Folder of the job, with trajectory and tables.
    document : mapping
        Job document, with ``execution`` and ``analysis``.
    """

    id: str
    statepoint: Mapping[str, Any]
    directory: Path
    document: Mapping[str, Any]

    @property
    def shares(self) -> dict[str, float]:
        """Number fraction of each particle."""
        mixture = self.statepoint.get("mixture")
        return dict(mixture) if mixture else {str(self.statepoint["particle"]): 1.0}


@dataclass
class Measured:
    """Results of one run.

    Attributes
    ----------
    values : dict of str to (mean, error)
        Values by the name of the quantity; None if it is undefined or unknown.
    samples : dict of str to ndarray
        For all bonds in the measured frames: ``bond_nm``, ``bond_energy``, ``bond_dipole_energy``,
        ``bond_aligned_energy``, ``turn_deg``, ``opposite`` (1 for R and S, 0 for equal hands, NaN
        if a body has no hand). For all neighbours: ``shell_nm`` and ``micrograph_nm``. Also
        ``side_counts``, shape (distances,).
    time_ns, mean_n, mean_w, opposite : ndarray, shape (frames,)
        Mean wire lengths over the whole run, and the fraction of bonds between R and S, NaN if
        there are no bonds between bodies with hands.
    steady : bool or None
        Whether the run is steady (:mod:`janus_md.analysis.series.steadiness`); None if unknown.
    trajectory : Path or None
        File with the frames.
    conditions : Conditions, optional
        Conditions at the end of the run.
    """

    values: dict[str, Value]
    samples: dict[str, FloatArray]
    time_ns: FloatArray
    mean_n: FloatArray
    mean_w: FloatArray
    opposite: FloatArray
    steady: bool | None = None
    trajectory: Path | None = None
    conditions: Conditions | None = None


def measure(run: Run) -> Measured:
    """Measure a run over the last third of its frames, without those before conditions were final.

    Raises
    ------
    JanusError
        If its trajectory or one of its tables cannot be read.
    """
    columns = ("frame", "step", "n_bodies", "mean_n", "mean_w", "n_side_contacts")
    table = read_table(run.directory / "frames.parquet", columns)
    analysis = run.document["analysis"]
    series: dict[str, list[float]] = {}
    pooled: dict[str, list[FloatArray]] = {}
    trajectory = run.directory / "trajectory.gsd"
    with GsdSource(trajectory) as source:
        setup = source.setup()
        step = int(table["step"].iloc[-1])
        conditions = Conditions.of(run.statepoint, setup, step)
        settings = _settings(setup, step)
        first = max(first_averaged(len(source)), _first_final(table["step"].to_numpy(), setup))
        chosen = np.unique(np.linspace(first, len(source) - 1, MAX_FRAMES).astype(int))
        pictured = chosen[:: -(-len(chosen) // MICROGRAPHS)]
        for index in chosen:
            frame = source.frame(int(index))
            samples = _of_frame(frame, analyze_frame(frame, settings, known={}), settings)
            if index in pictured:
                samples["micrograph_nm"] = micrograph_distances(frame.positions, frame.box)
            for name, found in samples.items():
                pooled.setdefault(name, []).append(found)
                mean = float(np.nanmean(found)) if np.any(np.isfinite(found)) else np.nan
                series.setdefault(name, []).append(mean)
    joined = {name: np.concatenate(parts) for name, parts in pooled.items()}
    joined["side_counts"] = counted(joined.pop("side_nm"))
    values: dict[str, Value] = {
        name: _pair(analysis.get(key, {}))
        for name, key in (
            ("mean_n", "mean_n"),
            ("mean_w", "mean_w"),
            ("share_in_wires", "share_in_wires_of_3"),
        )
    }
    contacts = (table["n_side_contacts"] / table["n_bodies"]).to_numpy(float)
    values["side_contacts"] = _pair(mean_and_error(contacts[first_averaged(len(table)) :]))
    values["share_single"] = _pair(mean_and_error(series["single"]))
    for name in ("shell_nm", "micrograph_nm"):
        known = [one for one in series[name] if np.isfinite(one)]
        values[name] = _pair(mean_and_error(known)) if known else (None, None)
    values["side_nm"] = side_distance(pooled["side_nm"])
    if len(joined["bond_nm"]) >= MIN_BONDS:
        for name, key in (
            ("bond_nm", "bond_nm"),
            ("bond_energy", "bond_energy"),
            ("bond_dipole_energy", "bond_dipole_energy"),
            ("bond_aligned_energy", "bond_aligned_energy"),
            ("opposite_bonds", "opposite"),
        ):
            values[name] = _pair(mean_and_error(series[key]))
        values["turn_deg"] = _turn(pooled["turn_deg"])
    step_ns = float(run.statepoint["protocol"]["time_step_ps"]) / PS_PER_NS
    time = table["step"].to_numpy(float) * step_ns
    mean_n = table["mean_n"].to_numpy(float)
    values["growth_exponent"] = _exponent(time, mean_n)
    opposite = opposite_share(run.directory / "wires.parquet", table["frame"].to_numpy())
    mean_w = table["mean_w"].to_numpy(float)
    steady = analysis.get("steady")
    return Measured(values, joined, time, mean_n, mean_w, opposite, steady, trajectory, conditions)


def _settings(setup: Setup | None, step: int) -> Settings:
    """Return the settings of the analysis, with the conditions at this step."""
    found = Settings.of(bond_criterion(setup), setup)
    if setup is None or not setup.schedule:
        return found
    return replace(found, energy=energy_criterion(setup.at(step)))


def _first_final(steps: IndexArray, setup: Setup | None) -> int:
    """Return the index of the first frame after the last change of conditions."""
    if setup is None or not setup.schedule:
        return 0
    after = int(np.searchsorted(steps, setup.last_change, side="right"))
    return min(after, len(steps) - 1)


def opposite_share(wires: Path, frames: IndexArray) -> FloatArray:
    """Fraction of bonds between R and S in each frame, shape (frames,).

    It is computed from wires.parquet, where neighbours in an unbranched wire have a bond. It is NaN
    without bonds between bodies with hands.
    """
    columns = read_table(wires, ("frame", "n", "kind", "alternation"))
    known = columns[columns["alternation"].notna()]
    bonds = known["n"] - (known["kind"] == KINDS[LINEAR])
    total = bonds.groupby(known["frame"]).sum()
    opposite = (bonds * known["alternation"]).groupby(known["frame"]).sum()
    return (opposite / total).reindex(frames).to_numpy(float)


def _of_frame(frame: Frame, result: FrameResult, settings: Settings) -> dict[str, FloatArray]:
    """Return the quantities of bodies, bonds and side-by-side pairs in a frame."""
    n = result.wires.n
    bonds = result.bonds
    dipoles, aligned = dipole_energies_of_bonds(frame, bonds, settings.energy)
    product = result.hands[bonds.source] * result.hands[bonds.target]
    turns = np.rad2deg(screw_angles(frame.orientations, bonds, settings.axis))
    return {
        "shell_nm": shell_distances(frame.positions, frame.box),
        "single": np.repeat((n == 1).astype(float), n),
        "bond_nm": bonds.lengths,
        "bond_energy": bond_energies(frame, bonds, settings.energy),
        "bond_dipole_energy": dipoles,
        "bond_aligned_energy": aligned,
        "turn_deg": turns,
        "opposite": np.where(product == 0, np.nan, product < 0),
        "side_nm": side_distances(frame, result, settings),
    }


def _turn(parts: list[FloatArray]) -> Value:
    """Mean turn of all bonds of threefold bodies, with the error from its time series."""
    period = 120.0
    mean, _ = circular_mean(np.concatenate(parts), period)
    each = [circular_mean(part, period)[0] for part in parts if len(part)]
    about = [float((one - mean + period / 2) % period - period / 2) for one in each]
    return mean, mean_and_error(about)["error"]


def _exponent(time: FloatArray, mean_n: FloatArray) -> Value:
    if len(mean_n) == 0 or mean_n.max() < MIN_GROWN_LENGTH:
        return None, None
    try:
        return growth.growth_exponent(time - time[0], mean_n)
    except ValueError:
        return None, None


def _pair(average: Mapping[str, float | None]) -> Value:
    return average.get("mean"), average.get("error")
