"""Group the jobs of a sweep by state point: varying keys, averages over replicas, labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from janus_md.analysis.series.averages import combine_replicas
from janus_md.common.observables import averages
from janus_md.workspace import labels
from janus_md.workspace.columns import RESULT_PREFIXES
from janus_md.workspace.labels import SYMBOLS, say, short, tell

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


@dataclass(frozen=True)
class Group:
    """State points that differ only in the replica.

    Attributes
    ----------
    keys : dict
        Values of the keys that vary over the sweep.
    jobs : tuple of str
        Analysed jobs.
    values : dict of str to (mean, error)
        Averages by name (:func:`janus_md.common.observables.averages`); None if undefined.
    """

    keys: dict[str, Any]
    jobs: tuple[str, ...]
    values: dict[str, tuple[float | None, float | None]]

    @property
    def label(self) -> str:
        """Label of the state point, made of the varying keys that have a value."""
        return ", ".join(say(self.keys))


def job_ids(rows: pd.DataFrame) -> list[str]:
    """Return the names of the jobs: the column job, job_id or id, else the index."""
    for column in ("job", "job_id", "id"):
        if column in rows:
            return [str(value) for value in rows[column]]
    return [str(value) for value in rows.index]


def substances(rows: pd.DataFrame) -> list[str]:
    """Return the particle or mixture of each job: the column ``substance``, else ``particle``."""
    for column in ("substance", "particle"):
        if column in rows:
            return [one if isinstance(one, str) else "?" for one in rows[column].tolist()]
    return ["?"] * len(rows)


def varying_keys(rows: pd.DataFrame) -> list[str]:
    """Return the state-point keys with more than one value, substance first, without replica.

    The time step is left out if the other keys determine it.
    """
    values = {
        # Numbers are made unique first, which is faster than comparing all of them as objects.
        str(name): (column.drop_duplicates() if column.dtype.kind in "biuf" else column).tolist()
        for name, column in rows.items()
        if not str(name).startswith(RESULT_PREFIXES)
    }
    keys = [key for key in labels.varying_keys(values) if key != "replica"]
    if labels.TIME_STEP in keys:
        whole = {key: rows[key].tolist() for key in keys} | {"substance": substances(rows)}
        keys = labels.without_time_step(keys, whole)
    return ["substance", *keys] if len(set(substances(rows))) > 1 or not keys else keys


def job_labels(rows: pd.DataFrame, places: Sequence[int]) -> list[str]:
    """Return labels of the jobs in these rows, made of the varying keys and the replica."""
    keys = varying_keys(rows)
    if "replica" in rows and rows["replica"].nunique() > 1:
        keys.append("replica")
    columns = _key_columns(rows.iloc[list(places)], keys)
    return [", ".join(say(dict(zip(keys, values, strict=True)))) for values in columns]


def _key_columns(rows: pd.DataFrame, keys: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the values of the state-point keys for each job."""
    columns = [substances(rows) if key == "substance" else rows[key].tolist() for key in keys]
    return [tuple(map(_plain, values)) for values in zip(*columns, strict=True)]


def is_analysed(rows: pd.DataFrame) -> np.ndarray:
    """Return whether each job has a summary of its analysis, shape (jobs,), bool."""
    found = np.zeros(len(rows), dtype=bool)
    for name in ("analysis.n_frames", "analysis.mean_n.mean"):
        if name in rows:
            found |= np.asarray(rows[name].notna())
    return found


def group_jobs(rows: pd.DataFrame) -> list[Group]:
    """Average over the replicas of each state point with an analysed job.

    Groups are sorted by their keys; the substance with most state points comes first.
    """
    keys = varying_keys(rows)
    analysed = rows[is_analysed(rows)]
    collected: dict[tuple[Any, ...], list[int]] = {}
    for place, values in enumerate(_key_columns(analysed, keys)):
        collected.setdefault(values, []).append(place)
    jobs = job_ids(analysed)
    groups = [
        Group(dict(zip(keys, values, strict=True)), tuple(jobs[k] for k in places), {})
        for values, places in collected.items()
    ]
    for name in [column.name for column in averages()]:
        of_jobs, period = _averages(analysed, name), _period(analysed, name)
        for group, places in zip(groups, collected.values(), strict=True):
            group.values[name] = _combined([of_jobs[k] for k in places], period)
    return _sorted(groups)


