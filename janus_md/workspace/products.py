"""Files of a job, and its state, which follows from them.

An operation is done if its files exist: files get their names only when they are complete.
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
    "aggregates.parquet",
)
"""Files of the analysis of a job."""

ADDED = {"aggregates.parquet": "share_monomers"}
"""Tables that earlier versions did not write, each with an average that came with it."""

MAGIC, LEAST_BYTES = b"PAR1", 12
"""First and last bytes of a Parquet file, and the length of an empty one."""

PARTIAL_ANALYSIS = "analysis.partial"
"""Results so far of an analysis that was stopped."""

OPERATIONS = ("simulate", "analyze")
"""Operations in their order."""


def is_simulated(directory: Path) -> bool:
    """Whether the trajectory exists, and so is complete."""
    return (directory / TRAJECTORY).is_file()


def tables_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Tables that the analysis of a job left, by its averages; all where it has none yet."""
    averages = document.get("analysis")
    if not isinstance(averages, Mapping):
        return TABLES
    return tuple([name for name in TABLES if name not in ADDED or ADDED[name] in averages])


def is_analyzed(directory: Path, document: Mapping[str, Any]) -> bool:
    """Whether all tables and the summary exist, and the tables can be read."""
    return "analysis" in document and all(
        is_table(directory / name) for name in tables_of(document)
    )


def is_table(path: str | Path) -> bool:
    """Whether a Parquet file exists and has its footer.

    A file that was cut off or is empty has none. The check takes as long as opening the file.
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
    """Return the tables in a folder that cannot be read; they count as missing."""
    return [name for name in TABLES if name in files and not is_table(f"{directory}/{name}")]


def left_to_do(directory: Path, document: Mapping[str, Any]) -> list[str]:
    """Return the operations that are left, in their order."""
    files = {path.name for path in directory.iterdir()}
    return missing(files - set(unreadable(directory, files)), document)


def missing(files: Collection[str], document: Mapping[str, Any]) -> list[str]:
    """Return the operations that are left, by the names of files in the folder of a job."""
    if TRAJECTORY not in files:
        return list(OPERATIONS)
    whole = "analysis" in document and set(tables_of(document)).issubset(files)
    return [] if whole else ["analyze"]


def state(left: Collection[str], document: Mapping[str, Any]) -> str:
    """Return the state of a job: done, failed, simulated, begun or waiting.

    `left` are the operations that are left (:func:`missing`).
    """
    if not left:
        return "done"
    if "failure" in document:
        return "failed"
    if OPERATIONS[0] not in left:
        return "simulated"
    return "begun" if "execution" in document else "waiting"
