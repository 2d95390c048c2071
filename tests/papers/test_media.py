"""Which runs were done in which medium of a paper."""

from __future__ import annotations

import pytest

from janus_md.papers.media import Conditions
from janus_md.papers.paper import Paper, load_paper

PAPER = load_paper("li2022")
USUAL = PAPER.model


@pytest.mark.parametrize(
    ("found", "media"),
    [
        (Conditions(USUAL, 1.0, 0.05, changed=False), ["dry"]),
        (Conditions(USUAL, 8.93, 0.05, changed=False), ["DCM"]),
        (Conditions("sphere_tem", 1.0, 0.05, changed=False), ["dry, sphere_tem"]),
        (Conditions("sphere", 1.0, 0.05, changed=False), []),  # another model
        (Conditions("sphere", 1.0, 0.40, changed=True), ["film"]),
        (Conditions("sphere", 1.0, 0.10, changed=True), []),  # another density
        (Conditions("sphere", 8.93, 0.40, changed=True), []),  # not yet dry
        (Conditions(USUAL, 1.0, 0.40, changed=True), []),
        (Conditions(USUAL, None, 0.05, changed=False), []),  # without charges
        (Conditions(None, 1.0, 0.05, changed=False), ["dry", "dry, sphere_tem"]),  # own beads
    ],
)
def test_a_run_belongs_to_the_media_with_its_conditions(
    found: Conditions, media: list[str]
) -> None:
    assert [name for name, one in PAPER.media.items() if one.holds(found, USUAL)] == media


def test_a_paper_that_states_no_model_has_runs_of_all_models() -> None:
    run = Conditions("sphere", 1.0, 0.05, changed=False)
    assert PAPER.media["dry"].holds(run, None)
    assert not PAPER.media["dry, sphere_tem"].holds(run, None)
    stated = PAPER.model_dump(exclude={"model"}, exclude_none=True)
    assert PAPER.model_of_runs == USUAL
    assert Paper.model_validate(stated).model_of_runs is None
