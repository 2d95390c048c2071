"""Results of the tests of physics and published numbers: one table at the end of the run.

A test passes its numbers to the fixture `report_check`. They are stored as user properties of its
report, so that they are also available from parallel workers. `--validation-table FILE` writes the
table as Markdown; rows of tests that did not run are kept in the file.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from janus_md.common.uncertainty import with_error

PROPERTY = "validation"
HEADER = ("check", "published or exact", "source", "ours", "engine", "test")
TITLE = "# Validation"
ABOUT = """\
Every row belongs to a test, named in the last column, that fails if the two numbers differ by more
than its limit. For a random number, the limit is 3 or 4 standard errors. 1.63(2) means 1.63 with a
standard error of 0.02. The table is written by `make validate TABLE=docs/validation.md`; rows of
tests that did not run are not changed.
"""
DIGITS = 9


@dataclass(frozen=True)
class Check:
    """One number of ours beside the one it is held to.

    Attributes
    ----------
    check : str
        What is compared, with its unit.
    reference : float or str
        Published or exact value.
    source : str
        Who published it, or the closed form.
    ours : float or str
        What came out.
    error, reference_error : float or None
        Standard errors; None where a number is not random.
    engine : str
        Engine that ran; empty where none did.
    """

    check: str
    reference: float | str
    source: str
    ours: float | str
    error: float | None = None
    reference_error: float | None = None
    engine: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the table, all but the test."""
        return (
            self.check,
            _number(self.reference, self.reference_error),
            self.source,
            _number(self.ours, self.error),
            self.engine,
        )


@pytest.fixture
def report_check(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Return a function that takes the fields of :class:`Check`; call it before asserting."""

    def told(check: str, **fields: Any) -> None:
        plain = {k: v.item() if hasattr(v, "item") else v for k, v in fields.items()}
        request.node.user_properties.append((PROPERTY, asdict(Check(check, **plain))))

    return told


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the table, unless the whole suite ran without its long tests; write the file."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call"
    ]
    rows = [
        (*Check(**fields).cells(), report.nodeid, report.outcome)
        for report in reports
        for name, fields in report.user_properties
        if name == PROPERTY
    ]
    rows.sort(key=_order)
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if rows and (config.option.slow or not everything):
        terminalreporter.section("checks against published and exact values")
        _print(rows)
    if path := config.option.validation_table:
        ran = {report.nodeid for report in reports}
        write(Path(path), [row[:-1] for row in rows if row[-1] == "passed"], ran)


def _order(row: tuple[str, ...]) -> tuple[str, ...]:
    """Sort by check and engine, so that results of the engines for a check are adjacent."""
    return (row[5].split("[")[0], row[0], row[4])


def _number(value: float | str, error: float | None) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.{DIGITS}g}" if error is None else with_error(value, error, DIGITS)


def _print(rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for column in HEADER[:-1]:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row[: len(HEADER) - 1], style="red" if row[-1] == "failed" else None)
    Console(width=140).print(table)


def write(path: Path, rows: list[tuple[str, ...]], ran: set[str]) -> None:
    """Write `rows` as Markdown, with those rows of the file whose tests are not in `ran`."""
    kept = [row for row in _read(path) if row[-1] not in ran]
    new = [tuple(cell.replace("|", "\\|") for cell in row) for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in (HEADER, *sorted(kept + new, key=_order))]
    lines.insert(1, "|" + "---|" * len(HEADER))
    partial = path.with_name(path.name + ".partial")
    partial.write_text("\n".join([TITLE, "", ABOUT, _versions(), "", *lines, ""]))
    partial.replace(path)


def _read(path: Path) -> list[tuple[str, ...]]:
    """Rows of a table written before, as they stand."""
    if not path.exists():
        return []
    lines = [line for line in path.read_text().splitlines() if line.startswith("| ")]
    return [tuple(line[2:-2].split(" | ")) for line in lines[1:]]


def _versions() -> str:
    """Return the versions that ran."""
    from janus_md import __version__
    from janus_md.engines import ENGINES, load

    found = [f"{name} {load(name).version()}" for name in ENGINES if importlib.util.find_spec(name)]
    return ", ".join([f"janus-md {__version__}", *found]) + "."
