"""Table of the jobs of a workspace, stored in columns."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress, islice
from typing import TYPE_CHECKING, Any, TypeAlias

from janus_md.common.named_lists import by_name
from janus_md.workspace import documents
from janus_md.workspace.continuation import CONTINUED, CONTINUED_BY

if TYPE_CHECKING:
    from janus_md.workspace.records import Record

_PARTS = ("execution", "analysis", "failure", "heat")

OWN = "document."
"""Prefix of the columns with what users have written to the job document."""

RESULT_PREFIXES = (*(f"{part}." for part in _PARTS), OWN)
"""Prefixes of the columns with values from the job document."""

_CHUNK = 1000
"""Number of rows that are converted at a time."""

_Column: TypeAlias = "array[float] | list[Any]"
"""A column of numbers, with NaN for missing values, or of other values, with None."""


class Columns:
    """Values of jobs, by the name of the column.

    ``job`` is the id, ``status`` the state (:func:`janus_md.workspace.products.state`), and
    ``substance`` the name of the particle or mixture. ``continued_by`` is the id of the longer job
    that continues a job. Values of the state point have dotted keys.
    So do values of the job document, which begin with ``execution.``, ``analysis.``, ``failure.``
    and ``heat.``, or with ``document.`` if a user has written them. Missing values are None.

    Parameters
    ----------
    records : iterable of Record
        The jobs. They are not stored: 10^5 of them, with their documents, would take a gigabyte,
        ten times as much as their columns.
    states : sequence of str, optional
        Values of ``status`` that replace the states of the records.

    Attributes
    ----------
    damaged : dict of str to str
        Description of the damage of each damaged job, by id, including jobs that were filtered out.
    """

    def __init__(self, records: Iterable[Record], states: Sequence[str] | None = None) -> None:
        self._columns: dict[str, _Column] = {
            "job": [], "status": [], "substance": [], "changed": [], CONTINUED_BY: []
        }  # fmt: skip
        self._directories: list[str] = []
        self.damaged: dict[str, str] = {}
        left, lists = iter(records), dict[str, Any]()
        while piece := list(islice(left, _CHUNK)):
            self._add(piece, lists)
        for column in self._columns.values():
            _fill(column, len(self))
        if states is not None:
            self._columns["status"] = list(states)

    def _add(self, records: Sequence[Record], lists: dict[str, Any]) -> None:
        """Add rows; `lists` contains the distinct lists so far, by their text."""
        begin = len(self)
        found: dict[str, list[Any]] = {
            "job": [one.id for one in records],
            "status": [one.state for one in records],
            "substance": [substance(one.statepoint) for one in records],
            "changed": [one.changed or None for one in records],
            CONTINUED_BY: [one.continued_by or None for one in records],
        }
        _spread([one.statepoint for one in records], found)
        _spread([_parts_with_columns(one.document) for one in records], found)
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

    def values(self, name: str) -> list[Any]:
        """Return a column, or the maps of which `name` is the key, such as ``mixture``."""
        found = self[name] if name in self._columns else [None] * len(self)
        for column in self.names:
            if column.startswith(f"{name}."):
                key = column.removeprefix(f"{name}.")
                for row, value in enumerate(self[column]):
                    if value is not None and not isinstance(held := found[row], list):
                        found[row] = {**(held if isinstance(held, dict) else {}), key: value}
        return found

    def with_maps(self, names: Sequence[str]) -> Columns:
        """Return the jobs with a column for each of these names (:meth:`values`)."""
        prefixes = tuple(f"{name}." for name in names)
        if not any(column.startswith(prefixes) for column in self.names):
            return self
        found = self.take(range(len(self)))
        for name in names:
            found._columns[name] = self.values(name)
        return found

    @property
    def names(self) -> list[str]:
        """Names of all columns."""
        return list(self._columns)

    def packed(self, name: str) -> array[float] | list[Any]:
        """Return a column as it is stored; a column of numbers has NaN for missing values."""
        return self._columns[name]

    def rows(self, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Yield the values of these columns, row by row."""
        for begin in range(0, len(self), _CHUNK):
            here = slice(begin, begin + _CHUNK)
            yield from zip(*(_objects(self._columns[name][here]) for name in names), strict=True)

    def sound(self) -> Columns:
        """Return the jobs that are not damaged."""
        return self.keep([job not in self.damaged for job in self._columns["job"]])

    def counted(self) -> Columns:
        """Return the jobs without those whose results are part of those of a longer job."""
        return self.keep([status != CONTINUED for status in self._columns["status"]])

    def keep(self, fitting: Sequence[bool]) -> Columns:
        """Return the jobs for which `fitting` is True, with all columns."""
        return self.take(list(compress(range(len(self)), fitting)))

    def take(self, order: Sequence[int]) -> Columns:
        """Return the rows with these indices, in this order, with all columns."""
        kept = Columns(())
        kept._directories, kept.damaged = self._directories, self.damaged
        for name, column in self._columns.items():
            values = map(column.__getitem__, order)
            kept._columns[name] = array("d", values) if isinstance(column, array) else list(values)
        return kept

    def clear(self, prefix: str, rows: Sequence[int]) -> None:
        """Remove the values of these rows from the columns whose names begin with `prefix`."""
        for name, column in self._columns.items():
            if name.startswith(prefix):
                nothing: Any = math.nan if isinstance(column, array) else None
                for row in rows:
                    column[row] = nothing

    def names_on_disk(self) -> list[str]:
        """Return all columns, including parts of the documents that were not read into columns."""
        parts = (_parts_with_columns(documents.read(one)[0]) for one in self._directories)
        return list(
            dict.fromkeys([*self._columns, *(name for one in parts for name in _names(one))])
        )


