"""The jobs of a workspace laid out in columns."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice
from typing import TYPE_CHECKING, Any, TypeAlias

from janus_md.workspace import documents

if TYPE_CHECKING:
    from janus_md.workspace.records import Record

_PARTS = ("execution", "analysis", "failure", "heat")

RESULT_PREFIXES = tuple(f"{part}." for part in _PARTS)
"""How the names of those columns begin that hold what a job document says."""

_PIECE = 1000
"""Rows that are plain objects at a time."""

_Column: TypeAlias = "array[float] | list[Any]"
"""Numbers, with NaN where there is none, or anything else, with None."""


class Columns:
    """Values of jobs, by the name of the column.

    ``job`` is the id, ``status`` as of :func:`janus_md.workspace.products.state`, ``substance`` the
    particle or the mixture in words; the state point has dotted keys, and so has what the job
    document holds under ``execution.``, ``analysis.``, ``failure.`` and ``heat.``. None stands
    where a job has no such value.

    Parameters
    ----------
    records : iterable of Record
        The jobs. They are not kept: a hundred thousand of them, with all that their documents hold,
        take a gigabyte, and their columns a tenth of that.
    states : sequence of str, optional
        What is told as their status instead.

    Attributes
    ----------
    damaged : dict of str to str
        What is wrong with those jobs that cannot be used, by id; also of those not kept.
    """

    def __init__(self, records: Iterable[Record], states: Sequence[str] | None = None) -> None:
        self._columns: dict[str, _Column] = {
            "job": [], "status": [], "substance": [], "changed": []
        }  # fmt: skip
        self._directories: list[str] = []
        self.damaged: dict[str, str] = {}
        left, lists = iter(records), dict[str, Any]()
        while piece := list(islice(left, _PIECE)):
            self._add(piece, lists)
        for column in self._columns.values():
            _fill(column, len(self))
        if states is not None:
            self._columns["status"] = list(states)

    def _add(self, records: Sequence[Record], lists: dict[str, Any]) -> None:
        """Add rows; `lists` has those seen so far, by what they say."""
        begin = len(self)
        found: dict[str, list[Any]] = {
            "job": [one.id for one in records],
            "status": [one.state for one in records],
            "substance": [substance(one.statepoint) for one in records],
            "changed": [one.changed or None for one in records],
        }
        root = _Branch()
        for row, one in enumerate(records):
            _spread(one.statepoint, root, found, row)
            _spread(_told(one.document), root, found, row)
        for name, values in found.items():
            column = self._columns.setdefault(name, array("d"))
            _fill(column, begin)
            if not isinstance(column, array):
                column += _alike(values, lists)
            elif {float, type(None)}.issuperset(map(type, values)):
                column.extend([math.nan if value is None else value for value in values])
            else:
                self._columns[name] = _objects(column) + _alike(values, lists)
        self._directories += [one.directory for one in records]
        self.damaged |= {one.id: one.trouble for one in records if one.trouble}

    def __len__(self) -> int:
        return len(self._columns["job"])

    def __getitem__(self, name: str) -> list[Any]:
        return _objects(self._columns[name])

    @property
    def names(self) -> list[str]:
        """All columns."""
        return list(self._columns)

    def packed(self, name: str) -> array[float] | list[Any]:
        """Return a column as it is kept: where it has only numbers, with NaN for what is not."""
        return self._columns[name]

    def rows(self, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Values of these columns, row by row."""
        for begin in range(0, len(self), _PIECE):
            here = slice(begin, begin + _PIECE)
            yield from zip(*(_objects(self._columns[name][here]) for name in names), strict=True)

    def sound(self) -> Columns:
        """Return the jobs that are not damaged."""
        return self.keep([job not in self.damaged for job in self._columns["job"]])

    def keep(self, fitting: Sequence[bool]) -> Columns:
        """Return the jobs that fit; the columns stay those of all."""
        return self.take(list(compress(range(len(self)), fitting)))

    def take(self, order: Sequence[int]) -> Columns:
        """Return the rows of these numbers, in this order; the columns stay those of all."""
        kept = Columns(())
        kept._directories, kept.damaged = self._directories, self.damaged
        for name, column in self._columns.items():
            values = map(column.__getitem__, order)
            kept._columns[name] = array("d", values) if isinstance(column, array) else list(values)
        return kept

    def clear(self, prefix: str, rows: Sequence[int]) -> None:
        """Take the values of these rows out of the columns whose names begin with `prefix`."""
        for name, column in self._columns.items():
            if name.startswith(prefix):
                nothing: Any = math.nan if isinstance(column, array) else None
                for row in rows:
                    column[row] = nothing

    def names_on_disk(self) -> list[str]:
        """All columns, also of what was not kept of the documents when the jobs were read."""
        told = (_told(documents.read(directory)[0]) for directory in self._directories)
        return list(
            dict.fromkeys([*self._columns, *(name for one in told for name in _names(one))])
        )


def substance(statepoint: Mapping[str, Any]) -> str:
    """Name the particle, or the particles of a mixture, by name, with their shares."""
    mixture = statepoint.get("mixture")
    if isinstance(mixture, dict) and mixture:
        shares = ((f"{x:g}" if isinstance(x, float) else x, k) for k, x in sorted(mixture.items()))
        return " + ".join(f"{share} {name}" for share, name in shares)
    return str(statepoint.get("particle"))


def _fill(column: _Column, rows: int) -> None:
    """Make a column so long, without values."""
    if isinstance(column, array):
        column.extend([math.nan] * (rows - len(column)))
    else:
        column.extend([None] * (rows - len(column)))


def _objects(column: _Column) -> list[Any]:
    """Values of a column, with None where there is none."""
    return [None if value != value else value for value in column]


def _alike(values: Sequence[Any], lists: dict[str, Any]) -> list[Any]:
    """Return the values, with one object for strings, and for lists, that say the same."""
    if {str, list}.isdisjoint(map(type, values)):
        return list(values)
    return [
        sys.intern(one)
        if isinstance(one, str)
        else lists.setdefault(repr(one), one)
        if isinstance(one, list)
        else one
        for one in values
    ]


@dataclass(frozen=True, slots=True)
class _Branch:
    """Columns of the values of a map, and branches of the maps in it."""

    prefix: str = ""
    leaves: dict[str, list[Any]] = field(default_factory=dict)
    branches: dict[str, _Branch] = field(default_factory=dict)


def _told(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a document that have columns; what is said of each kind has none."""
    told = {key: document[key] for key in _PARTS if key in document}
    if isinstance(found := told.get("heat"), dict):
        told["heat"] = {key: value for key, value in found.items() if key != "kinds"}
    return told


def _spread(
    nested: Mapping[str, Any], branch: _Branch, columns: dict[str, list[Any]], row: int
) -> None:
    """Put the values of nested maps into a row of columns; lists and empty maps are values."""
    leaves, branches = branch.leaves, branch.branches
    for key, value in nested.items():
        if isinstance(value, dict) and value:
            if key not in branches:
                branches[key] = _Branch(f"{branch.prefix}{key}.")
            _spread(value, branches[key], columns, row)
            continue
        if key not in leaves:
            leaves[key] = columns.setdefault(f"{branch.prefix}{key}", [])
        values = leaves[key]
        if len(values) < row:  # earlier jobs have no such value
            values.extend([None] * (row - len(values)))
        values.append(value)


def _names(nested: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Dotted keys of the values of nested maps."""
    for key, value in nested.items():
        if isinstance(value, dict) and value:
            yield from _names(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
