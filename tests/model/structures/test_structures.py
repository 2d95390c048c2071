"""Structures: numbers of bodies, distances, and directions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rowan
from scipy.spatial import cKDTree

from janus_md.model.pairs.energy import head_to_tail_minimum, pair_energy
from janus_md.model.structure import STRUCTURES, Material
from janus_md.study.catalogue import catalog
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint


def material(particle: str) -> Material:
    """Body and interactions of a particle of the catalogue."""
    setup = resolve(StatePoint.of({"particle": particle, "n_bodies": 2, "number_density": 1e-4}))
    return Material(setup.bodies[0], setup.interactions.pairs, 1.0)


def built(name: str, of: Material, n_bodies: int | None = None, edge: float = 60.0, **given):
    """Filled settings, and sites (N, S, 3) and z axes (N, 3) of the bodies."""
    structure = STRUCTURES.get(name)
    filled = structure.fill(structure.settings(**given), of, n_bodies)
    placed = structure.place(filled, of, edge)
    assert len(placed.positions) == structure.n_bodies(filled)
    turns = placed.orientations[:, None]
    sites = placed.positions[:, None] + rowan.rotate(turns, of.body.positions[None])
    return filled, sites, rowan.rotate(placed.orientations, np.array([0.0, 0.0, 1.0]))


@pytest.mark.parametrize(
    ("particle", "d", "s", "n_inner", "n_outer"),
    [("amphiphile-d40-s95", 0.40, 0.95, 146, 274), ("amphiphile", 0.40, 0.65, 146, 300)],
)
def test_vesicle_of_two_beads_by_hand(
    particle: str, d: float, s: float, n_inner: int, n_outer: int
) -> None:
    """Radii and numbers in units of the head, 2 nm: A = 1.12 s, R_out = R_in + 2 d + 0.87 A."""
    filled, sites, z = built("vesicle", material(particle))
    inner, outer = filled.inner_radius / 2.0, filled.outer_radius / 2.0
    assert inner == pytest.approx(3.3)
    assert outer == pytest.approx(3.3 + 2.0 * d + 0.87 * 1.12 * s, abs=1e-4)
    assert (filled.inner_bodies, filled.outer_bodies) == (n_inner, n_outer)
    heads, tails = np.linalg.norm(sites, axis=2).T / 2.0
    layer = np.arange(len(z)) < n_inner
    np.testing.assert_allclose(heads, np.where(layer, inner, outer), atol=1e-12)
    np.testing.assert_allclose(tails, np.where(layer, inner + d, outer - d), atol=1e-12)


def test_vesicle_keeps_what_is_stated() -> None:
    given = {"inner_radius": 8.0, "outer_radius": 12.0, "inner_bodies": 100, "outer_bodies": 200}
    filled, sites, _ = built("vesicle", material("amphiphile-d40-s95"), **given)
    assert filled.model_dump() == given
    assert len(sites) == 300


def test_sheet_is_two_hexagonal_layers() -> None:
    d, spacing = 1.0, 1.12 * 2.0
    filled, sites, z = built("sheet", material("amphiphile-d50-s100"), 216)
    assert filled.layer_bodies == 108
    assert filled.spacing == pytest.approx(spacing)
    assert filled.thickness == pytest.approx(2.0 * d + 0.87 * spacing, abs=1e-4)
    for k, sign in ((slice(0, 108), 1.0), (slice(108, 216), -1.0)):
        np.testing.assert_allclose(z[k], np.tile([0.0, 0.0, sign], (108, 1)), atol=1e-12)
        np.testing.assert_allclose(sites[k, 0, 2], -0.5 * sign * filled.thickness, atol=1e-12)
        distances = cKDTree(sites[k, 0]).query(sites[k, 0], k=7)[0][:, 1:]
        np.testing.assert_allclose(distances[:, 0], spacing)
        inside = np.isclose(distances[:, 5], spacing)  # six neighbours
        assert inside.sum() > 108 - 1.5 * 2.0 * math.pi * math.sqrt(
            108 / math.pi
        )  # not at the edge
    # each tail of one layer is above a gap of the other
    nearest = cKDTree(sites[:108, 1]).query(sites[108:, 1])[0]
    assert nearest.min() == pytest.approx(
        math.hypot(spacing / math.sqrt(3.0), 0.87 * spacing), 1e-4
    )


def test_micelles_are_apart_and_their_tails_inside() -> None:
    filled, sites, _ = built("micelle", material("amphiphile"), 54, edge=30.0, bodies=9)
    assert (filled.micelles, filled.bodies) == (6, 9)
    middles = sites[:, 1].reshape(6, 9, 3).mean(axis=1)
    assert cKDTree(middles).query(middles, k=2)[0][:, 1].min() == pytest.approx(15.0, abs=0.5)
    for k in range(6):
        heads, tails = np.moveaxis(sites[9 * k : 9 * k + 9], 1, 0)
        for beads, least in ((heads, 1.04 * 2.0), (tails, 1.12 * 1.3)):
            assert cKDTree(beads).query(beads, k=2)[0][:, 1].min() >= least - 1e-3
        assert np.all(np.linalg.norm(tails - middles[k], axis=1) < filled.radius)


@pytest.mark.parametrize("model", ["sphere", "bladed"])
def test_neighbours_in_a_wire_are_at_their_minimum(model: str) -> None:
    body = catalog.body("R-Au-Cu", model)
    least = head_to_tail_minimum(body, body, 1.0)
    structure, of = STRUCTURES.get("wire"), Material(body, None, 1.0)
    filled = structure.fill(structure.settings(wires=4), of, 20)
    assert (filled.wires, filled.bodies) == (4, 5)
    placed = structure.place(filled, of, 30.0)
    x, q = placed.positions.reshape(4, 5, 3), placed.orientations.reshape(4, 5, 4)
    for k in range(4):
        found = pair_energy(body, body, x[k, 1:] - x[k, :-1], q[k, :-1], q[k, 1:])
        np.testing.assert_allclose(found, least.energy, rtol=1e-5)
    across = [np.linalg.norm(x[0, 0] - x[k, 0]) for k in range(1, 4)]
    assert min(across) == pytest.approx(15.0)


def test_a_tail_at_the_bottom_gives_the_same_places() -> None:
    """The frame of a body is turned over where its file lists the attractive bead first."""
    from tests.model.test_head_and_tail import body, pairs

    places = []
    for order in ("JA", "AJ"):
        one = body(*((kind, {"J": 0.0, "A": 0.8}[kind]) for kind in order))
        _, sites, _ = built("micelle", Material(one, pairs(), 1.0), 12)
        places.append(sites[:, [order.index("J"), order.index("A")]])
    np.testing.assert_allclose(places[0], places[1], atol=1e-9)
