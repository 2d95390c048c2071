"""Questions to a workspace: which jobs there are, what they hold, which ones fit a filter."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md import operations
from janus_md.errors import JanusError
from janus_md.messages import unknown

if TYPE_CHECKING:
    import pandas as pd
    from signac import Project
    from signac.job import Job

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
"""What may stand between key and value of a filter; of two that fit, the longer counts."""

_PARTICLES = ("particle", "mixture")
_FILTER = re.compile(r"\s*([\w.\-]+)\s*(!=|<=|>=|==|=|<|>)\s*(.+?)\s*")


def open_project(directory: str | Path) -> Project:
    """Open the workspace in `directory` itself.

    Raises
    ------
    JanusError
        Where `directory` is not a workspace.
    """
    import signac

    path = Path(directory).resolve()
    try:
        return signac.get_project(path=path, search=False)
    except (LookupError, OSError, signac.errors.IncompatibleSchemaVersion) as error:
        raise JanusError(
            f"directory: {str(directory)!r} is not a workspace; it must be a folder that "
            "`janus-md init` made"
        ) from error


def open_job(directory: Path) -> Job:
    """Open the job whose folder is `directory`, in a workspace."""
    return open_project(directory.parent.parent).open_job(id=directory.name)


def sorted_jobs(project: Project) -> list[Job]:
    """Jobs in the order of their state points: by particle, then key by key.

    Raises
    ------
    JanusError
        Where there are none.
    """

    def order(job: Job) -> tuple[str, list[tuple[str, bool, Any]]]:
        statepoint = job.statepoint()
        flat = flatten(statepoint).items()
        return _substance(statepoint), [
            (key, *((False, value) if isinstance(value, int | float) else (True, str(value))))
            for key, value in sorted(flat)
        ]

    if not len(project):
        raise JanusError(
            f"directory: {project.path!r} holds no jobs; add some with `janus-md init TEMPLATE`"
        )
    return sorted(project, key=order)


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


def labels(statepoints: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name each state point by its particles and the keys that are not the same in all."""
    rows = [flatten({k: v for k, v in sp.items() if k not in _PARTICLES}) for sp in statepoints]
    keys = sorted({key for row in rows for key in row})
    varying = [key for key in keys if len({repr(row.get(key)) for row in rows}) > 1]
    return [
        ", ".join([_substance(sp), *(_told(key, row.get(key)) for key in varying)])
        for sp, row in zip(statepoints, rows, strict=True)
    ]


def _substance(statepoint: Mapping[str, Any]) -> str:
    if mixture := statepoint.get("mixture"):
        return " + ".join(f"{share:g} {name}" for name, share in mixture.items())
    return str(statepoint.get("particle"))


def _told(key: str, value: Any) -> str:
    from janus_md.analysis.groups import SYMBOLS, short, tell

    return f"{SYMBOLS.get(key, short(key))} {tell(value)}"


def status(directory: Path, document: Mapping[str, Any]) -> str:
    """Say how far a job is, in a word."""
    left = operations.left_to_do(directory, document)
    if not left:
        return "done"
    if "failure" in document:
        return "failed"
    if left == ["analyze"]:
        return "simulated"
    return "begun" if "execution" in document else "waiting"


def table(project: Project) -> pd.DataFrame:
    """Lay out all jobs of a workspace as a table.

    Returns
    -------
    pandas.DataFrame
        A row per job: ``job`` (its id), ``status`` (:func:`status`), the state point with dotted
        keys, and what the job document holds under ``execution.``, ``analysis.`` and ``failure.``.

    Raises
    ------
    JanusError
        Where there are no jobs.
    """
    import pandas as pd

    rows = []
    for job in sorted_jobs(project):
        document = job.document()
        known = {k: document[k] for k in ("execution", "analysis", "failure") if k in document}
        rows.append(
            {
                "job": job.id,
                "status": status(Path(job.path), document),
                **flatten(job.statepoint()),
                **flatten(known),
            }
        )
    return pd.DataFrame(rows)


def write_report(project: Project, out: Path) -> list[Path]:
    """Write the report of a workspace into `out`; return its files, report.html first.

    Raises
    ------
    JanusError
        Where the workspace holds no jobs.
    """
    from janus_md.analysis import report

    return report.write_report(table(project), folders(project), out)


def telling_columns(rows: pd.DataFrame) -> list[str]:
    """Columns worth printing: job, status, what varies, and the main results."""
    results = ("mean_n", "mean_w", "longest", "share_in_wires_of_3", "mean_bond_nm")
    names = [str(name) for name in rows.columns]
    varying = [
        name
        for name in names
        if not name.startswith(("execution.", "analysis.", "failure."))
        and len({repr(value) for value in rows[name]}) > 1
    ]
    wanted = ["job", "status", "particle", *varying]
    wanted += [f"analysis.{name}.mean" for name in results] + ["failure.message"]
    return [name for name in dict.fromkeys(wanted) if name in names]


def column(rows: pd.DataFrame, name: str) -> str:
    """Return the column that `name` means: its name, its last part, or that of an average.

    Raises
    ------
    JanusError
        Where no column fits, or several do.
    """
    names = [str(one) for one in rows.columns]
    if name in names:
        return name
    fitting = [one for one in names if one.endswith((f".{name}", f".{name}.mean"))]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise JanusError(f"column: {name!r} may be any of {', '.join(fitting)}; give it in full")
    raise JanusError(unknown("column", name, names))


def select(rows: pd.DataFrame, filters: Iterable[str]) -> pd.DataFrame:
    """Keep the rows that fit every filter, such as ``relative_permittivity<2``.

    Parameters
    ----------
    rows : pandas.DataFrame
        As of :func:`table`.
    filters : iterable of str
        Key, operator (one of :data:`OPERATORS`) and value each; the value is compared as a number
        where it is one. ``null`` stands for no value.

    Raises
    ------
    JanusError
        Where a filter cannot be read, or its key is unknown.
    """
    for text in filters:
        match = _FILTER.fullmatch(text)
        if match is None:
            raise JanusError(
                f"filter: {text!r} cannot be read; it must be key, operator "
                f"({' '.join(OPERATORS)}) and value, such as relative_permittivity<2"
            )
        key, sign, value = match.groups()
        values = rows[column(rows, key)]
        _check_comparable(text, values, value)
        rows = rows[[_fits(one, sign, value) for one in values]]
    return rows


def _check_comparable(text: str, values: pd.Series, wanted: str) -> None:
    """Refuse to hold numbers against a text."""
    numbers = [one for one in values if isinstance(one, int | float) and one == one]
    if not numbers or wanted == "null" or any(isinstance(one, str | bool) for one in values):
        return
    try:
        float(wanted)
    except ValueError as error:
        raise JanusError(f"filter: {text!r}: {wanted!r} must be a number, or null") from error


def _fits(found: Any, sign: str, wanted: str) -> bool:
    missing = found is None or (isinstance(found, float) and math.isnan(found))
    if missing or wanted == "null":
        same = missing and wanted == "null"
        return same if sign in ("=", "==") else sign == "!=" and not same
    compare = OPERATORS[sign]
    if isinstance(found, str | bool):
        return bool(compare(str(found), wanted))
    try:
        return bool(compare(found, float(wanted)))
    except (ValueError, TypeError):
        return sign == "!="
