"""What a job leaves behind, and by that how far it is.

Whether an operation is done is told by whole products on disk: files get their names only when they
are complete.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

INITIAL, TRAJECTORY, LOG, RESTART = "init.gsd", "trajectory.gsd", "log.gsd", "restart.npz"
"""Files of a simulation: first frame, trajectory, log, last checkpoint."""

TABLES = (
    "wires.parquet",
    "frames.parquet",
    "bonds_in_time.parquet",
    "rdf.parquet",
    "structure.parquet",
    "scattering.parquet",
)
"""Files that the analysis of a job leaves behind."""

PARTIAL_ANALYSIS = "analysis.partial"
"""What an analysis that was stopped has done so far."""

OPERATIONS = ("simulate", "analyze")
"""Names of the operations, in their order."""


def is_simulated(directory: Path) -> bool:
    """Whether the trajectory is there, and so complete."""
    return (directory / TRAJECTORY).is_file()


def is_analyzed(directory: Path, document: Mapping[str, Any]) -> bool:
    """Whether all tables and the summary are there."""
    return all((directory / name).is_file() for name in TABLES) and "analysis" in document


def left_to_do(directory: Path, document: Mapping[str, Any]) -> list[str]:
    """Operations that the job still needs, in their order."""
    return missing({path.name for path in directory.iterdir()}, document)


def missing(files: Collection[str], document: Mapping[str, Any]) -> list[str]:
    """Operations that a job still needs, from the names in its folder."""
    if TRAJECTORY not in files:
        return list(OPERATIONS)
    whole = "analysis" in document and all(name in files for name in TABLES)
    return [] if whole else ["analyze"]


def state(left: Collection[str], document: Mapping[str, Any]) -> str:
    """Say how far a job is, in a word: done, failed, simulated, begun or waiting.

    `left` are the operations that it needs (:func:`missing`).
    """
    if not left:
        return "done"
    if "failure" in document:
        return "failed"
    if OPERATIONS[0] not in left:
        return "simulated"
    return "begun" if "execution" in document else "waiting"
