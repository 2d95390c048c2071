"""Checkpoints: the complete state of a run, in double precision."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.common.files import written_whole
from janus_md.model.system import System

_ARRAYS = ("kinds", "box", "positions", "orientations", "images", "velocities", "angular_momenta")

# Exceptions of zipfile and NumPy for damaged archives, such as RuntimeError if a flipped bit
# requests a password or another compression.
_UNREADABLE = (
    OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, MemoryError, IndexError,
    AttributeError, struct.error, zlib.error, zipfile.BadZipFile,
)  # fmt: skip


@dataclass(frozen=True)
class Checkpoint:
    """State of a run between two steps.

    Attributes
    ----------
    stage : str
        Current stage.
    done : int
        Steps done in that stage.
    system : System
        The state.
    execution : dict
        Record of the execution so far (engine, version, mesh, ...).
    digests : tuple of int
        CRC-32 of the frames and of the log rows so far
        (:func:`janus_md.simulation.files.trajectory.digest`).
    made_for : dict
        Setup of the run (:meth:`janus_md.model.setup.Setup.to_dict`).
    """

    stage: str
    done: int
    system: System
    execution: dict[str, Any] = field(default_factory=dict)
    digests: tuple[int, int] = (0, 0)
    made_for: dict[str, Any] = field(default_factory=dict)


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write `checkpoint`; the file at `path` is replaced when the new one is complete."""
    about = {
        "stage": checkpoint.stage,
        "done": checkpoint.done,
        "execution": checkpoint.execution,
        "digests": checkpoint.digests,
        "made_for": checkpoint.made_for,
    }
    _write(path, about, {name: getattr(checkpoint.system, name) for name in _ARRAYS})


def _write(path: Path, about: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    with written_whole(path) as partial, partial.open("wb") as file:
        np.savez(file, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays)


def read_about(path: Path) -> dict[str, Any]:
    """Read all of a checkpoint except the state of the system.

    Returns
    -------
    dict
        The attributes of :class:`Checkpoint` except `system`, by name.

    Raises
    ------
    JanusError
        If the file cannot be read.
    """
    return _read(path, ())[0]


def copy(source: Path, target: Path, about: Mapping[str, Any]) -> None:
    """Copy a checkpoint with other values of :func:`read_about`.

    Raises
    ------
    JanusError
        If the file cannot be read.
    OSError
        If the copy cannot be written.
    """
    _write(target, about, _read(source, _ARRAYS)[1])


def _read(path: Path, names: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the description and the arrays with these names.

    Raises
    ------
    JanusError
        If the file cannot be read.
    """
    try:
        with np.load(path) as file:
            about = json.loads(file["about"].tobytes())
            return about, {name: file[name] for name in names}
    except _UNREADABLE as error:
        why = getattr(error, "strerror", None) or "it is damaged"
        raise JanusError(
            f"{path}: the checkpoint cannot be read ({why}); "
            "remove the file to start this job from the beginning"
        ) from error


def load(path: Path, template: System) -> Checkpoint:
    """Read the checkpoint at `path`; bodies and interactions are taken from `template`.

    Raises
    ------
    JanusError
        If the file cannot be read or belongs to another system.
    """
    about, arrays = _read(path, _ARRAYS)
    if not np.array_equal(arrays["kinds"], template.kinds):
        raise JanusError(
            f"{path}: the checkpoint is of another state point; "
            "remove the file to start this job from the beginning"
        )
    system = replace(template, **arrays)
    return Checkpoint(
        about["stage"],
        about["done"],
        system,
        about["execution"],
        tuple(about["digests"]),
        about.get("made_for", {}),  # missing in checkpoints of earlier versions of this package
    )


def reached(path: Path) -> tuple[str, int] | None:
    """Return stage and steps done of the checkpoint at `path`; None if it cannot be read."""
    try:
        with np.load(path) as file:
            about = json.loads(file["about"].tobytes())
        return str(about["stage"]), int(about["done"])
    except _UNREADABLE:
        return None
