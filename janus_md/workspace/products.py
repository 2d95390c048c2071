"""What a job leaves behind, and by that how far it is.

Whether an operation is done is told by whole products on disk: files get their names only when they
are complete.
"""

from __future__ import annotations

import os
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

MAGIC, LEAST_BYTES = b"PAR1", 12
"""First and last bytes of a Parquet file, and its length without anything in it."""

PARTIAL_ANALYSIS = "analysis.partial"
"""What an analysis that was stopped has done so far."""

OPERATIONS = ("simulate", "analyze")
"""Names of the operations, in their order."""


def is_simulated(directory: Path) -> bool:
    """Whether the trajectory is there, and so complete."""
    return (directory / TRAJECTORY).is_file()


def is_analyzed(directory: Path, document: Mapping[str, Any]) -> bool:
    """Whether all tables and the summary are there, and the tables can be read."""
    return "analysis" in document and all(is_table(directory / name) for name in TABLES)


def is_table(path: str | Path) -> bool:
    """Whether a Parquet file is there and has its end, where it keeps what is in it.

    What was cut off or left empty has not; that costs as much as opening the file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        size = os.fstat(descriptor).st_size
        if size < LEAST_BYTES or os.pread(descriptor, 4, 0) != MAGIC:
            return False
        end = os.pread(descriptor, 8, size - 8)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return end[4:] == MAGIC and 0 < int.from_bytes(end[:4], "little") <= size - LEAST_BYTES


def unreadable(directory: str | Path, files: Collection[str]) -> list[str]:
    """Tables among the names in a folder that cannot be read: they count as not there."""
    return [name for name in TABLES if name in files and not is_table(f"{directory}/{name}")]


def left_to_do(directory: Path, document: Mapping[str, Any]) -> list[str]:
    """Operations that the job still needs, in their order."""
    files = {path.name for path in directory.iterdir()}
    return missing(files - set(unreadable(directory, files)), document)


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
