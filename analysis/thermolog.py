"""Averages of the thermodynamic log that lies beside a trajectory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from janus_md.analysis.averages import first_averaged, mean_and_error

ENERGY = "energy_kj_mol"
"""Name of the mean potential energy of a body in the summary, kJ/mol."""


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
    if not log.is_file():
        return {"mean": None, "error": None}
    import gsd.hoomd
    import pandas as pd

    rows = gsd.hoomd.read_log(str(log))
    energy = rows.get("log/janus_md/potential_energy")
    if energy is None:
        return {"mean": None, "error": None}
    n_bodies = pd.read_parquet(frames, columns=["n_bodies"])["n_bodies"].iloc[-1]
    series = np.asarray(energy, float).ravel() / n_bodies
    return mean_and_error(series[first_averaged(len(series)) :])
