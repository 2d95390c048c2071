"""Rows of the table: facts compared with simulations, and the facts kept by each hypothesis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from janus_md.analysis.series.averages import combine_replicas
from janus_md.model.pairs.energy import head_to_tail_minimum
from janus_md.papers.measures import Measured, Run, Value
from janus_md.papers.paper import Fact, Paper
from janus_md.papers.quantities import PAIR, QUANTITIES
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
            for medium, permittivity in paper.media.items():
                if same_shares(run.shares, shares) and math.isclose(run.permittivity, permittivity):
                    found.setdefault((substance, medium), []).append(values)
    return found


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
    media = {medium for _, medium in results} | {PAIR}
    return [
        row(paper, fact, substance, results)
        for fact in facts
        for substance in fact.substances
        if fact.medium in media
    ]


def row(
    paper: Paper, fact: Fact, substance: str, results: Results, *, calibrated: bool | None = None
) -> Row:
    """Compare one fact for one substance; `calibrated` overrides the entry of the fact."""
    period = QUANTITIES[fact.quantity].period
    if fact.medium == PAIR:
        shares = paper.substances[substance]
        found: Value = (pair_value(paper.model, tuple(sorted(shares)), fact.quantity), 0.0)
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
def pair_value(model: str, names: tuple[str, ...], quantity: str) -> float:
    """Return a quantity of two isolated bodies in vacuum, of the same or of different kinds."""
    bodies = [catalog.body(name, model) for name in names]
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
    """Return the facts about a substance that have a range."""
    return [fact for fact in paper.facts if fact.compared and substance in fact.substances]
