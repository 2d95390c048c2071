"""The jobs of a workspace laid out in columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import TYPE_CHECKING, Any

from janus_md.workspace import read_document

if TYPE_CHECKING:
    from janus_md.workspace import Record

_PARTS = ("execution", "analysis", "failure")


class Columns:
    """Values of jobs, by the name of the column.

    ``job`` is the id, ``status`` as of :func:`janus_md.products.state`, ``substance`` the particle
    or the mixture in words; the state point has dotted keys, and so has what the job document holds
    under ``execution.``, ``analysis.`` and ``failure.``. None stands where a job has no such value.

    Parameters
    ----------
    records : sequence of Record
        The jobs.
    states : sequence of str, optional
        What is told as their status instead.
    """

    def __init__(self, records: Sequence[Record], states: Sequence[str] | None = None) -> None:
        self._records = self._all = records
        self._values: dict[str, list[Any]] = {
            "job": [one.id for one in records],
            "status": [one.state for one in records] if states is None else list(states),
            "substance": [substance(one.statepoint) for one in records],
        }
        root = _Branch()
        for row, one in enumerate(records):
            _spread(one.statepoint, root, self._values, row)
            _spread(_told(one.document), root, self._values, row)
        for values in self._values.values():
            values.extend([None] * (len(records) - len(values)))

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, name: str) -> list[Any]:
        return self._values[name]

    @property
    def names(self) -> list[str]:
        """All columns."""
        return list(self._values)

    def keep(self, fitting: Sequence[bool]) -> Columns:
        """Return the jobs that fit; the columns stay those of all."""
        kept = Columns(())
        kept._records, kept._all = list(compress(self._records, fitting)), self._all
        kept._values = {name: list(compress(one, fitting)) for name, one in self._values.items()}
        return kept

    def names_on_disk(self) -> list[str]:
        """All columns, also of what was not kept of the documents when the jobs were read."""
        told = (_told(read_document(one.directory)) for one in self._all)
        return list(dict.fromkeys([*self._values, *(name for one in told for name in _names(one))]))


def substance(statepoint: Mapping[str, Any]) -> str:
    """Name the particle, or the particles of a mixture with their shares."""
    if mixture := statepoint.get("mixture"):
        return " + ".join(f"{share:g} {name}" for name, share in mixture.items())
    return str(statepoint.get("particle"))


@dataclass(frozen=True, slots=True)
class _Branch:
    """Columns of the values of a map, and branches of the maps in it."""

    prefix: str = ""
    leaves: dict[str, list[Any]] = field(default_factory=dict)
    branches: dict[str, _Branch] = field(default_factory=dict)


def _told(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a document that have columns."""
    return {key: document[key] for key in _PARTS if key in document}


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
