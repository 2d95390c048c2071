"""Tables of a job that the report reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.series.averages import first_averaged
from janus_md.analysis.sweep.conditions import condition_columns
from janus_md.common.errors import JanusError
from janus_md.common.parquet import read_table
from janus_md.model.setup import Setup
from janus_md.model.units import PS_PER_NS
from janus_md.workspace.products import TRAJECTORY

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("frames.parquet", "wires.parquet", "rdf.parquet")
"""Tables required for the report of a job."""

AGGREGATES = "aggregates.parquet"
"""Optional table, which jobs of earlier versions do not have."""

DRAWN = {"scattering.parquet": ("q_per_nm", "s"), "structure.parquet": ("along_nm", "g")}
"""Optional tables for figures, with their required columns."""


@dataclass(frozen=True)
class JobTables:
    """Results of the analysis of one job.

    Attributes
    ----------
    frames, rdf : DataFrame
        frames.parquet with a column time_ns, and rdf.parquet.
    lengths : ndarray of int
        Length in bodies of each wire in the last third of the frames; empty if wires were not
        analysed.
    setup : Setup or None
        Setup stored in the trajectory; None without one.
    sizes : ndarray of int, optional
        Bodies in each aggregate in the last third of the frames; None if the job has no
        aggregates.parquet because an earlier version analysed it.
    """

    frames: pd.DataFrame
    rdf: pd.DataFrame
    lengths: np.ndarray
    setup: Setup | None = None
    sizes: np.ndarray | None = None

    @property
    def dipolar(self) -> bool:
        """Whether some body has a dipole, or it is unknown; otherwise there are no wires."""
        return self.setup is None or self.setup.dipolar


def has_tables(directory: Path) -> bool:
    """Return whether the required tables of a job exist."""
    return all((directory / name).is_file() for name in TABLES)


def read_job(directory: Path, time_step_ps: float) -> JobTables:
    """Read the tables of a job, and check the tables that are read later for figures.

    Raises
    ------
    JanusError
        If a table cannot be read.
    """
    paths = [directory / name for name in TABLES]
    wanted = ("frame", "step", "mean_n", "mean_w", *condition_columns(paths[0]))
    frames = read_table(paths[0], wanted)
    wires = rdf = sizes = None
    if len(frames):
        frames["time_ns"] = frames["step"] * time_step_ps / PS_PER_NS
        begin = int(frames["frame"].iloc[first_averaged(len(frames))])
        wires = read_table(paths[1], ("n",), [("frame", ">=", begin)])
        rdf = read_table(paths[2], ("r_nm", "g"))
        if (directory / AGGREGATES).is_file():
            found = read_table(directory / AGGREGATES, ("n",), [("frame", ">=", begin)])
            sizes = found["n"].to_numpy()
    of_wires = len(frames) > 0 and bool(frames["mean_n"].notna().any())
    if wires is None or rdf is None or (of_wires and not len(wires)):
        empty = paths[0 if wires is None else 1].name
        raise JanusError(f"{empty} has no frames; remove it, and janus-md run writes it again")
    for name, columns in DRAWN.items():
        if (directory / name).is_file():
            read_table(directory / name, columns)
    return JobTables(frames, rdf, wires["n"].to_numpy(), setup_of(directory), sizes)


def setup_of(directory: Path) -> Setup | None:
    """Return the setup stored in the trajectory of a job; None if it is missing or damaged."""
    path = directory / TRAJECTORY
    if not path.is_file():
        return None
    try:
        with GsdSource(path) as source:
            return source.setup()
    except JanusError:
        return None
