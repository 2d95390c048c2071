"""Skin of the neighbour lists: wider for long time steps, as far as the box allows."""

from __future__ import annotations

import pytest

from janus_md.engines.base import SKIN
from janus_md.engines.skin import best_skin
from janus_md.model.box import face_distances, lattice_vectors
from tests.engines.conftest import catalogue_system


def test_it_grows_with_the_square_root_of_the_time_step() -> None:
    system = catalogue_system(("R-Au-Cu",), "sphere", 216, seed=1)
    assert best_skin(system, 3.0, 0.05) == SKIN
    assert best_skin(system, 3.0, 0.1) == SKIN
    assert best_skin(system, 3.0, 0.4) == pytest.approx(2.0 * SKIN)


def test_the_list_fits_the_box() -> None:
    """HOOMD-blue needs opposite faces that are more than 2 (reach + skin) apart."""
    system = catalogue_system(("R-Au-Cu",), "sphere", 216, seed=1)
    width = float(face_distances(lattice_vectors(system.box)).min())
    reach = 0.5 * width - SKIN - 0.1
    assert SKIN < best_skin(system, reach, 0.4) < 0.5 * width - reach
