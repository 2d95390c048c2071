"""A drying film: wires between substrate and meniscus, in the slab of LAMMPS alone."""

from __future__ import annotations

import pytest

from janus_md.engines import ENGINES
from janus_md.engines.capabilities import objection
from janus_md.study.resolve import resolve
from janus_md.study.sweeps.templates import load_template


@pytest.mark.slow
def test_wires_grow_in_a_film(small_variant) -> None:
    """The trial had a spacing of 1.62 nm; bodies at the substrate lower the mean height."""
    (row,) = small_variant("film")
    assert row["analysis.mean_n.mean"] > 2.0
    assert row["analysis.mean_bond_nm.mean"] == pytest.approx(1.63, abs=0.03)
    setup = resolve(load_template("film").small[0])
    apart = [one.environment[0].parameters["separation"] for one in setup.schedule]
    assert apart[-1] == pytest.approx(0.2 * apart[0])
    assert row["analysis.mean_height_nm.mean"] < 0.5 * apart[-1]
    assert row["analysis.share_adsorbed.mean"] > 0.2


def test_hoomd_refuses_it_in_one_sentence() -> None:
    (first, *_) = load_template("film").points
    text = objection(ENGINES.get("hoomd"), resolve(first))
    assert text.startswith("environment.walls: charges between walls are not in the engine hoomd")
    assert objection(ENGINES.get("lammps"), resolve(first)) == ""
