"""Output of commands for the jobs of the study."""

from __future__ import annotations

import csv
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from janus_md.workspace.records import STATE_POINT
from tests.conftest import Result

Rows = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Outputs:
    """Output of commands without damage: rows by job, permittivity and fact."""

    query: Rows
    report: Rows
    reproduce: Rows

    def without(self, permittivity: str) -> Rows:
        """Rows of the report except one."""
        return {name: row for name, row in self.report.items() if name != permittivity}


def of_permittivity(place: Path, value: float) -> Path:
    """Folder of the job with this permittivity; damaged state points are passed over."""
    for path in place.glob(f"workspace/*/{STATE_POINT}"):
        with suppress(OSError, ValueError, TypeError, RecursionError):
            if json.loads(path.read_text())["relative_permittivity"] == value:
                return path.parent
    raise LookupError(value)


def rows(text: str, key: str) -> Rows:
    """Rows of CSV by a column, without empty cells."""
    found = {row[key]: row for row in csv.DictReader(text.splitlines())}
    return {name: {k: v for k, v in row.items() if v} for name, row in found.items()}


def report_of(place: Path) -> Rows:
    """Rows of a report by permittivity."""
    return rows((place / "report" / "results.csv").read_text(), "relative_permittivity")


def check_reported_once(done: Result, name: str, said: str, code: int) -> None:
    """Check that standard error names the job once, and says this."""
    assert done.code == code, done.out + done.err
    assert "Traceback" not in done.err + done.out
    lines = [line for line in done.err.splitlines() if name in line]
    assert len(lines) == 1, done.err
    assert lines[0].startswith(f"janus-md: job {name}: ")
    assert said in lines[0]
    assert done.err.count("\n") == 1, done.err
