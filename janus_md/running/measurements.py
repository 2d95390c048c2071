"""What the simulations of a workspace have taken, for estimates of those to come."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.errors import JanusError
from janus_md.simulation.estimates import Measurement, comparable
from janus_md.study.resolve import setup_of

if TYPE_CHECKING:
    from janus_md.workspace.records import Record

SIZE_KEYS = ("particle", "mixture", "model", "definitions", "n_bodies")
"""Keys of a state point that its number of sites follows from."""


def measurements(
    records: Iterable[Record], workspace: Path, device: str, cores: int
) -> list[Measurement]:
    """Return speed and memory of jobs that have made steps, one for each size of system.

    Parameters
    ----------
    records : iterable of Record
        The jobs, with ``execution`` of their documents.
    workspace : Path
        Folder of the workspace.
    device : str
        ``cpu`` or ``gpu``; jobs on other devices do not count.
    cores : int
        Cores that a simulation to come may use; jobs that ran on more do not count.

    Returns
    -------
    list of Measurement
        The slowest of each size, with the largest memory of that size.
    """
    slowest: dict[str, tuple[Record, Mapping[str, Any]]] = {}
    memory: dict[str, float] = {}
    for record in records:
        execution = record.document.get("execution", {})
        if not comparable(execution, device, cores):
            continue
        size = json.dumps([record.statepoint.get(key) for key in SIZE_KEYS], sort_keys=True)
        memory[size] = max(memory.get(size, 0.0), execution.get("memory_mb") or 0.0)
        if size not in slowest or _rate(execution) < _rate(slowest[size][1]):
            slowest[size] = record, execution
    found = []
    for size, (record, execution) in slowest.items():
        with suppress(JanusError):  # such as a particle whose copy is missing
            setup = setup_of(record.statepoint, workspace)
            largest = {**execution, "memory_mb": memory[size] or None}
            found.append(Measurement.of(setup, largest))
    return found


def _rate(execution: Mapping[str, Any]) -> float:
    return float(execution["steps"] / execution["seconds"])
