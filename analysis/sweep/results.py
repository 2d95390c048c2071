"""Table of the results of a sweep, for the report and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.series.steadiness import SLOW
from janus_md.analysis.series.thermolog import ENERGY
from janus_md.analysis.sweep.conditions import at_end
from janus_md.analysis.sweep.groups import Group, group_jobs, job_ids, substances
from janus_md.analysis.sweep.tables import setup_of
from janus_md.analysis.theory.coupling import SPACING
from janus_md.common.observables import Column, averages
from janus_md.common.uncertainty import MEANING, MISSING, with_error
from janus_md.model import units
from janus_md.workspace.labels import METHOD, SYMBOLS, short, tell

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

COUPLING = "coupling"
"""Column of results.csv with the dipolar coupling."""

FIRST_OMITTED = ("persistence_nm", "handedness", "turn_deg", "opposite_bonds")
"""Averages that the terminal omits first if there is no room."""

NARROWEST_KEY = 6
"""Minimum width of a key column in the terminal, in characters; longer values are wrapped."""

MAX_ROWS = 500
"""Maximum number of state points in the tables of terminal and report; results.csv has all."""


@dataclass(frozen=True)
class Result:
    """A row of the table of results."""

    label: str
    coupling: float | None
    jobs: int
    values: tuple[tuple[float | None, float | None], ...]

    @property
    def cells(self) -> list[str]:
        """Formatted values for the report."""
        return [with_error(*value) for value in self.values]

    @property
    def slow(self) -> bool:
        """Whether the lengths are determined by kinetics."""
        return self.coupling is not None and self.coupling > SLOW


def dipole_of(directory: Path) -> float | None:
    """Return the largest dipole moment of the bodies described by the trajectory of a job, debye.

    None if the trajectory is missing or damaged, or no body has a dipole.
    """
    setup = setup_of(directory)
    if setup is None:
        return None
    moments = [float(np.linalg.norm(body.dipole)) for body in setup.bodies if body.polar]
    return max(moments, default=None)


def headed(groups: Sequence[Group]) -> list[Column]:
    """Return the averages that have a heading and a value for at least one state point."""

    def shown(column: Column) -> bool:
        found = [group.values.get(column.name, (None, None))[0] for group in groups]
        return any(found) if column.if_any else any(value is not None for value in found)

    return [column for column in averages() if column.heading is not None and shown(column)]


def results(
    rows: pd.DataFrame, groups: Sequence[Group], job_dirs: Mapping[str, Path]
) -> list[Result]:
    """Return the rows of the table of results, with values in the order of :func:`headed`."""
    import pandas as pd

    columns = headed(groups)
    place = {job: k for k, job in enumerate(job_ids(rows))}
    names = substances(rows)
    wanted = ("relative_permittivity", "temperature", "model", METHOD, "protocol.stages")
    about = [key for key in wanted if key in rows]
    of_jobs = {key: rows[key].tolist() for key in about}
    dipoles: dict[tuple[str, str], float | None] = {}  # read once for each kind of body
    found = []
    for group in groups:
        job = group.jobs[0]
        row = {key: values[place[job]] for key, values in of_jobs.items()}
        medium = row.get("relative_permittivity", 1.0)
        temperature = float(row.get("temperature", 298.15))
        medium, temperature = at_end(row.get("protocol.stages"), medium, temperature)
        kind = (names[place[job]], str(row.get("model")))
        if dipoles.get(kind) is None and job in job_dirs:
            dipoles[kind] = dipole_of(job_dirs[job])
        dipole = dipoles.get(kind)
        coupling = (
            None
            if dipole is None or pd.isna(medium) or row.get(METHOD) == "none"
            else units.coupling_parameter(dipole, SPACING, medium, temperature)
        )
        values = tuple(group.values[column.name] for column in columns)
        found.append(Result(group.label, coupling, len(group.jobs), values))
    return found


def results_frame(groups: Sequence[Group], found: Sequence[Result]) -> pd.DataFrame:
    """Return the table of results with all digits, a row per state point.

    Columns are the varying keys, ``coupling`` (at :data:`SPACING`), ``runs``, and two columns per
    average: its name (the mean) and its name with ``_error`` (the standard error).
    """
    import pandas as pd

    columns: dict[str, Any] = {
        key: [group.keys[key] for group in groups] for key in (groups[0].keys if groups else ())
    }
    columns |= {
        COUPLING: [one.coupling for one in found],
        "runs": [one.jobs for one in found],
    }
    for name in groups[0].values if groups else ():
        pairs = np.array([group.values[name] for group in groups], dtype=np.float64)
        columns[name], columns[f"{name}_error"] = pairs.T
    return pd.DataFrame(columns).dropna(axis="columns", how="all")


def console_table(
    rows: pd.DataFrame, job_dirs: Mapping[str, Path] | None = None, width: int = 80
) -> Table:
    """Return the table of results for the terminal.

    With `job_dirs`, the table includes the dipolar coupling. Columns that do not fit into `width`
    characters are left out: first those of :data:`FIRST_OMITTED`, the energy and the coupling, then
    averages from the last one on; the caption names the averages. Only the first :data:`MAX_ROWS`
    state points are shown; the caption says so.
    """
    from rich import box
    from rich.table import Table

    every = group_jobs(rows)
    groups = every[:MAX_ROWS]
    found = results(rows, groups, job_dirs or {})
    keys = list(groups[0].keys) if groups else []
    columns = {
        key: (SYMBOLS.get(key, short(key)), [tell(group.keys[key]) for group in groups])
        for key in keys
    }
    if any(result.jobs > 1 for result in found):
        columns["runs"] = ("runs", [str(result.jobs) for result in found])
    if any(result.coupling is not None for result in found):
        columns[COUPLING] = ("λ", [tell_coupling(result) for result in found])
    shown = headed(groups)
    for k, column in enumerate(shown):
        heading = "\n".join(column.narrow or column.heading or ())
        columns[column.name] = (heading, [with_error(*result.values[k]) for result in found])
    left_out = _fit(columns, keys, [column.name for column in shown], width)
    table = Table(
        title=f"Averages over the last third of each run; {MEANING}",
        box=box.SIMPLE_HEAD,
        padding=0,  # the box style separates columns by a blank
        pad_edge=False,
        show_edge=False,
    )
    for name, (heading, _) in columns.items():
        if name in keys:
            table.add_column(heading, overflow="fold")
        else:
            table.add_column(heading, justify="right", no_wrap=True)
    for k in range(len(groups)):
        table.add_row(*(cells[k] for _, cells in columns.values()))
    notes = []
    if any(result.slow for result in found):
        notes.append(f"† λ above {SLOW:g}: kinetics and box size, not equilibrium")
    if left_out:
        notes.append(f"no room for {', '.join(left_out)}; results.csv has all columns")
    if len(every) > len(groups):
        notes.append(f"{len(every) - len(groups)} more state points are in results.csv")
    table.caption = "\n".join(notes) or None
    return table


def _fit(
    columns: dict[str, tuple[str, list[str]]], keys: Sequence[str], averaged: list[str], width: int
) -> list[str]:
    """Remove columns until the others fit; return the names of the averages left out."""

    def needed(narrowest_key: float) -> float:
        widths = (
            min(_width(*column), narrowest_key) if name in keys else _width(*column)
            for name, column in columns.items()
        )
        return sum(one + 1 for one in widths) - 1

    left_out: list[str] = []
    for name in (*FIRST_OMITTED, ENERGY, COUPLING):
        if name in columns and needed(np.inf) > width:
            del columns[name]
            left_out[:0] = [name] if name in FIRST_OMITTED else []
    remaining = [name for name in averaged if name in columns]
    while len(remaining) > 1 and needed(NARROWEST_KEY) > width:
        left_out.insert(0, remaining.pop())
        del columns[left_out[0]]
    return left_out


def _width(heading: str, cells: Sequence[str]) -> int:
    """Return the width of a column in characters."""
    return max(map(len, [*heading.split("\n"), *cells]))


def tell_coupling(result: Result) -> str:
    """Format the coupling, with a mark if the lengths are determined by kinetics."""
    if result.coupling is None:
        return MISSING
    return f"{result.coupling:.1f}{'†' if result.slow else ''}"
