"""Equilibrium of the chains on the page of a paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from janus_md.analysis.theory.theory import mean_length
from janus_md.model.association.constants import Sampling
from janus_md.papers.measures import Measured, Run
from janus_md.papers.media import Conditions
from janus_md.papers.paper import Equilibrium, load_paper
from janus_md.papers.sections import association_cache, equilibrium

SHORT = Sampling(population=128, points=1024, repetitions=4)

WANTED = Equilibrium(
    enantiomers=("R-1", "S-1"),
    alternation=1.0,
    wire="R-Au-Cu",
    rise=1.61,
    relative_permittivities=[1.5, 8.93],
    volume_fractions=[0.05, 0.4],
)


def simulated(permittivity: float, share: float, model: str = "sphere") -> tuple[Run, Measured]:
    statepoint = {
        "mixture": {"R-1": 0.5, "S-1": 0.5},
        "model": model,
        "relative_permittivity": permittivity,
    }
    values = {"opposite_bonds": (share, 0.02), "mean_n": (4.0, 0.1)}
    none = np.zeros(0)
    conditions = Conditions.of(statepoint)
    measured = Measured(values, {}, none, none, none, none, conditions=conditions)
    return Run("a", statepoint, Path(), {}), measured


def test_equilibrium_beside_simulations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cache = tmp_path / "reproduction" / "constants.json"
    runs = [simulated(2.0, 0.5), simulated(2.0, 0.6), simulated(2.0, 0.9, "bladed")]
    found = equilibrium.compare_equilibrium(WANTED, "sphere", runs, cache, SHORT)
    assert [one.relative_permittivity for one in found.media] == [1.5, 2.0, 8.93]
    assert [one.runs for one in found.media] == [0, 2, 0]
    assert found.media[1].simulated_share == pytest.approx((0.55, 0.05))
    density = 0.05 / 2.19
    for one in found.media:  # `sphere` has no hands
        share, error = one.share
        assert share == pytest.approx(0.5, abs=4.0 * error)
        expected = float(mean_length(0.5 * (one.like[0] + one.unlike[0]) * density))
        assert one.mean_length[0] == pytest.approx(expected)
    constant, error = found.wire_constant
    assert constant == pytest.approx(1343.0, abs=5.0 * error)
    for wires, volume_fraction in zip(found.wires, (0.05, 0.4), strict=True):
        length = float(mean_length(constant * volume_fraction / 2.19))
        assert wires.mean_length[0] == pytest.approx(length)
        assert wires.micrometres == pytest.approx(1.61e-3 * length)
        # with that free energy more, the mean is a micrometre
        longer = mean_length(constant * np.exp(wires.missing / 2.4789570) * volume_fraction / 2.19)
        assert float(longer) * 1.61e-3 == pytest.approx(1.0, rel=1e-3)

    page = "\n\n".join(equilibrium.section(WANTED, found))
    assert "| 2 | " in page
    assert "| 0.55(5) | 1 |" in page
    file, caption = equilibrium.draw(WANTED, found, tmp_path / "equilibrium.png")
    assert file.read_bytes().startswith(b"\x89PNG")
    assert "R-1 and S-1" in caption
    assert equilibrium.as_data(found)["model"] == "sphere"

    # Constants are computed once, unless the file is damaged.
    computed = []
    original = association_cache.pair_constants

    def counted(*arguments, **named):
        computed.append(arguments)
        return original(*arguments, **named)

    monkeypatch.setattr(association_cache, "pair_constants", counted)
    assert equilibrium.compare_equilibrium(WANTED, "sphere", runs, cache, SHORT) == found
    assert not computed
    cache.write_text("{")
    assert equilibrium.compare_equilibrium(WANTED, "sphere", runs, cache, SHORT) == found
    assert len(computed) == 2


def test_the_paper_asks_for_its_equilibrium():
    wanted = load_paper("li2022").equilibrium
    assert wanted is not None
    assert wanted.enantiomers == ("R-1", "S-1")
