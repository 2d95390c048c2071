"""The reproduction as a table: cells, terminal output, CSV and plain data."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from janus_md import __version__
from janus_md.common.uncertainty import with_error
from janus_md.papers.measures import Run
from janus_md.papers.measuring.drying_time import DryingResult
from janus_md.papers.measuring.excess import ExcessResult
from janus_md.papers.paper import Fact, Paper
from janus_md.papers.quantities import QUANTITIES, WITHOUT_RUNS
from janus_md.papers.rows import Combination, Results, Row
from janus_md.papers.sections import equilibrium
from janus_md.papers.sections.equilibrium import EquilibriumResult
from janus_md.papers.verdicts import VERDICTS
from janus_md.workspace.labels import MISSING

if TYPE_CHECKING:
    from rich.table import Table

HEADINGS = ("fact", "substance", "medium", "paper", "simulation", "runs", "verdict")


@dataclass(frozen=True)
class Reproduction:
    """All tables of a comparison.

    Attributes
    ----------
    paper : Paper
        Paper with the facts.
    rows : list of Row
        Rows of the table.
    combinations : list of Combination
        Combinations of the hypotheses; empty if their substances were not simulated.
    excess : ExcessResult, optional
        Mixtures of enantiomers.
    runs : list of Run
        Finished runs.
    n_jobs : int
        Number of planned jobs.
    command : str
        Command that creates the comparison.
    choice : list of Row
        Conditions for the choice of the model.
    before : (str, list of tuple of str)
        Source of an earlier reproduction, and rows beside its own
        (:func:`janus_md.papers.sections.before.beside`).
    results : Results
        Results of the replicas of each substance in each medium.
    drying : DryingResult, optional
        Films dried at several rates.
    equilibrium : EquilibriumResult, optional
        Equilibrium of the chains.
    """

    paper: Paper
    rows: list[Row]
    combinations: list[Combination]
    excess: ExcessResult | None
    runs: list[Run]
    n_jobs: int
    command: str
    choice: list[Row] = field(default_factory=list)
    before: tuple[str, list[tuple[str, ...]]] | None = None
    results: Results = field(default_factory=dict)
    drying: DryingResult | None = None
    equilibrium: EquilibriumResult | None = None


def cells(row: Row) -> tuple[str, ...]:
    """Cells of a row, in the order of :data:`HEADINGS`."""
    return (
        row.fact.name,
        row.substance,
        WITHOUT_RUNS.get(row.fact.medium, row.fact.medium),
        row.fact.paper,
        told(row),
        runs(row),
        row.verdict,
    )


def runs(row: Row) -> str:
    """Return the number of runs of a row, when they ended, and how many are not steady."""
    if not row.ends:
        return MISSING
    first, last = (f"{time:.2g}" for time in (min(row.ends), max(row.ends)))
    unsteady = f"; {row.unsteady} not steady" if row.unsteady else ""
    return f"{len(row.ends)} ({first if first == last else f'{first} to {last}'} ns{unsteady})"


def told(row: Row) -> str:
    """Return the value of a row with its error and unit."""
    return valued(row.mean, row.error, QUANTITIES[row.fact.quantity].unit, row.fact.medium)


def valued(mean: float | None, error: float | None, unit: str, medium: str) -> str:
    """Return a value with its error and unit; values of two isolated bodies have no error."""
    if mean is None:
        return MISSING
    text = f"{mean:.4g}" if medium in WITHOUT_RUNS else with_error(mean, error)
    return f"{text} {unit}".rstrip()


def wanted(fact: Fact) -> str:
    """Return the range in which a simulation agrees with a fact."""
    unit = QUANTITIES[fact.quantity].unit
    if fact.low is not None and fact.high is not None:
        text = f"{fact.low:g} to {fact.high:g}"
    elif fact.low is not None:
        text = f"at least {fact.low:g}"
    elif fact.high is not None:
        text = f"at most {fact.high:g}"
    else:
        return "none"
    return f"{text} {unit}".rstrip()


def console_table(rows: Sequence[Row]) -> Table:
    """Return the table for the terminal, without statements of the paper."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    shown = (0, 1, 2, 4, 5, 6)
    for k in shown[:3]:
        table.add_column(HEADINGS[k], overflow="fold")
    table.add_column("agrees if", overflow="fold")
    for k in shown[3:]:
        table.add_column(HEADINGS[k], overflow="fold")
    for row in rows:
        texts = cells(row)
        table.add_row(
            *(texts[k] for k in shown[:3]), wanted(row.fact), *(texts[k] for k in shown[3:])
        )
    return table


def verdict_counts(rows: Sequence[Row]) -> str:
    """Return the number of rows with each verdict, the tests of the model first."""
    count = Counter(row.verdict for row in rows)
    return ", ".join(f"{count[word]} {word}" for word in VERDICTS if count[word])


def as_data(found: Reproduction) -> dict[str, Any]:
    """Return everything as plain data, for JSON."""
    excess = found.excess
    return {
        "paper": found.paper.name,
        "citation": found.paper.citation,
        "version": __version__,
        "jobs": found.n_jobs,
        "jobs_done": len(found.runs),
        "rows": [row_data(row) for row in found.rows],
        "combinations": [
            {
                "choices": list(one.choices),
                **{
                    word: [f"{row.fact.name} ({row.substance})" for row in rows]
                    for word, rows in (("kept", one.kept), ("broken", one.broken))
                },
                "open": [f"{row.fact.name} ({row.substance})" for row in one.open],
            }
            for one in found.combinations
        ],
        "excess": None
        if excess is None
        else {
            "window_ns": list(excess.window_ns),
            "points": [vars(point) for point in excess.points],
            "by_number": excess.by_number and vars(excess.by_number),
            "by_weight": excess.by_weight and vars(excess.by_weight),
        },
        "drying": None
        if found.drying is None
        else {
            "runs": [vars(run) for run in found.drying.runs],
            "fits": {
                name: {**vars(fit), "differs": fit.differs, "detectable": fit.detectable}
                for name, fit in found.drying.fits.items()
            },
        },
        "equilibrium": found.equilibrium and equilibrium.as_data(found.equilibrium),
    }


def comma_separated(rows: Sequence[Row]) -> str:
    """Write the rows as CSV."""
    data = [row_data(row) for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(data[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(data)
    return text.getvalue()


def row_data(row: Row) -> dict[str, Any]:
    """Return a row as plain data."""
    fact = row.fact
    return {
        "fact": fact.name,
        "substance": row.substance,
        "medium": fact.medium,
        "paper": fact.paper,
        "quantity": fact.quantity,
        "unit": QUANTITIES[fact.quantity].unit,
        "mean": row.mean,
        "error": row.error,
        "runs": len(row.ends),
        "runs_not_steady": row.unsteady,
        "ends_ns": " ".join(f"{time:g}" for time in row.ends),
        "low": fact.low,
        "high": fact.high,
        "verdict": row.verdict,
    }
