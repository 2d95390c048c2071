"""What a workspace holds, in the order of its state points: records, labels, one table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.filters import column, select, telling_columns
from janus_md.workspace import Record, open_job, open_project, read_jobs

if TYPE_CHECKING:
    import pandas as pd
    from signac import Project

__all__ = [
    "column",
    "flatten",
    "folders",
    "frame",
    "labels",
    "open_job",
    "open_project",
    "records",
    "select",
    "table",
    "telling_columns",
    "write_report",
]

_PARTICLES = ("particle", "mixture")
_TOLD = ("execution", "analysis", "failure")


def records(project: Project, ids: Iterable[str] | None = None) -> list[Record]:
    """Read jobs, in the order of their state points: by particle, then key by key.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    ids : iterable of str, optional
        Which jobs; all by default.

    Raises
    ------
    JanusError
        Where there are none.
    """
    found = read_jobs(project, ids)
    keys = varying_keys([record.statepoint for record in found])
    found.sort(
        key=lambda record: (
            _substance(record.statepoint),
            [_rank(value_at(record.statepoint, key)) for key in keys],
            record.id,
        )
    )
    return found


def _rank(value: Any) -> tuple[int, Any]:
    """Place of a value among others: numbers first."""
    return (0, value) if isinstance(value, int | float) else (1, str(value))


def folders(project: Project) -> dict[str, Path]:
    """Folder of each job, by its id."""
    return {str(job.id): Path(job.path) for job in project}


def flatten(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested maps as one with dotted keys; lists and empty maps stay values."""
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        if isinstance(value, Mapping) and value:
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def varying_keys(statepoints: Sequence[Mapping[str, Any]], prefix: str = "") -> list[str]:
    """Dotted keys whose values are not the same in all state points, sorted; particles aside."""
    found = []
    for key in sorted(set().union(*statepoints)):
        if not prefix and key in _PARTICLES:
            continue
        values: list[Any] = [statepoint.get(key) for statepoint in statepoints]
        first = values[0]
        if all(value == first for value in values):
            continue
        if all(isinstance(value, dict) for value in values):
            found += varying_keys(values, f"{prefix}{key}.")
        else:
            found.append(f"{prefix}{key}")
    return found


def value_at(statepoint: Mapping[str, Any], key: str) -> Any:
    """Value of a dotted key; None where there is none."""
    value: Any = statepoint
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def labels(statepoints: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name each state point by its particles and the keys that are not the same in all."""
    keys = varying_keys(statepoints)
    return [label(statepoint, keys) for statepoint in statepoints]


def label(statepoint: Mapping[str, Any], keys: Sequence[str]) -> str:
    """Name a state point by its particles and the values of `keys`."""
    from janus_md.analysis.groups import say

    varying = {key: value_at(statepoint, key) for key in keys}
    return ", ".join(say({"substance": _substance(statepoint), **varying}))


def _substance(statepoint: Mapping[str, Any]) -> str:
    if mixture := statepoint.get("mixture"):
        return " + ".join(f"{share:g} {name}" for name, share in mixture.items())
    return str(statepoint.get("particle"))


def table(project: Project) -> pd.DataFrame:
    """Lay out all jobs of a workspace as a table (:func:`frame`).

    Raises
    ------
    JanusError
        Where there are no jobs.
    """
    return frame(records(project))


def frame(found: Sequence[Record]) -> pd.DataFrame:
    """Lay out jobs as a table.

    Returns
    -------
    pandas.DataFrame
        A row per job: ``job`` (its id), ``status`` (:func:`janus_md.products.state`),
        ``substance`` (the particle, or the mixture in words), the state point with dotted keys,
        and what the job document holds under ``execution.``, ``analysis.`` and ``failure.``.
    """
    import pandas as pd

    columns: dict[str, list[Any]] = {}
    for number, record in enumerate(found):
        known = {key: record.document[key] for key in _TOLD if key in record.document}
        _spread(record.statepoint, "", columns, number)
        _spread(known, "", columns, number)
    for values in columns.values():
        values.extend([math.nan] * (len(found) - len(values)))
    about = {
        "job": [record.id for record in found],
        "status": [record.state for record in found],
        "substance": [_substance(record.statepoint) for record in found],
    }
    return pd.DataFrame(about | columns)


def _spread(nested: Mapping[str, Any], prefix: str, columns: dict[str, list], row: int) -> None:
    """Put the values of nested maps into a row of columns that are named with dots."""
    for key, value in nested.items():
        if isinstance(value, dict) and value:
            _spread(value, f"{prefix}{key}.", columns, row)
            continue
        values = columns.setdefault(f"{prefix}{key}", [])
        if len(values) < row:  # earlier jobs have no such value
            values.extend([math.nan] * (row - len(values)))
        values.append(value)


def write_report(project: Project, out: Path) -> list[Path]:
    """Write the report of a workspace into `out`; return its files, report.html first.

    Raises
    ------
    JanusError
        Where the workspace holds no jobs.
    """
    from janus_md.analysis import report

    return report.write_report(table(project), folders(project), out)
