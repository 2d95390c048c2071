"""The mathematics of the component against the sums of model/pairs and closed forms."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from janus_md.model.interactions.table import Row, lennard_jones, wca, wca_table
from janus_md.model.pairs.energy import pair_forces
from janus_md.study.catalogue.catalog import body
from janus_md.study.resolve import setup_of
from tests.engines.conftest import two_charge_dipole
from tests.engines.test_terms import TABLES
from tests.hoomd_component.mathematics import Found, compiled, sums

PAIRS = 400
RELATIVE = 1e-12


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    return compiled(tmp_path_factory.mktemp("component"))


def turns(rng: np.random.Generator, count: int = PAIRS) -> np.ndarray:
    q = rng.normal(size=(count, 4))
    return q / np.linalg.norm(q, axis=1, keepdims=True)


def apart(rng: np.random.Generator, shortest: float, longest: float, count: int = PAIRS):
    directions = rng.normal(size=(count, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions * rng.uniform(shortest, longest, size=(count, 1))


def assert_agree(found: Found, expected, scale_of=None) -> None:
    """To 1e-12 of the largest value, but for pairs whose sites nearly coincide of their own value."""
    largest = np.abs(expected.energy) + np.abs(expected.force).max(axis=1)
    scale = RELATIVE * (largest + 1.0)
    assert np.all(np.abs(found.energy - expected.energy) <= scale)
    for ours, theirs in (
        (found.force, -expected.force),
        (found.torque_a, expected.torque_a),
        (found.torque_b, expected.torque_b),
    ):
        own = scale + RELATIVE * np.abs(theirs).max(axis=1)
        assert np.all(np.abs(ours - theirs).max(axis=1) <= own)


@pytest.mark.parametrize(
    ("particle", "model"),
    [("R-Au-Cu", "sphere"), ("R-Au-Cu", "bladed"), ("S-1", "bladed"), ("R-1", "narrow")],
)
def test_repulsion_of_nanoclusters(library: ctypes.CDLL, particle: str, model: str) -> None:
    rng = np.random.default_rng(1)
    kind = body(particle, model)
    r, a, b = apart(rng, 0.8 * kind.reach, 2.3 * kind.reach), turns(rng), turns(rng)
    table = wca_table([kind])
    expected = pair_forces(kind, kind, r, a, b, pairs=table)
    coulomb = pair_forces(kind, kind, r, a, b, pairs={})
    found = sums(library, kind, kind, r, a, b, table)
    assert np.count_nonzero(expected.energy - coulomb.energy) > 0.3 * PAIRS
    bare = type(expected)(
        expected.energy - coulomb.energy,
        expected.force - coulomb.force,
        expected.torque_a - coulomb.torque_a,
        expected.torque_b - coulomb.torque_b,
    )
    assert_agree(found, bare)
