"""Averages of the thermodynamic log that lies beside a trajectory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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

POTENTIAL, DIPOLE = "potential_energy", "box_dipole"
"""Names in the log, under ``janus_md/``."""


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
    energy = _series(log, POTENTIAL)
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
    dipoles = _series(log, DIPOLE)
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


def log_notes(log: Path) -> list[str]:
    """What the user should know of the log: that it cannot be read, or holds values that are none.

    Parameters
    ----------
    log : Path
        ``log.gsd``; where it is missing there is nothing to say.
    """
    if not log.is_file():
        return []
    held = _read(log)
    if held is None:
        return [f"{log.name} is damaged; energy and susceptibility are not told"]
    notes = []
    for name in (POTENTIAL, DIPOLE):
        rows = _tail(held, name)
        if rows is None:
            continue
        bad = int(np.count_nonzero(~np.isfinite(rows.reshape(len(rows), -1)).all(axis=1)))
        if bad:
            notes.append(
                f"{log.name}: {bad} of {len(rows)} values of {name} in the last third are not "
                "finite numbers; they were left out"
            )
    return notes


def _series(log: Path, name: str) -> FloatArray | None:
    """The last third of what the log holds under a name; None where it holds nothing."""
    return _tail(_read(log) or {}, name)


def _tail(held: Mapping[str, Any], name: str) -> FloatArray | None:
    values = held.get(f"log/janus_md/{name}")
    if values is None or not len(values):
        return None
    return np.asarray(values, float)[first_averaged(len(values)) :]


def _read(log: Path) -> dict[str, Any] | None:
    """All that the log holds; None where there is none, or it cannot be read."""
    if not log.is_file():
        return None
    import gsd.hoomd

    try:
        return dict(gsd.hoomd.read_log(str(log)))
    except (OSError, RuntimeError, ValueError, LookupError, TypeError, MemoryError):
        return None
