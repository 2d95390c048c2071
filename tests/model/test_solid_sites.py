"""Points of the surface and the volume of bodies."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.model.solid import solid_of
from janus_md.model.solid_sites import exposed_types, number_of_sites, with_sites
from janus_md.study.catalogue.catalog import body


@pytest.mark.parametrize(("name", "model"), [("snowman", None), ("R-Au-Cu", "bladed")])
def test_points_have_the_area_volume_and_spread_of_the_union(name: str, model: str | None) -> None:
    kind = body(name, model)
    solid = solid_of(kind)
    assert solid is not None
    sites = with_sites(kind, 0.25)
    new = sites.body
    types = np.array(new.types)
    counts = {one: np.count_nonzero(types == one) for one in types}
    area = sum(sites.areas[one] * counts[one] for one in sites.areas)
    assert area == pytest.approx(solid.areas.sum(), rel=1e-9)
    inner = new.positions[types == f"{name}:volume"]
    assert sites.volumes[f"{name}:volume"] * len(inner) == pytest.approx(solid.volume, rel=1e-9)
    np.testing.assert_allclose(inner.mean(axis=0), solid.centre, atol=1e-8)
    spread = np.einsum("pi,pj->ij", inner, inner) / len(inner)
    # without the spread within each cell, about spacing^2 / 12
    np.testing.assert_allclose(spread, solid.spread, atol=0.25 * 0.25**2)
    assert number_of_sites(kind, 0.25) == len(types) - len(kind.types)
    assert {f"{one}:surface" for one in exposed_types(kind)} == sites.areas.keys()


def test_the_body_keeps_its_beads_charges_and_motion() -> None:
    kind = body("R-Au-Cu", "sphere")
    new = with_sites(kind, 0.3).body
    count = len(kind.types)
    np.testing.assert_array_equal(new.positions[:count], kind.positions)
    np.testing.assert_array_equal(new.charges[:count], kind.charges)
    assert not new.charges[count:].any()
    assert new.types[:count] == kind.types
    assert all(new.diameters[one] == 0.0 for one in new.types[count:])
    assert (new.mass, new.volume) == (kind.mass, kind.volume)
    assert new.reach == pytest.approx(kind.reach, abs=1e-8)
    assert new.inertia is kind.inertia
    assert with_sites(kind, 0.3).body is new
    assert np.linalg.norm(new.positions, axis=1).max() == pytest.approx(kind.reach, abs=1e-8)


def test_surface_points_are_on_the_surface_and_evenly_spread() -> None:
    kind = body("snowman", None)
    sites = with_sites(kind, 0.3)
    radii = 0.5 * np.array([kind.diameters[one] for one in kind.types])
    points = sites.body.positions[[one in sites.areas for one in sites.body.types]]
    apart = np.linalg.norm(points[:, None] - kind.positions, axis=2) - radii
    np.testing.assert_allclose(apart.min(axis=1), 0.0, atol=1e-8)
    between = np.linalg.norm(points[:, None] - points, axis=2) + np.eye(len(points))
    assert between.min() > 0.4 * 0.3  # cells of different kinds may be closer
