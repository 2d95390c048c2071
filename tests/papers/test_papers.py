"""Papers as data, and the rows that need no simulation."""

from __future__ import annotations

import pytest

from janus_md.common.errors import JanusError
from janus_md.papers.media import Conditions
from janus_md.papers.paper import Paper, load_paper, paper_names, read_paper
from janus_md.papers.rows import combinations, row, same_shares, table
from janus_md.papers.verdicts import AGREEMENT, CALIBRATED, DISAGREEMENT, NO_DATA
from janus_md.study.catalogue import catalog
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from janus_md.study.sweeps.templates import load_template

SMALL = """
name: small
citation: nobody, nowhere
sweeps: [quickstart]
quick: [quickstart]
media: {dry: 1.0}
substances: {one: {R-Au-Cu: 1.0}}
facts:
  - name: wires
    paper: some
    quantity: mean_n
    medium: dry
    substances: [one]
    low: 2.0
    why: because
"""


@pytest.fixture(scope="module")
def li2022() -> Paper:
    return load_paper("li2022")


def at_the_end(point: StatePoint) -> Conditions:
    """Conditions at the end of the run of a state point."""
    if not point.protocol.stages:
        return Conditions.of(point.stored())
    setup = resolve(point)
    return Conditions.of(point.stored(), setup, setup.stages[-1].steps)


@pytest.mark.parametrize("name", paper_names())
@pytest.mark.parametrize("variant", ["sweeps", "quick"])
def test_every_fact_has_its_simulations(name: str, variant: str) -> None:
    """Substances and media of the facts are state points of the templates."""
    paper = load_paper(name)
    points = [p for template in getattr(paper, variant) for p in load_template(template).points]
    assert len({point.canonical() for point in points}) == len(points)
    simulated = {
        (substance, medium)
        for point in points
        for substance, shares in paper.substances.items()
        for medium in paper.media
        if same_shares(dict(point.mixture or {point.particle: 1.0}), shares)
        and paper.media[medium].holds(at_the_end(point), paper.model)
    }
    media = {medium for _, medium in simulated}
    if variant == "sweeps":
        assert media == set(paper.media)
    for fact in paper.facts:
        for substance in fact.substances:
            assert (substance, fact.medium) in simulated or fact.medium not in media
    for shares in paper.substances.values():
        assert set(shares) <= set(catalog.names())
        assert sum(shares.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("name", "substance", "bladed", "narrow"),
    [
        # values: physics of the model, computed twice (see tests/study/catalogue/test_calibrate.py)
        ("spacing of two bodies, crystal", "R-Au-Cu", (1.610, CALIBRATED), (1.604, CALIBRATED)),
        ("dimer energy", "R-Au-Cu", (-52.5, DISAGREEMENT), (-52.67, DISAGREEMENT)),
        ("turn of two bodies", "R-Au-Cu", (60.0, CALIBRATED), (59.3, CALIBRATED)),
        ("spacing of two bodies side by side", "R-Au-Cu", (3.30, DISAGREEMENT), None),
        (
            "R and S prefer each other",
            "racemate",
            (-52.5 + 33.6, CALIBRATED),
            (-52.67 + 24.70, CALIBRATED),
        ),
        ("volume of a cluster", "R-Au-Cu", (6.0, DISAGREEMENT), (3.58, CALIBRATED)),
    ],
)
def test_bodies_alone(
    li2022: Paper,
    name: str,
    substance: str,
    bladed: tuple[float, str],
    narrow: tuple[float, str] | None,
) -> None:
    (fact,) = (one for one in li2022.facts if one.name == name)
    for model, expected in (("bladed", bladed), ("narrow", narrow)):
        if expected is not None:
            found = row(li2022, fact, substance, {}, model=model)
            assert found.mean == pytest.approx(expected[0], rel=0.03)
            assert found.verdict == expected[1]


def test_without_runs_there_are_only_pairs(li2022: Paper) -> None:
    assert {one.fact.medium for one in table(li2022, {})} == {"pair", "body"}


def test_combinations_are_all_choices_of_all_hypotheses(li2022: Paper) -> None:
    found = combinations(li2022, {})
    assert len({one.choices for one in found}) == 4
    by_choice = {one.choices: one for one in found}
    chosen = by_choice["equal hands", "opposite hands"]
    # what was put in counts as kept; what was not simulated stays open
    assert "R and S prefer each other" in {one.fact.name for one in chosen.kept}
    assert {one.verdict for one in chosen.kept} == {AGREEMENT}
    assert {one.verdict for one in chosen.open} == {NO_DATA}
    other = by_choice["opposite hands", "equal hands"]
    assert "R and S prefer each other" in {one.fact.name for one in other.broken}
    assert len(other.kept) < len(chosen.kept)


def test_another_paper_needs_only_a_file() -> None:
    assert read_paper(SMALL, "small.yaml").facts[0].low == 2.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("quantity: mean_n", "quantity: mean_m", "quantity: 'mean_m' is unknown .did you mean"),
        ("medium: dry", "medium: wet", "medium: 'wet' is unknown; allowed are body, dry, pair"),
        ("medium: dry", "medium: pair", "quantity mean_n with medium pair"),
        ("mean_n", "union_nm3", "quantity union_nm3 with medium dry"),
        ("{dry: 1.0}", "{dry: {model: sphere}}", "media.dry.relative_permittivity: Field required"),
        ("substances: [one]", "substances: [two]", "substance: 'two' is unknown"),
        ("    why: because", "", "facts.0.why: Field required"),
        ("name: small", "nam: small", "name: Field required"),
        ("media: {", "media: [", "small.yaml: while parsing"),
    ],
)
def test_a_bad_paper_is_refused_in_a_sentence(old: str, new: str, said: str) -> None:
    assert old in SMALL
    with pytest.raises(JanusError, match=said):
        read_paper(SMALL.replace(old, new), "small.yaml")
