"""The example of docs/confinement.md is a valid state point with the box that the page states."""

import re

import pytest

from janus_md.study.resolve import resolve
from janus_md.study.sweeps.templates import read_template
from tests.conftest import ROOT


def test_the_example_is_a_film_in_a_slab() -> None:
    text = (ROOT / "docs/confinement.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (point,) = read_template(block, "page").points
    setup = resolve(point)
    walls = {one.name: one for one in setup.environment}["walls"]
    assert walls.parameters["separation"] == pytest.approx(2.0 * setup.box[0])
    assert setup.interactions.electrostatics is not None
    assert setup.interactions.electrostatics.slab
    longest = max(row.cutoff for row in setup.interactions.rows)
    (body,) = setup.bodies
    gap = setup.box[2] - walls.parameters["separation"]
    # neither the charges of `sphere` nor a site in its bead is farther out than its radius
    assert gap == pytest.approx(longest + 2.0 * max(body.reach, abs(body.positions[:, 2]).max()))