def spread(items: Sequence[T], most: int) -> list[T]:
    """Return at most `most` evenly spaced items, including the first and the last."""
    places = np.linspace(0, len(items) - 1, min(len(items), most)).round().astype(int)
    return [items[k] for k in places]


def swept(groups: Sequence[Group]) -> list[str]:
    """Describe the varying keys, for example ``T from 280 to 320 K (5 values)``."""
    ranges = []
    for key in groups[0].keys if groups else ():
        values = {group.keys[key] for group in groups}
        name, _, unit = SYMBOLS.get(key, short(key)).partition(" / ")
        if all(isinstance(value, int | float) for value in values):
            ends = f"{name} from {tell(min(values))} to {tell(max(values))} {unit}".rstrip()
            ranges.append(f"{ends} ({len(values)} values)")
        else:
            ranges.append(f"{name}: {len(values)} kinds")
    return ranges


def numeric_key(groups: Iterable[Group]) -> str | None:
    """Return the key to plot against: the permittivity if it varies, else the first number."""
    groups = list(groups)
    if not groups:
        return None
    keys = [
        key
        for key in groups[0].keys
        if len({group.keys[key] for group in groups}) > 1
        and all(isinstance(group.keys[key], int | float) for group in groups)
    ]
    return next((key for key in keys if key == "relative_permittivity"), keys[0] if keys else None)


def independent_keys(groups: Sequence[Group], key: str) -> list[str]:
    """Keys that do not follow from `key`, as a solvent's viscosity does from its permittivity."""
    found = []
    for name in groups[0].keys:
        seen: dict[Any, set[Any]] = {}
        for group in groups:
            seen.setdefault(group.keys[key], set()).add(group.keys[name])
        if name == "substance" or any(len(values) > 1 for values in seen.values()):
            found.append(name)
    return found


def series_along(groups: Sequence[Group], key: str) -> dict[str, list[Group]]:
    """State points that differ in `key` and what follows from it, in its order, by their label."""
    others = independent_keys(groups, key)
    found: dict[str, list[Group]] = {}
    for group in groups:
        label = ", ".join(say({name: group.keys[name] for name in others}))
        found.setdefault(label, []).append(group)
    return {label: sorted(one, key=lambda g: g.keys[key]) for label, one in found.items()}


def _plain(value: Any) -> Any:
    """Return a Python number, or None for a missing value, so that values can be hashed."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, list | dict):  # such as stages of a protocol
        return tell(value)
    return None if isinstance(value, float) and np.isnan(value) else value


def _averages(jobs: pd.DataFrame, name: str) -> list[tuple[float | None, float | None]]:
    """Return the mean and standard error of each job; None if undefined."""
    columns = [
        [None if value is None or value != value else value for value in jobs[column].tolist()]
        if column in jobs
        else [None] * len(jobs)
        for column in (f"analysis.{name}.mean", f"analysis.{name}.error")
    ]
    return list(zip(*columns, strict=True))


def _period(jobs: pd.DataFrame, name: str) -> float:
    """Return the period of an angle; 0 for other quantities."""
    column = f"analysis.{name}.period"
    known = [one for one in jobs[column].tolist() if one == one and one] if column in jobs else []
    return float(known[0]) if known else 0.0


def _combined(
    replicas: Sequence[tuple[float | None, float | None]], period: float = 0.0
) -> tuple[float | None, float | None]:
    known = [(mean, error) for mean, error in replicas if mean is not None]
    if not known:
        return None, None
    return combine_replicas([mean for mean, _ in known], [error for _, error in known], period)


def _sorted(groups: list[Group]) -> list[Group]:
    count: dict[Any, int] = {}
    for group in groups:
        name = group.keys.get("substance")
        count[name] = count.get(name, 0) + 1

    def place(group: Group) -> tuple[Any, ...]:
        name = group.keys.get("substance")
        rest = [
            (0, value, "") if isinstance(value, int | float) else (1, 0.0, str(value))
            for key, value in group.keys.items()
            if key != "substance"
        ]
        return (-count[name], str(name), rest)

    return sorted(groups, key=place)
