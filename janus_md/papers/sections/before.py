"""A reproduction beside an earlier one, fact by fact."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.papers.quantities import WITHOUT_RUNS
from janus_md.papers.rows import Row
from janus_md.papers.tables import told, valued
from janus_md.workspace.labels import MISSING

HEADINGS = ("fact", "substance", "medium", "paper", "before", "verdict", "now", "verdict")

Place = tuple[str, str, str]
"""Fact, substance and medium of a row."""


@dataclass(frozen=True)
class Earlier:
    """An earlier reproduction.

    Attributes
    ----------
    source : str
        Name of its file, version of janus-md and number of runs.
    rows : mapping
        Its rows, as in the JSON file.
    """

    source: str
    rows: Mapping[Place, Mapping[str, Any]]


def read_earlier(file: Path, paper: str) -> Earlier:
    """Read the rows of an earlier reproduction of `paper` from its JSON file.

    Raises
    ------
    JanusError
        If the file cannot be read or is not a reproduction of this paper.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        name, rows = data["paper"], data["rows"]
        found = {(row["fact"], row["substance"], row["medium"]): row for row in rows}
        source = f"{file.name}, janus-md {data['version']}, {data['jobs_done']} runs"
        for row in rows:
            _told(row)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise JanusError(
            f"--before: {file} is not a reproduction ({' '.join(str(error).split())}); give the "
            "JSON file that an earlier reproduce has written"
        ) from error
    if name != paper:
        raise JanusError(f"--before: {file} is a reproduction of {name}; it must be of {paper}")
    return Earlier(source, found)


def beside(rows: Sequence[Row], earlier: Earlier) -> list[tuple[str, ...]]:
    """Return the cells of each row in the order of :data:`HEADINGS`.

    Facts of the earlier reproduction alone are last.
    """
    cells: list[tuple[str, ...]] = []
    known = set()
    for row in rows:
        key = (row.fact.name, row.substance, row.fact.medium)
        known.add(key)
        old = earlier.rows.get(key)
        before = (_told(old), str(old["verdict"])) if old else (MISSING, MISSING)
        cells.append((*_named(key), row.fact.paper, *before, told(row), row.verdict))
    for key, old in earlier.rows.items():
        if key not in known:
            cells.append(
                (*_named(key), str(old["paper"]), _told(old), str(old["verdict"]), MISSING, MISSING)
            )
    return cells


def _named(key: Place) -> tuple[str, str, str]:
    fact, substance, medium = key
    return fact, substance, WITHOUT_RUNS.get(medium, medium)


def _told(row: Mapping[str, Any]) -> str:
    return valued(row["mean"], row["error"], row["unit"], row["medium"])
