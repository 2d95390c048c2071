"""Rows of the table of jobs, as a report gets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def averages(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of the averages in the summary of a job's analysis, and the number of frames."""
    return {
        "analysis.n_frames": summary["n_frames"],
        **{
            f"analysis.{key}.{part}": value[part]
            for key, value in summary.items()
            if isinstance(value, dict) and "mean" in value
            for part in ("mean", "error")
        },
    }
