"""Bundles of parallel wires, and wires that are not bundled."""

import numpy as np
import pytest

from janus_md.analysis.aggregates.bonds import projections, select_bonds
from janus_md.analysis.aggregates.bundles import find_bundles, hexagonal_order, side_contacts
from janus_md.analysis.aggregates.wires import build_wires
from janus_md.analysis.frames.neighbours import pairs_within
from janus_md.model.body import BondCriterion
from janus_md.model.box import lattice_vectors

BOX = np.array([30.0, 30.0, 30.0, 0.0, 0.0, 0.0])
SPACING = 1.61


def bundled(x, u):
    x, u = np.asarray(x, float), np.asarray(u, float)
    pairs = pairs_within(x, BOX, 2.9)
    along = projections(pairs, u)
    bonds = select_bonds(pairs, along, BondCriterion(2.1, 35.0))
    wires = build_wires(len(x), bonds, lattice_vectors(BOX))
    return find_bundles(pairs, along, u, wires), wires, pairs


def wire(n, place, sign=1, shift=0.0):
    x = np.zeros((n, 3))
    x[:, :2] = place
    x[:, 2] = SPACING * np.arange(n) + shift
    return x, np.tile([0.0, 0.0, float(sign)], (n, 1))


def together(*wires):
    return [np.concatenate(part) for part in zip(*wires, strict=True)]


def test_two_antiparallel_wires_in_register():
    """Each body touches its partner, 1.8 nm away; the next ones are 2.41 nm away, at 42 degrees
    to the dipole, and no side-by-side contacts."""
    bundles, wires, _ = bundled(*together(wire(5, (0, 0)), wire(5, (1.8, 0), -1)))
    assert wires.n.tolist() == [5, 5]
    assert len(bundles.pairs.i) == 5
    assert bundles.contacts.tolist() == [5, 5]
    assert bundles.size.tolist() == [2]


def test_far_wires_and_crossing_wires_are_no_bundle():
    apart, _, _ = bundled(*together(wire(5, (0, 0)), wire(5, (3.0, 0))))
    assert apart.size.tolist() == [1, 1]
    assert apart.contacts.tolist() == [0, 0]
    x, u = wire(5, (0, 0))
    other = np.c_[SPACING * (np.arange(5) - 2), np.full(5, 1.9), np.full(5, 2 * SPACING)]
    crossing, _, _ = bundled(*together((x, u), (other, np.tile([1.0, 0.0, 0.0], (5, 1)))))
    assert crossing.size.tolist() == [1, 1]


def test_head_to_tail_bonds_are_no_side_contacts():
    x, u = wire(9, (0, 0))
    pairs = pairs_within(x, BOX, 2.9)
    assert len(side_contacts(pairs, projections(pairs, u), u).i) == 0


def test_hexagonal_and_square_bundles():
    """Six neighbours at 60 degrees: 1. Four at 90 degrees: |<exp(6 i phi)>| = 0."""
    u = [0.0, 0.0, 1.0]
    angle = np.pi / 3 * np.arange(6)
    ring = 2.4 * np.c_[np.cos(angle), np.sin(angle)]
    x, axes = together(*(wire(6, place) for place in [(0, 0), *ring]))
    bundles, _, _ = bundled(x, axes)
    assert bundles.size.tolist() == [7]
    centre = np.flatnonzero(np.abs(x[:, :2]).sum(axis=1) < 1e-9)
    assert hexagonal_order(bundles, axes) == pytest.approx(1.0)
    assert len(centre) == 6
    square = [(0, 0), (2.4, 0), (-2.4, 0), (0, 2.4), (0, -2.4)]
    bundles, _, _ = bundled(*together(*(wire(6, place) for place in square)))
    assert hexagonal_order(bundles, np.tile(u, (30, 1))) == pytest.approx(0.0, abs=1e-12)


def test_hexagonal_order_is_rotation_invariant():
    angle = np.pi / 3 * np.arange(6)
    ring = 2.4 * np.c_[np.cos(angle), np.sin(angle)]
    x, axes = together(*(wire(6, place) for place in [(0, 0), *ring]))
    rng = np.random.default_rng(4)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    bundles, _, _ = bundled(x @ turn.T, axes @ turn.T)
    assert hexagonal_order(bundles, axes @ turn.T) == pytest.approx(1.0)


def test_no_contacts_no_order():
    bundles, _, _ = bundled(*wire(4, (0, 0)))
    assert np.isnan(hexagonal_order(bundles, np.tile([0.0, 0.0, 1.0], (4, 1))))
