"""Bins of LAMMPS' neighbour lists: wider in dilute systems, as by default otherwise."""

from __future__ import annotations

import pytest

from janus_md.engines.lammps.input import bins


def test_bins_of_a_dilute_system_have_one_particle_on_average() -> None:
    (command,) = bins(1.5e6, 1500, 1.5)
    *words, width = command.split()
    assert words == ["neigh_modify", "binsize"]
    assert float(width) == pytest.approx(10.0)


def test_bins_of_other_systems_are_those_of_lammps() -> None:
    """The quickstart: 216 bodies of three sites in a box of 24 nm, cutoff 5 nm."""
    assert bins(24.0**3, 648, 5.3) == []
