"""Rows of the table: facts compared with simulations, and the facts kept by each hypothesis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from janus_md.analysis.series.averages import combine_replicas
from janus_md.model.pairs.energy import head_to_tail_minimum
from janus_md.model.solid import union_volume
from janus_md.papers.measures import Measured, Run, Value
from janus_md.papers.media import Conditions
from janus_md.papers.paper import Fact, Paper
from janus_md.papers.quantities import QUANTITIES, WITHOUT_RUNS
from janus_md.papers.verdicts import AGREEMENT, DISAGREEMENT, verdict
from janus_md.study.catalogue import catalog
from janus_md.study.catalogue.calibrate import side_by_side_minimum

Results = Mapping[tuple[str, str], Sequence[Measured]]
"""Results of the replicas of each substance in each medium."""


@dataclass(frozen=True)
class Row:
    """A fact, for one substance.

    Attributes
    ----------
    fact : Fact
        Fact of the paper.
    substance : str
        Substance of the row.
    mean, error : float or None
        Measured value and its standard error; the error is 0 for two isolated bodies.
    ends : tuple of float
        Time at which each of its runs ended, ns.
    verdict : str
        One of the verdicts in :mod:`janus_md.papers.verdicts`.
    unsteady : int
        Number of its runs that are not steady.
    """

    fact: Fact
    substance: str
    mean: float | None
    error: float | None
    ends: tuple[float, ...]
    verdict: str
    unsteady: int = 0


@dataclass(frozen=True)
class Combination:
    """One choice for every hypothesis, and its agreement with the facts about their substances.

    Attributes
    ----------
    choices : tuple of str
        Name of the choice for each hypothesis, in order.
    kept, broken, open : tuple of Row
        Facts that agree, that disagree, and that are undecided or without data.
    """

    choices: tuple[str, ...]
    kept: tuple[Row, ...]
    broken: tuple[Row, ...]
    open: tuple[Row, ...]


def collect(paper: Paper, measured: Iterable[tuple[Run, Measured]]) -> Results:
    """Sort results by substance and medium of the paper; other runs are left out."""
    found: dict[tuple[str, str], list[Measured]] = {}
    for run, values in measured:
        for substance, shares in paper.substances.items():
            for medium in paper.media:
                if same_shares(run.shares, shares) and done_in(paper, medium, run, values):
                    found.setdefault((substance, medium), []).append(values)
    return found


def done_in(paper: Paper, medium: str, run: Run, values: Measured) -> bool:
    """Return whether a run was done in a medium of the paper, with its model."""
    conditions = values.conditions or Conditions.of(run.statepoint)
    return paper.media[medium].holds(conditions, paper.model_of_runs)


def same_shares(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Return whether two mixtures are equal."""
    return one.keys() == other.keys() and all(math.isclose(one[k], other[k]) for k in one)


def table(paper: Paper, results: Results) -> list[Row]:
    """Return the rows of all facts in the order of the paper (:func:`rows_of`)."""
    return rows_of(paper.facts, paper, results)


def rows_of(facts: Sequence[Fact], paper: Paper, results: Results) -> list[Row]:
    """Return the rows of facts in their order.

    A fact is left out for a substance that was not simulated in its medium, as in a reduced
    variant.
    """
    media = {medium for _, medium in results} | set(WITHOUT_RUNS)
    return [
        row(paper, fact, substance, results)
        for fact in facts
        for substance in fact.substances
        if fact.medium in media
    ]


def row(
    paper: Paper,
    fact: Fact,
    substance: str,
    results: Results,
    *,
    calibrated: bool | None = None,
    model: str | None = None,
) -> Row:
    """Compare one fact for one substance.

    Parameters
    ----------
    paper, fact, substance, results
        What is compared.
    calibrated : bool, optional
        Whether the model was calibrated on it; by default as the fact says.
    model : str, optional
        Model of bodies without simulation; by default that of the paper.
    """
    period = QUANTITIES[fact.quantity].period
    if fact.medium in WITHOUT_RUNS:
        shares = paper.substances[substance]
        value = value_without_run(model or paper.model, tuple(sorted(shares)), fact.quantity)
        found: Value = (value, 0.0)
        ends: tuple[float, ...] = ()
        unsteady = 0
    else:
        known = [
            one
            for one in results.get((substance, fact.medium), ())
            if one.values.get(fact.quantity, (None, None))[0] is not None
        ]
        found = combine([one.values[fact.quantity] for one in known], period)
        ends = tuple(float(one.time_ns[-1]) for one in known)
        unsteady = sum(one.steady is False for one in known)
    put_in = substance in fact.calibrated if calibrated is None else calibrated
    return Row(
        fact,
        substance,
        *found,
        ends,
        verdict(*found, fact.low, fact.high, calibrated=put_in, period=period),
        unsteady,
    )


def combine(values: Sequence[Value], period: float = 0.0) -> Value:
    """Mean of replicas and its standard error; for angles, relative to their mean direction."""
    means = [mean for mean, _ in values if mean is not None]
    if not means:
        return None, None
    errors = [error for mean, error in values if mean is not None]
    return combine_replicas(means, errors, period)


@lru_cache(maxsize=64)
def value_without_run(model: str, names: tuple[str, ...], quantity: str) -> float:
    """Return a quantity of one body, or of two in vacuum, of the same or of different kinds."""
    bodies = [catalog.body(name, model) for name in names]
    if quantity == "union_nm3":
        return union_volume(bodies[0])
    if quantity == "pair_side_nm":
        return side_by_side_minimum(bodies[0]).distance
    minimum = head_to_tail_minimum(bodies[0], bodies[-1])
    if quantity == "pair_unlike":
        return minimum.energy - head_to_tail_minimum(bodies[0], bodies[0]).energy
    return {
        "pair_energy": minimum.energy,
        "pair_nm": minimum.distance,
        "pair_turn_deg": minimum.turn,
    }[quantity]


def combinations(paper: Paper, results: Results) -> list[Combination]:
    """Compare the facts with all choices of all hypotheses.

    Facts used for calibration are treated like all others, since choices are based on them.
    """
    found = []
    for choices in product(*(one.options.items() for one in paper.hypotheses)):
        rows = [
            row(paper, fact, substance, results, calibrated=False)
            for one, (_, substance) in zip(paper.hypotheses, choices, strict=True)
            for fact in facts_about(paper, one.substance)
        ]
        kept = tuple(one for one in rows if one.verdict == AGREEMENT)
        broken = tuple(one for one in rows if one.verdict == DISAGREEMENT)
        rest = tuple(one for one in rows if one not in kept and one not in broken)
        found.append(Combination(tuple(name for name, _ in choices), kept, broken, rest))
    return found


def facts_about(paper: Paper, substance: str) -> list[Fact]:
    """Return the facts about a substance that have a range and concern the model of the paper."""
    others = {name for name, medium in paper.media.items() if medium.model is not None}
    return [
        fact
        for fact in paper.facts
        if fact.compared and substance in fact.substances and fact.medium not in others
    ]
