"""Another calibration of a model beside that of the paper; their results are never averaged."""

from __future__ import annotations

from typing import Any

from janus_md.papers.paper import Paper
from janus_md.papers.quantities import WITHOUT_RUNS
from janus_md.papers.rows import Results, Row, row
from janus_md.papers.sections.markdown import grid
from janus_md.papers.tables import row_data, runs, told, wanted


def beside(paper: Paper, results: Results) -> list[tuple[Row, Row]]:
    """Return the chosen facts with the model of the paper and with the other one.

    Empty if the other one was not simulated.
    """
    second = paper.second_calibration
    if second is None or (second.substance, second.medium) not in results:
        return []
    facts = {fact.name: fact for fact in paper.facts}
    found = []
    for name in second.facts:
        fact = facts[name]
        medium = fact.medium if fact.medium in WITHOUT_RUNS else second.medium
        other = row(
            paper,
            fact.model_copy(update={"medium": medium}),
            second.substance,
            results,
            calibrated=name in second.calibrated,
            model=paper.model_in(second.medium),
        )
        found.append((row(paper, fact, second.substance, results), other))
    return found


def section(paper: Paper, results: Results) -> list[str]:
    """Return the table of both; empty if the other one was not simulated."""
    second, found = paper.second_calibration, beside(paper, results)
    if second is None or not found:
        return []
    models = (paper.model, paper.model_in(second.medium))
    rows = [
        (one.fact.name, one.fact.paper, wanted(one.fact), *_cells(one), *_cells(other))
        for one, other in found
    ]
    heads = [text for model in models for text in (f"`{model}`", "verdict")]
    return [
        "## Second calibration",
        f"`{models[1]}` is calibrated on other facts than `{models[0]}`: "
        + "; ".join(f"{name} ({how})" for name, how in second.calibrated.items())
        + f". The substance is {second.substance}, dry. The two models are not mixed: no other "
        "table has results of this one.",
        grid(("fact", "paper", "agrees if", *heads), rows),
        f"Runs with `{models[1]}`: {max((runs(other) for _, other in found), key=len)}.",
    ]


def data(paper: Paper, results: Results) -> list[dict[str, Any]]:
    """Return the rows of the other model as plain data."""
    return [row_data(other) for _, other in beside(paper, results)]


def _cells(one: Row) -> tuple[str, str]:
    return told(one), one.verdict
