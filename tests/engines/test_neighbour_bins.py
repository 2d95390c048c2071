"""Neighbour lists of LAMMPS: collections of types by range, and bins of dilute systems."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.engines.base import CPU
from janus_md.engines.lammps import input as commands
from janus_md.engines.lammps.neighbours import alike, bins, neighbours
from janus_md.engines.mesh import balanced
from janus_md.engines.trials import _at_rest
from janus_md.model.units import thermal_energy
from janus_md.study.stages import damped
from tests.engines.conftest import ROOM, catalogue_system, usable


def test_bins_of_a_dilute_system_have_one_particle_on_average() -> None:
    (command,) = bins(1.5e6, 1500, 1.5)
    *words, width = command.split()
    assert words == ["neigh_modify", "binsize"]
    assert float(width) == pytest.approx(10.0)


def test_bins_of_other_systems_are_those_of_lammps() -> None:
    """The quickstart: 216 bodies of three sites in a box of 24 nm, cutoff 5 nm."""
    assert bins(24.0**3, 648, 5.3) == []


def test_types_of_one_range_share_a_collection() -> None:
    assert alike({1: 0.0, 2: 1.0, 3: 8.0, 4: 1.4, 5: 8.0}) == [[1, 2, 4], [3, 5]]
    assert alike({1: 2.0, 2: 2.5}) == [[1, 2]]
    assert alike({1: 0.0}) == [[1]]


def test_short_ranges_are_searched_in_bins_of_their_own() -> None:
    style, collections = neighbours([0.0, 0.6, 8.0], 9460.0, 3240, 0.6)
    assert style == "neighbor 0.6 multi"
    assert collections == "neigh_modify collection/type 2 1,2 3"


def test_dilute_systems_and_equal_ranges_have_one_kind_of_bins() -> None:
    assert neighbours([2.0, 2.5], 9460.0, 3240, 0.6) == ["neighbor 0.6 bin"]
    style, width = neighbours([0.0, 1.0, 1.9], 1.5e6, 1500, 0.6)
    assert style == "neighbor 0.6 bin"
    assert width.startswith("neigh_modify binsize")


def test_a_run_does_not_depend_on_the_style(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are rebuilt several times, so that a pair that the bins miss would show."""
    engine = usable("lammps")
    system = _at_rest(catalogue_system(("R-Au-Cu",), "bladed", 64, seed=2))
    bath = damped(system.bodies, thermal_energy(ROOM), 5.0, "langevin")
    mesh = balanced(system, 4.0, (18, 18, 18), 5)

    def end() -> np.ndarray:
        simulation = engine.start(system, bath, 0.05, mesh, seed=3, device=CPU)
        simulation.advance(400)
        positions = simulation.system().positions
        simulation.close()
        return positions

    multi = end()
    monkeypatch.setattr(commands, "neighbours", lambda *_: ["neighbor 0.6 bin"])
    np.testing.assert_allclose(end(), multi, atol=1e-6)
