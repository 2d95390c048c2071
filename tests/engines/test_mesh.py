"""Numbers of the PPPM mesh."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.engines import mesh
from tests.engines.conftest import catalogue_system


@pytest.fixture(scope="module")
def system():
    return catalogue_system(("R-Au-Cu",), "sphere", 216, seed=1)


def test_charge_square_sum_counts_sites_in_the_medium(system) -> None:
    q2, n = mesh.charge_square_sum(system)
    assert n == 432
    assert q2 == pytest.approx(432 * 4 * 138.935458)


def test_splitting_balances_real_and_reciprocal_errors(system) -> None:
    found = mesh.balanced(system, 6.0, (12, 12, 12), 4)
    q2, n = mesh.charge_square_sum(system)
    near = mesh.real_space_error(found.splitting, 6.0, q2, n, system.volume)
    far = mesh.mesh_error(found.splitting, system.box[:3], (12, 12, 12), 4, q2, n)
    assert near == pytest.approx(far, rel=1e-6)
    assert mesh.estimated_error(system, found) == pytest.approx(near * np.sqrt(2))


@pytest.mark.parametrize("order", range(1, mesh.MAX_ORDER + 1))
def test_mesh_error_falls_with_the_power_of_its_order(system, order: int) -> None:
    """Halving a fine spacing divides the error by 2^order (Deserno and Holm 1998)."""
    q2, n = mesh.charge_square_sum(system)
    fine, finer = (
        mesh.mesh_error(0.3, system.box[:3], (k, k, k), order, q2, n) for k in (512, 1024)
    )
    assert fine / finer == pytest.approx(2**order, rel=0.01)


def test_smooth_numbers_have_no_prime_above_five() -> None:
    found = mesh.smooth_numbers(40)
    assert found == (4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 25, 27, 30, 32, 36, 40)


def test_resolution_follows_the_sides_of_the_box(system) -> None:
    longer = replace(system, box=system.box * np.array([1, 1, 2, 1, 1, 1]))
    assert mesh.resolution_for(longer, 12) == (12, 12, 24)


def test_longest_cutoff_leaves_room_for_the_skin(system) -> None:
    cutoff = mesh.longest_cutoff(system, 0.6)
    assert 2 * (cutoff + 0.6) < system.box[0] < 2 * (cutoff + 0.6) * 1.01
