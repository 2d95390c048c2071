"""Conditions that stages change: their columns, and those at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from janus_md.workspace.labels import end_of

CONDITIONS = (
    "residual_solvent", "relative_permittivity", "volume_fraction", "temperature", "field"
)  # fmt: skip
"""Quantities that stages change, in the order in which they are preferred in figures."""

PREFIX = "frame_"
"""Prefix of their columns in frames.parquet; state points have keys without it."""


def condition_columns(path: Path) -> list[str]:
    """Return the columns of :data:`CONDITIONS` in a table; those of earlier versions have none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = pq.read_schema(path).names
    except (OSError, pa.ArrowException):  # reported when the table is read
        return []
    return [f"{PREFIX}{name}" for name in CONDITIONS if f"{PREFIX}{name}" in names]


def at_end(
    stages: Sequence[Mapping[str, Any]] | None, permittivity: Any, temperature: float
) -> tuple[Any, float]:
    """Return permittivity and temperature at the end of a run.

    Parameters
    ----------
    stages : sequence of mapping, optional
        ``protocol.stages`` of the state point.
    permittivity : float or None
        Relative permittivity at the start.
    temperature : float
        K, at the start.
    """
    if not isinstance(stages, list):
        return permittivity, temperature
    ends: dict[str, float] = {}
    for stage in stages:
        for name in CONDITIONS:
            if isinstance(change := stage.get(name), Mapping):
                ends[name] = end_of(change)
    if "residual_solvent" in ends and permittivity is not None:
        permittivity = 1.0 + (permittivity - 1.0) * ends["residual_solvent"]
    return ends.get("relative_permittivity", permittivity), ends.get("temperature", temperature)
