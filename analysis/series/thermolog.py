"""Averages of the thermodynamic log of a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.series.averages import first_averaged, mean_and_error
from janus_md.analysis.series.susceptibility import susceptibility
from janus_md.common.errors import JanusError
from janus_md.common.gsd.reading import GsdFile
from janus_md.model.body import FloatArray

ENERGY = "energy_kj_mol"
"""Name of the mean potential energy per body in the summary, kJ/mol."""

SUSCEPTIBILITY = "susceptibility"
"""Name of the initial susceptibility in the summary."""


def energy_per_body(
    log: Path, frames: Path, notes: list[str] | None = None
) -> dict[str, float | None]:
    """Return the potential energy per body over the last third of the frames.

    Parameters
    ----------
    log : Path
        ``log.gsd`` with ``janus_md/potential_energy``, the energy of the box in kJ/mol.
    frames : Path
        ``frames.parquet`` of the same run, which contains the number of bodies.
    notes : list of str, optional
        Warnings about the log are appended to this list.

    Returns
    -------
    dict
        ``mean`` and ``error`` (standard error, corrected for time correlation), kJ/mol; None
        without such a log.
    """
    energy = _series(log, "potential_energy", 1, notes)
    if energy is None:
        return {"mean": None, "error": None}
    import pandas as pd

    n_bodies = pd.read_parquet(frames, columns=["n_bodies"])["n_bodies"].iloc[-1]
    return mean_and_error(energy.ravel() / n_bodies)


def susceptibility_of(
    log: Path, trajectory: Path, notes: list[str] | None = None
) -> dict[str, float | None]:
    """Return the initial susceptibility over the last third of the frames.

    Parameters
    ----------
    log : Path
        ``log.gsd`` with ``janus_md/box_dipole``, debye.
    trajectory : Path
        ``trajectory.gsd`` of the same run, which contains box, temperature and permittivity.
    notes : list of str, optional
        Warnings about the log are appended to this list.

    Returns
    -------
    dict
        ``mean`` and ``error`` of
        :func:`janus_md.analysis.series.susceptibility.susceptibility`; None without such a log, if
        no body has a dipole, and in a slab, where the formula does not hold.
    """
    dipoles = _series(log, "box_dipole", 3, notes)
    with GsdSource(trajectory) as source:
        setup, box = source.setup(), source.frame(len(source) - 1).box
        setup = setup and setup.at(setup.stages[-1].steps)
    electrostatics = None if setup is None else setup.interactions.electrostatics
    if dipoles is None or setup is None or electrostatics is None:
        return {"mean": None, "error": None}
    if electrostatics.slab or not setup.dipolar:
        return {"mean": None, "error": None}
    volume, permittivity = float(np.prod(box[:3])), electrostatics.relative_permittivity
    return susceptibility(dipoles, volume, setup.bath.kT, permittivity)


def _series(log: Path, name: str, width: int, notes: list[str] | None) -> FloatArray | None:
    """Return the last third of the rows of a log, shape (rows, width); None without values.

    Rows from the first damaged one on are ignored.
    """
    if not log.is_file():
        return None
    found: list[str] = []
    values = _read(log, f"log/janus_md/{name}", width, found)
    if values is not None:
        values = values[first_averaged(len(values)) :]
        good = np.asarray(np.isfinite(values).all(axis=1))
        if not good.all():
            found.append(
                f"file {log}: {np.count_nonzero(~good)} of the last {len(good)} values of {name} "
                "are not finite; they were left out"
            )
            values = values[good]
    if notes is not None:
        notes += [note for note in found if note not in notes]
    return values


def _read(log: Path, chunk: str, width: int, notes: list[str]) -> FloatArray | None:
    """Return the rows of a chunk up to the first damaged one; append warnings to `notes`."""
    try:
        with GsdFile(log) as file:
            if file.note:
                notes.append(file.note)
            if chunk not in file.names:
                notes.append(f"file {log} has no {chunk}; its average was left out")
                return None
            rows = []
            for k in range(file.nframes):
                value = file.read_chunk(k, chunk) if file.chunk_exists(k, chunk) else np.empty(0)
                if value.size != width or value.dtype.kind != "f":
                    notes.append(
                        f"file {log} is damaged (row {k} has {value.size} values of {chunk}, of "
                        f"type {value.dtype}, not {width}); the {k} rows before it were used"
                    )
                    break
                rows.append(value.ravel())
    except JanusError as error:
        notes.append(f"{error}; its averages were left out")
        return None
    return np.array(rows, float) if rows else None
