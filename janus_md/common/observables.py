"""Observables: quantities computed from each frame, and the columns that contain them.

An observable declares its columns once. Tables, averages, queries and reports use the names, units
and headings of this declaration.
"""

from __future__ import annotations

import hashlib
import keyword
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.errors import JanusError
from janus_md.common.registry import Registry

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext

DTYPES = ("float64", "int64")
"""Types of the values of a frame. Undefined values are null."""

WIRE_DTYPES = ("kind", "members", "sequence")
"""Further types, for columns of wires.parquet and aggregates.parquet only."""

RESERVED = frozenset(
    {
        "steady", "steady_samples", "not_steady_because", "n_frames", "n_frames_averaged",
        "criterion", "notes",
    }
)  # fmt: skip
"""Names in the job document that no column can have."""


@dataclass(frozen=True)
class Column:
    """Declaration of a column.

    Attributes
    ----------
    name : str
        Name in frames.parquet, in the job document and in queries; a Python identifier. By
        convention it ends with the unit, if there is one: ``mean_bond_nm``.
    meaning : str
        Description, a sentence without a full stop.
    unit : str
        Unit of the values; empty for pure numbers.
    dtype : str
        ``float64`` or ``int64``.
    averaged : bool
        Whether the job document, and with it queries and results.csv, has the mean over the last
        third of the frames and its standard error.
    heading : pair of str, optional
        Heading in the report, in two lines; without it, the report omits the column.
    narrow : pair of str, optional
        Heading in the terminal, in two short lines; by default that of the report.
    in_query : bool
        Whether ``janus-md query`` prints the mean by default.
    if_any : bool
        Whether report and query omit the column if the mean is 0 in all jobs.
    source : str
        Citation or module of the formula.

    Raises
    ------
    JanusError
        If a value is not valid.
    """

    name: str
    meaning: str
    unit: str = ""
    dtype: str = "float64"
    averaged: bool = False
    heading: tuple[str, str] | None = None
    narrow: tuple[str, str] | None = None
    in_query: bool = False
    source: str = ""
    if_any: bool = False

    def __post_init__(self) -> None:
        where = f"column {self.name!r}"
        if not self.name.isidentifier() or keyword.iskeyword(self.name):
            raise JanusError(
                f"{where}: the name must consist of letters, digits and underscores, and must not "
                "be a keyword"
            )
        if self.name in RESERVED:
            raise JanusError(f"{where}: the names {', '.join(sorted(RESERVED))} are reserved")
        if not self.meaning.strip():
            raise JanusError(f"{where}: the meaning is empty; it must be a sentence")
        if self.dtype not in (*DTYPES, *WIRE_DTYPES):
            raise JanusError(f"{where}: dtype is {self.dtype!r}; allowed are {', '.join(DTYPES)}")
        for key, lines in (("heading", self.heading), ("narrow", self.narrow)):
            if lines is not None and (isinstance(lines, str) or len(lines) != 2):
                raise JanusError(f"{where}: {key} is {lines!r}; it must be two lines")
        if (self.heading or self.in_query) and not self.averaged:
            raise JanusError(f"{where}: averaged is False; heading and in_query require an average")


@dataclass(frozen=True)
class Observable:
    """A quantity computed from each frame.

    Attributes
    ----------
    columns : tuple of Column
        Columns of the observable.
    compute : callable, optional
        Function of a :class:`janus_md.analysis.pipeline.context.FrameContext` that returns the
        value of each column by name; undefined values are NaN or None. It is None for averages that
        are not computed from single frames, but elsewhere in the analysis.
    place : int
        Position of the columns; those with a lower value are further left. The observables of
        janus-md have 10 to 90.
    of_wires : bool
        Whether the values describe wires. They are null for bodies without a dipole.
    """

    columns: tuple[Column, ...]
    compute: Callable[[FrameContext], Mapping[str, Any]] | None
    place: int = 100
    of_wires: bool = False


OBSERVABLES: Registry[Observable] = Registry(
    "observable", "janus_md.observables", "OBSERVABLE", "janus_md.analysis.observables"
)
"""All observables by name."""


def observables() -> dict[str, Observable]:
    """Return all observables by name, in the order of their columns.

    Raises
    ------
    JanusError
        If one cannot be loaded, is not an :class:`Observable`, or has a column of another one.
    """
    return dict(_checked(tuple((name, OBSERVABLES.get(name)) for name in OBSERVABLES.names())))


@lru_cache(maxsize=8)
def _checked(found: tuple[tuple[str, Observable], ...]) -> tuple[tuple[str, Observable], ...]:
    owners: dict[str, str] = {}
    for name, one in found:
        if not isinstance(one, Observable):
            raise JanusError(
                f"observable {name}: OBSERVABLE is a {type(one).__name__}; it must be an Observable"
            )
        if not one.columns:
            raise JanusError(f"observable {name}: columns is empty; it needs at least one")
        for column in one.columns:
            if column.dtype not in DTYPES:
                allowed = ", ".join(DTYPES)
                raise JanusError(
                    f"observable {name}: dtype of {column.name} is {column.dtype!r}; allowed are "
                    f"{allowed}"
                )
            if column.name in owners:
                raise JanusError(
                    f"observable {name}: column {column.name} already belongs to "
                    f"{owners[column.name]}; rename it"
                )
            owners[column.name] = name
    return tuple(sorted(found, key=lambda pair: pair[1].place))


def frame_columns() -> list[Column]:
    """Return the columns of frames.parquet, in order."""
    known = observables().values()
    return [column for one in known if one.compute is not None for column in one.columns]


def averages() -> list[Column]:
    """Return the columns with a mean and an error in the job document, in order."""
    known = observables().values()
    return [column for one in known for column in one.columns if column.averaged]


def sources() -> dict[str, str]:
    """Return the source of each column: the declared one, else the module of its function."""
    return {
        column.name: column.source or getattr(one.compute, "__module__", "")
        for one in observables().values()
        for column in one.columns
    }


def code_of_observables() -> bytes:
    """Return a digest of the declarations, and of the files with the functions."""
    digest = hashlib.sha256()
    for name, one in observables().items():
        digest.update(repr((name, one.columns, one.place)).encode())
        home = sys.modules.get(getattr(one.compute, "__module__", ""))
        path = getattr(home, "__file__", None)
        if path is not None and Path(path).is_file():
            digest.update(Path(path).read_bytes())
    return digest.digest()
