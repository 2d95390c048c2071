"""How two bodies bind best, against a closed form and the minima that models are calibrated on."""

from __future__ import annotations

import pytest

from janus_md.model.pairs.minima import LOWEST, PairMinimum, lowest_energy, minima
from janus_md.model.units import thermal_energy
from janus_md.study.catalogue import catalog
from janus_md.study.catalogue.bead_particle import BeadParticle
from janus_md.study.interactions import pair_table

kT = thermal_energy(298.15)

AMPHIPHILE = f"""
name: two
beads: [{{kind: J, at: [0, 0, 0]}}, {{kind: A, at: [0, 0, 0.8]}}]
kinds: {{J: {{diameter: 2.0}}, A: {{diameter: 1.3}}}}
mass: 3000
interactions: {{A-A: {{attraction: {{epsilon: {6 * kT}, cutoff: 1.8}}}}}}
"""


def test_ground_state_of_two_amphiphiles(report_check) -> None:
    """Two beads A in contact, where no head is in the way (depth 6 kT)."""
    entry = catalog.read_particle(AMPHIPHILE, "two")
    assert isinstance(entry, BeadParticle)
    body = entry.build(None)
    table = pair_table((body,), {"two": entry.interactions}, {}, None, kT)
    found = {one.arrangement: one for one in minima(body, pairs=table)}
    exact = -6.0 * (1.0 + 4.0 * (1.8**-12 - 1.8**-6))
    assert exact == pytest.approx(-5.315118, abs=5e-7)
    ours = found[LOWEST].energy / kT
    report_check(
        "ground state of two two-bead amphiphiles, ε 6 kT, kT",
        reference=exact,
        source="closed form: contact of two beads",
        ours=ours,
    )
    assert ours == pytest.approx(exact, abs=1e-6)
    facing = found["tops face each other"]
    assert facing.energy / kT == pytest.approx(exact, abs=1e-6)
    assert facing.angles == pytest.approx((0.0, 180.0, 180.0), abs=1e-3)
    # contact of A at 2^(1/6) sigma; the centres of mass lie 0.692 nm behind the beads A
    assert facing.distance == pytest.approx(2 * 0.692148 + 2 ** (1 / 6) * 1.3, abs=1e-3)
    assert not {"head to tail", "bottoms face each other"} & found.keys()


def test_lowest_energy_of_two_different_bodies() -> None:
    """A ball of 1.4 nm and the lobe of 1.4 nm of a snowman, 8 kT deep: a contact of two beads."""
    bodies = (catalog.body("raspberry_core"), catalog.body("small_snowman"))
    terms = {"C-A": {"attraction": {"epsilon": 8.0 * kT, "cutoff": 1.8}}}
    table = pair_table(bodies, {}, terms, None, kT)
    exact = -8.0 * (1.0 + 4.0 * (1.8**-12 - 1.8**-6))
    assert lowest_energy(*bodies, pairs=table) / kT == pytest.approx(exact, abs=1e-6)
    assert lowest_energy(*bodies) == 0.0


def test_bodies_that_only_repel_do_not_bind() -> None:
    assert minima(catalog.body("amphiphile")) == []  # the default pair table is repulsion


@pytest.mark.parametrize("model", ["sphere", "bladed"])
def test_nanoclusters_bind_head_to_tail(model: str) -> None:
    """The search over everything finds the minimum that the models are calibrated on."""
    found = {one.arrangement: one for one in minima(catalog.body("R-Au-Cu", model))}
    best, in_line = found[LOWEST], found["head to tail"]
    assert isinstance(best, PairMinimum)
    assert in_line.distance == pytest.approx(1.61, abs=0.01)
    assert best.energy == pytest.approx(in_line.energy, rel=1e-6)
    assert best.angles[2] == pytest.approx(0.0, abs=0.1)
    assert not {"tops face each other", "bottoms face each other"} & found.keys()
