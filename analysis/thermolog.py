"""Averages of the thermodynamic log that lies beside a trajectory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from janus_md.analysis.averages import first_averaged, mean_and_error
from janus_md.analysis.source import GsdSource
from janus_md.analysis.susceptibility import susceptibility
from janus_md.bodies import FloatArray
from janus_md.units import thermal_energy

ENERGY = "energy_kj_mol"
"""Name of the mean potential energy of a body in the summary, kJ/mol."""

SUSCEPTIBILITY = "susceptibility"
"""Name of the initial susceptibility in the summary."""


def energy_per_body(log: Path, frames: Path) -> dict[str, float | None]:
    """Potential energy of a body over the last third of the frames.

    Parameters
    ----------
    log : Path
        ``log.gsd`` with ``janus_md/potential_energy``, of the whole box in kJ/mol.
    frames : Path
        ``frames.parquet`` of the same run, which knows the number of bodies.

    Returns
    -------
    dict
        ``mean`` and ``error`` (standard error with the correlation in time), kJ/mol; None where
        there is no such log.
    """
    energy = _series(log, "potential_energy")
    if energy is None:
        return {"mean": None, "error": None}
    import pandas as pd

    n_bodies = pd.read_parquet(frames, columns=["n_bodies"])["n_bodies"].iloc[-1]
    return mean_and_error(energy.ravel() / n_bodies)


def susceptibility_of(log: Path, trajectory: Path) -> dict[str, float | None]:
    """Initial susceptibility of the dipoles over the last third of the frames.

    Parameters
    ----------
    log : Path
        ``log.gsd`` with ``janus_md/box_dipole``, debye.
    trajectory : Path
        ``trajectory.gsd`` of the same run, which knows box, temperature and permittivity.

    Returns
    -------
    dict
        ``mean`` and ``error`` of :func:`janus_md.analysis.susceptibility.susceptibility`; None
        where there is no such log.
    """
    dipoles = _series(log, "box_dipole")
    with GsdSource(trajectory) as source:
        about, box = source.metadata(), source.frame(0).box
    if dipoles is None or not {"temperature", "relative_permittivity"} <= about.keys():
        return {"mean": None, "error": None}
    return susceptibility(
        dipoles,
        float(np.prod(box[:3])),
        thermal_energy(about["temperature"]),
        about["relative_permittivity"],
    )


def _series(log: Path, name: str) -> FloatArray | None:
    """The last third of what the log holds under a name; None where it holds nothing."""
    if not log.is_file():
        return None
    import gsd.hoomd

    values = gsd.hoomd.read_log(str(log)).get(f"log/janus_md/{name}")
    return None if values is None else np.asarray(values, float)[first_averaged(len(values)) :]
