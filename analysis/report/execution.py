"""Table of what ran: engine, device, mesh and its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.sweep.groups import job_ids, job_labels
from janus_md.common.uncertainty import MISSING
from janus_md.workspace.labels import tell

if TYPE_CHECKING:
    import pandas as pd

EXECUTION = {
    "engine": "engine",
    "version": "version",
    "device": "device",
    "threads": "threads",
    "steps_per_second": "steps / s",
    "mesh.cutoff_nm": "cutoff / nm",
    "mesh.resolution": "mesh",
    "mesh.order": "order",
    "cutoff.range_nm": "range of the cutoff / nm",
    "force_error": "force error / kT/nm, at the start",
    "force_error_at_end": "and at the end",
    "torque_error": "torque error / kT, at the start",
    "torque_error_at_end": "and at the end",
}
"""Columns of the table of what ran, under ``execution.`` in the rows; errors are those measured on
whole bodies, root mean square."""


def execution(rows: pd.DataFrame, most: int) -> dict[str, Any]:
    """Return headings and rows of what ran: columns that some job has, and at most `most` jobs."""
    names = {name: title for name, title in EXECUTION.items() if f"execution.{name}" in rows}
    kept = {k: title for k, title in names.items() if rows[f"execution.{k}"].notna().any()}
    first = rows[:most]
    columns = [map(_cell, first[f"execution.{name}"].tolist()) for name in kept]
    body = zip(
        job_labels(rows, range(len(first))),
        (job[:8] for job in job_ids(first)),
        *columns,
        strict=True,
    )
    return {"columns": ["state point", "job", *kept.values()], "rows": list(body)}


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return MISSING if np.isnan(value) else f"{value:.4g}"
    if isinstance(value, list | tuple):
        return " \N{MULTIPLICATION SIGN} ".join(tell(item) for item in value)
    return tell(value)