def substance(statepoint: Mapping[str, Any]) -> str:
    """Return the name of the particle, or the names and fractions in a mixture.

    A mixture of as many R as S of one particle is a racemate.
    """
    mixture = statepoint.get("mixture")
    if isinstance(mixture, dict) and mixture:
        names, shares = zip(*sorted(mixture.items()), strict=True)
        hands = [name[:2] for name in names]
        if hands == ["R-", "S-"] and names[0][2:] == names[1][2:] and shares[0] == shares[1]:
            return f"racemate {' + '.join(names)}"
        told = (f"{share:g}" if isinstance(share, float) else share for share in shares)
        return " + ".join(f"{share} {name}" for share, name in zip(told, names, strict=True))
    return str(statepoint.get("particle"))


def _fill(column: _Column, rows: int) -> None:
    """Extend a column to this number of rows with missing values."""
    if isinstance(column, array):
        column.extend([math.nan] * (rows - len(column)))
    else:
        column.extend([None] * (rows - len(column)))


def _objects(column: _Column) -> list[Any]:
    """Return the values of a column, with None for missing values."""
    return [None if value != value else value for value in column]


def _alike(values: Sequence[Any], lists: dict[str, Any]) -> list[Any]:
    """Return the values with equal strings and equal lists replaced by the same object."""
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


_STAGES = "stages"


def _parts_with_columns(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a document that have columns; results per kind of particle have none."""
    parts = {key: document[key] for key in _PARTS if key in document}
    if isinstance(found := parts.get("heat"), dict):
        parts["heat"] = {key: value for key, value in found.items() if key != "kinds"}
    own = {key: document[key] for key in document if key not in documents.WRITTEN}
    if own:
        parts[OWN.rstrip(".")] = own
    return parts


def _spread(
    maps: Sequence[Mapping[str, Any]], columns: dict[str, list[Any]], prefix: str = ""
) -> None:
    """Write the values of nested maps, one for each row, to columns with a value for each row.

    Lists and empty maps are values. The stages of a protocol get columns by their names too. Whole
    columns are written at a time, which is faster than rows.
    """
    for key in dict.fromkeys(chain.from_iterable(maps)):
        values = [one.get(key) for one in maps]
        name = f"{prefix}{key}"
        if dict not in set(map(type, values)):
            columns[name] = values
            if key == _STAGES:
                _spread_stages(values, columns, name)
            continue
        nested = [value for value in values if type(value) is dict and value]
        if len(nested) < sum(key in one for one in maps):  # some are no maps
            whole = [None if type(value) is dict and value else value for value in values]
            columns[name] = whole if nested else values
        if nested:
            below = [value if type(value) is dict else {} for value in values]
            _spread(below, columns, f"{name}.")
        if key == _STAGES:
            _spread_stages(values, columns, name)


def _spread_stages(values: Sequence[Any], columns: dict[str, list[Any]], name: str) -> None:
    """Write the stages of protocols to columns by their names."""
    if any(named := [by_name(value) or {} for value in values]):
        _spread(named, columns, f"{name}.")


def _names(nested: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of the values of nested maps."""
    for key, value in nested.items():
        if isinstance(value, dict) and value:
            yield from _names(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
