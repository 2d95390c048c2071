"""Files of a job, and the state of the job that follows from them.

An operation is done if its files exist, because files get their names when they are complete.
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
"""Tables that earlier versions did not write, each with an average introduced at the same time."""

MAGIC, LEAST_BYTES = b"PAR1", 12
"""First and last bytes of a Parquet file, and the length of an empty one."""

PARTIAL_ANALYSIS = "analysis.partial"
"""Results so far of an analysis that was stopped."""

OPERATIONS = ("simulate", "analyze")
"""Operations in their order."""


def file_names(path: str) -> tuple[tuple[str, ...] | None, str]:
    """Return the sorted names in a folder (None if it is missing) and the reason of an error."""
    try:
        return tuple(sorted(os.listdir(path))), ""
    except FileNotFoundError:
        if not os.path.islink(path):
            return None, ""
        return (), "is a link to a folder that does not exist; repair or remove it"
    except NotADirectoryError:
        return (), "is a file, but must be a folder; remove it"
    except OSError as error:
        return (), f"its folder cannot be read ({error.strerror}); fix this"


def is_simulated(directory: Path) -> bool:
    """Return whether the trajectory exists and is thus complete."""
    return (directory / TRAJECTORY).is_file()


def tables_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tables that a job's analysis has written, by its averages; all if it has none."""
    averages = document.get("analysis")
    if not isinstance(averages, Mapping):
        return TABLES
    return tuple([name for name in TABLES if name not in ADDED or ADDED[name] in averages])


def is_analyzed(directory: Path, document: Mapping[str, Any]) -> bool:
    """Return whether the summary and all tables exist, and the tables can be read."""
    return "analysis" in document and all(
        is_table(directory / name) for name in tables_of(document)
    )


def is_table(path: str | Path) -> bool:
    """Return whether a Parquet file exists and has a footer, which a truncated file lacks.

    The check takes no longer than opening the file.
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
    """Return the remaining operations, in order."""
    files = {path.name for path in directory.iterdir()}
    return missing(files - set(unreadable(directory, files)), document)


def missing(files: Collection[str], document: Mapping[str, Any]) -> list[str]:
    """Return the remaining operations, from the names of the files in the folder of a job."""
    if TRAJECTORY not in files:
        return list(OPERATIONS)
    whole = "analysis" in document and set(tables_of(document)).issubset(files)
    return [] if whole else ["analyze"]


def state(left: Collection[str], document: Mapping[str, Any]) -> str:
    """Return the state of a job: done, failed, simulated, begun or waiting.

    `left` contains the remaining operations (:func:`missing`).
    """
    if not left:
        return "done"
    if "failure" in document:
        return "failed"
    if OPERATIONS[0] not in left:
        return "simulated"
    return "begun" if "execution" in document else "waiting"
