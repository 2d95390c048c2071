"""Measured speed and memory of a workspace's simulations, for estimates of future ones."""

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
"""Keys of a state point that determine the number of sites."""


def measurements(
    records: Iterable[Record], workspace: Path, device: str, cores: int
) -> list[Measurement]:
    """Return the speed and memory of jobs that have run, one for each system size.

    Parameters
    ----------
    records : iterable of Record
        The jobs, with ``execution`` of their documents.
    workspace : Path
        Folder of the workspace.
    device : str
        ``cpu`` or ``gpu``; jobs that ran on another device are ignored.
    cores : int
        Cores of the future simulations; jobs that ran on more cores are ignored.

    Returns
    -------
    list of Measurement
        The slowest job of each system size, with the largest memory for that size.
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
        with suppress(JanusError):  # for example, if the copy of a particle is missing
            setup = setup_of(record.statepoint, workspace)
            largest = {**execution, "memory_mb": memory[size] or None}
            found.append(Measurement.of(setup, largest))
    return found


def _rate(execution: Mapping[str, Any]) -> float:
    return float(execution["steps"] / execution["seconds"])
