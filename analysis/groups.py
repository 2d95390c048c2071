"""Jobs of a sweep brought together: what varies, replicas averaged, labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.averages import SUMMARY_COLUMNS, combine_replicas
from janus_md.analysis.thermolog import ENERGY

if TYPE_CHECKING:
    import pandas as pd

RESULT_PREFIXES = ("execution.", "analysis.", "failure.")
"""Columns that are no part of the state point."""

JOB_COLUMNS = ("job", "job_id", "id", "status", "substance", "path", "directory")
"""Other such columns; the first that is there of job, job_id and id names the job."""

METHOD = "electrostatics.method"
"""Key that says whether charges are on."""

MISSING = "\N{EN DASH}"
"""Written where there is no value."""

SYMBOLS = {
    "substance": "body",
    "relative_permittivity": "ε",
    "volume_fraction": "φ",
    "temperature": "T / K",
    "n_bodies": "N",
    "viscosity": "η / mPa s",
    METHOD: "electrostatics",
    "protocol.name": "protocol",
    "protocol.produce_ns": "run / ns",
}
"""Short names of state-point keys."""


@dataclass(frozen=True)
class Group:
    """State points that differ in nothing but the replica.

    Attributes
    ----------
    keys : dict
        Values of the keys that vary over the sweep.
    jobs : tuple of str
        Jobs that are analysed.
    values : dict of str to (mean, error)
        Averages of the summary; None where there is none.
    """

    keys: dict[str, Any]
    jobs: tuple[str, ...]
    values: dict[str, tuple[float | None, float | None]]

    @property
    def label(self) -> str:
        """Say which state point it is, in the keys that vary; without those that have no value."""
        return ", ".join(say(self.keys))


def short(key: str) -> str:
    """Last part of a dotted key."""
    return key.rsplit(".", 1)[-1]


def tell(value: Any) -> str:
    """Value of a key as a reader wants it."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return MISSING
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def say(keys: Mapping[str, Any]) -> list[str]:
    """Keys with their values, such as ``T 300 K``, and of a substance its name.

    Those without a value are left out where there are others.
    """
    told = []
    for key, value in keys.items():
        name, _, unit = SYMBOLS.get(key, short(key)).partition(" / ")
        if key == "substance":
            told.append(str(value))
        elif tell(value) != MISSING:
            told.append(f"{name} {tell(value)} {unit}".rstrip())
    return told or [f"{short(key)} {MISSING}" for key in keys]


def job_ids(rows: pd.DataFrame) -> list[str]:
    """Names of the jobs: the column job, job_id or id, else the index."""
    for column in ("job", "job_id", "id"):
        if column in rows:
            return [str(value) for value in rows[column]]
    return [str(value) for value in rows.index]


def substances(rows: pd.DataFrame) -> list[str]:
    """Particle of each job, or its mixture such as ``0.5 R-1 + 0.5 S-1``."""
    fractions = {
        short(name): rows[name].tolist()
        for name in sorted(map(str, rows.columns))
        if name.startswith("mixture.")
    }
    particles = rows["particle"].tolist() if "particle" in rows else [None] * len(rows)
    found = []
    for k, particle in enumerate(particles):
        if isinstance(particle, str):
            found.append(particle)
            continue
        parts = [(name, shares[k]) for name, shares in fractions.items() if shares[k] > 0]
        found.append(" + ".join(f"{share:g} {name}" for name, share in parts) or "?")
    return found


def varying_keys(rows: pd.DataFrame) -> list[str]:
    """State-point keys with more than one value, substance first, replica left out."""
    keys = []
    for column in map(str, rows.columns):
        if column.startswith((*RESULT_PREFIXES, "mixture.")) or column in JOB_COLUMNS:
            continue
        if column in ("particle", "mixture", "replica"):
            continue
        if len({tell(value) for value in rows[column]}) > 1:
            keys.append(column)
    return ["substance", *keys] if len(set(substances(rows))) > 1 or not keys else keys


def job_labels(rows: pd.DataFrame) -> list[str]:
    """Say of each job which state point it is, in the keys that vary, and which replica."""
    keys = varying_keys(rows)
    if "replica" in rows and rows["replica"].nunique() > 1:
        keys.append("replica")
    table = rows.assign(substance=substances(rows))
    columns = [table[key].tolist() for key in keys]
    return [
        Group(dict(zip(keys, map(_plain, values), strict=True)), (), {}).label
        for values in zip(*columns, strict=True)
    ]


def is_analysed(rows: pd.DataFrame) -> np.ndarray:
    """Tell for each job whether its summary is there, shape (jobs,), bool."""
    if "analysis.mean_n.mean" not in rows:
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(rows["analysis.mean_n.mean"].notna())


def group_jobs(rows: pd.DataFrame) -> list[Group]:
    """Average the replicas of every state point that has an analysed job.

    Groups come in the order of their keys; the substance with most state points leads.
    """
    table = rows.assign(substance=substances(rows), job=job_ids(rows))
    keys = varying_keys(rows)
    table = table[is_analysed(rows)]
    collected: dict[tuple[Any, ...], list[int]] = {}
    told = zip(*(table[key] for key in keys), strict=True)
    for position, values in enumerate(told):
        collected.setdefault(tuple(map(_plain, values)), []).append(position)
    jobs = table["job"].tolist()
    averages = {name: _averages(table, name) for name in (*SUMMARY_COLUMNS, ENERGY)}
    groups = []
    for values, positions in collected.items():
        groups.append(
            Group(
                dict(zip(keys, values, strict=True)),
                tuple(jobs[k] for k in positions),
                {
                    name: _combined([of_jobs[k] for k in positions])
                    for name, of_jobs in averages.items()
                },
            )
        )
    return _sorted(groups)


def numeric_key(groups: Iterable[Group]) -> str | None:
    """Key to draw lengths against: the permittivity if it varies, else the first number."""
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


def _plain(value: Any) -> Any:
    """Python's own number, and None for a missing one, so that values compare and hash."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and np.isnan(value) else value


def _averages(jobs: pd.DataFrame, name: str) -> list[tuple[float | None, float | None]]:
    """Mean and stated error of every job; None where there is none."""
    columns = [
        [_plain(value) for value in jobs[column]] if column in jobs else [None] * len(jobs)
        for column in (f"analysis.{name}.mean", f"analysis.{name}.error")
    ]
    return list(zip(*columns, strict=True))


def _combined(
    replicas: Sequence[tuple[float | None, float | None]],
) -> tuple[float | None, float | None]:
    known = [(mean, error) for mean, error in replicas if mean is not None]
    if not known:
        return None, None
    return combine_replicas([mean for mean, _ in known], [error for _, error in known])


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
