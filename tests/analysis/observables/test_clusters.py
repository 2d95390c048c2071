"""Clusters of structures that are known: micelles, noise, the periodic border, the distance."""

from __future__ import annotations

import numpy as np
import pytest
import rowan

from janus_md.analysis.aggregates.contacts import cluster_criterion
from janus_md.analysis.aggregates.criterion import DEFAULT_CRITERION
from janus_md.analysis.frames.source import Frame
from janus_md.analysis.observables.clusters import (
    OBSERVABLE,
    cluster_sizes,
    compute,
)
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.analysis.pipeline.settings import Settings
from janus_md.common.errors import JanusError
from tests.analysis.amphiphiles import amphiphile
from tests.analysis.worlds import gsd_frame, quaternions_along, write_gsd

SIGMA, EDGE = 1.3, 30.0
"""Diameter of the attractive bead and edge of the box, nm."""

JOINED = 1.5 * SIGMA
BOX = np.array([EDGE, EDGE, EDGE, 0.0, 0.0, 0.0])


def context(positions, orientations, setup, box=BOX, names=("am",), typeid=None, **asked):
    n = len(positions)
    kinds = np.zeros(n, np.int64) if typeid is None else np.asarray(typeid)
    frame = Frame(
        0, 0, box, np.asarray(positions, float), np.asarray(orientations, float), names, kinds,
        np.arange(n),
    )  # fmt: skip
    criterion = cluster_criterion(setup, names, **asked)
    return FrameContext(frame, Settings(DEFAULT_CRITERION, clusters=criterion), setup)


def icosahedron():
    """Its 12 corners, unit vectors; the edge is 1.0515."""
    g = (1.0 + np.sqrt(5.0)) / 2.0
    corners = [[0.0, a, b] for a in (1.0, -1.0) for b in (g, -g)]
    corners = np.array([np.roll(one, k) for one in corners for k in range(3)])
    return corners / np.linalg.norm(corners[0])


def micelles(centres, radius=2.3):
    """12 bodies about each centre, their A sites inside: 1.5 nm from it, 1.577 nm apart."""
    corners = icosahedron()
    positions = np.concatenate([centre + radius * corners for centre in np.asarray(centres)])
    return positions, quaternions_along(np.tile(-corners, (len(centres), 1)))


CENTRES = [[0.0, 0.0, 0.0], [8.0, 2.0, -7.0], [15.0, 15.0, 15.0]]
"""The third is at a corner of the box: its bodies are in all eight corners."""

SINGLE = [[-9.0, 0.0, 0.0], [-9.0, 6.0, 0.0], [-9.0, 0.0, 7.0]]


def with_singles():
    x, q = micelles(CENTRES)
    return np.concatenate([x, SINGLE]), np.concatenate([q, quaternions_along([[0, 0, 1.0]] * 3)])


EXPECTED = {
    "n_clusters": 6,
    "mean_cluster_n": 39 / 6,
    "mean_cluster_w": (3 * 144 + 3) / 39,
    "largest_cluster": 12,
    "share_single": 3 / 39,
}


def test_three_micelles_of_twelve_and_three_single_bodies():
    assert compute(context(*with_singles(), amphiphile())) == pytest.approx(EXPECTED)


@pytest.mark.parametrize("seed", range(5))
def test_clusters_are_stable_against_noise(seed):
    """Places off by 0.1 nm, directions by about 5 degrees: sites stay 1.5 sigma near."""
    rng = np.random.default_rng(seed)
    x, q = with_singles()
    turns = rowan.from_axis_angle(rng.normal(size=(len(x), 3)), rng.normal(0.0, 0.09, len(x)))
    noisy = context(x + rng.uniform(-0.1, 0.1, x.shape), rowan.multiply(turns, q), amphiphile())
    assert compute(noisy) == pytest.approx(EXPECTED)


def test_bodies_with_sites_turned_away_are_single():
    x, q = with_singles()
    away = rowan.multiply(q, rowan.from_axis_angle([1.0, 0.0, 0.0], np.pi))
    found = compute(context(x, away, amphiphile()))
    assert found["n_clusters"] == 39
    assert found["share_single"] == 1.0
    assert found["mean_cluster_w"] == 1.0


@pytest.mark.parametrize(("distance", "clusters"), [(JOINED - 1e-9, 1), (JOINED + 1e-9, 2)])
@pytest.mark.parametrize("border", [False, True])
def test_distance_is_sharp_also_across_the_boundary(distance, clusters, border):
    x = np.array([[-0.5 * distance, 0.0, 0.0], [0.5 * distance, 0.0, 0.0]])
    if border:  # the same two bodies, one at either face
        x = np.array([[0.5 * (EDGE - distance), 0.0, 0.0], [-0.5 * (EDGE - distance), 0.0, 0.0]])
    up = quaternions_along([[0.0, 0.0, 1.0]] * 2)
    assert compute(context(x, up, amphiphile()))["n_clusters"] == clusters


def test_a_tilted_box():
    """Two bodies that meet through the tilted face: image at (xy Ly, Ly, 0)."""
    box = np.array([12.0, 10.0, 12.0, 0.4, 0.0, 0.0])
    x = np.array([[0.0, -4.5, 0.0], [4.0, 4.5, 0.0]])
    up = quaternions_along([[0.0, 0.0, 1.0]] * 2)
    assert compute(context(x, up, amphiphile(), box))["n_clusters"] == 1
    straight = np.array([12.0, 10.0, 12.0, 0.0, 0.0, 0.0])
    assert compute(context(x, up, amphiphile(), straight))["n_clusters"] == 2


def test_long_chain_is_one_cluster():
    """1000 bodies in a row through the whole box, each near to the next alone."""
    n, edge = 1000, 1000 * 1.9
    box = np.array([edge, 20.0, 20.0, 0.0, 0.0, 0.0])
    x = np.zeros((n, 3))
    x[:, 0] = 1.9 * np.arange(n) - 0.5 * edge
    found = compute(context(x, quaternions_along([[0.0, 0.0, 1.0]] * n), amphiphile(), box))
    assert (found["n_clusters"], found["largest_cluster"]) == (1, n)


def test_clusters_are_undefined_without_attraction():
    for setup in (amphiphile(cutoff=2.0 ** (1.0 / 6.0)), None):
        found = compute(context(*with_singles(), setup))
        assert set(found) == {column.name for column in OBSERVABLE.columns}
        assert all(np.isnan(value) for value in found.values())


def test_given_distance_and_kinds():
    x, q = with_singles()
    setup = amphiphile()
    # A sites of a micelle are 1.577 nm apart, its centres 2.3 times 1.0515: 2.418 nm.
    for distance, kinds, clusters in (
        (1.56, None, 39), (1.59, None, 6), (2.41, ["J"], 39), (2.43, ["am.J"], 6),
        (2.43, ["am"], 6), (1.59, ["A", "J"], 6),
    ):  # fmt: skip
        found = compute(context(x, q, setup, distance=distance, kinds=kinds))
        assert found["n_clusters"] == clusters, (distance, kinds)
    centres = compute(context(x, q, None, distance=2.43))
    assert centres == pytest.approx(EXPECTED)


def test_bodies_without_such_a_site_do_not_count():
    x, q = with_singles()
    typeid = np.r_[np.zeros(36, int), np.ones(3, int)]
    found = context(x, q, amphiphile(), names=("am", "inert"), typeid=typeid)
    assert sorted(cluster_sizes(found)) == [12, 12, 12]
    none = context(x[36:], q[36:], amphiphile(), names=("inert",))
    assert np.isnan(compute(none)["n_clusters"])


def test_what_is_refused():
    x, q = with_singles()
    for asked, said in (
        ({"distance": 0.0}, "clusters: the distance is 0.0"),
        ({"distance": np.nan}, "clusters: the distance is nan"),
        ({"distance": 2.0, "kinds": ["B"]}, "kinds: 'B' is unknown.*am.A"),
        ({"kinds": ["A"]}, "kinds: need the largest distance"),
        ({"distance": 2.0, "diameter": -1.0}, "diameter: -1.0 is not allowed"),
    ):
        with pytest.raises(JanusError, match=said):
            context(x, q, amphiphile(), **asked)
    with pytest.raises(JanusError, match="too small for clusters by a distance of 200"):
        compute(context(x, q, None, distance=200.0))


def test_clusters_are_in_table_and_averages(tmp_path):
    import pandas as pd

    x, q = with_singles()
    about = {0: amphiphile()}
    frames = [
        gsd_frame(x, q, list(BOX), step=100 * k, types=("am",), about=about.get(k))
        for k in range(6)
    ]
    summary = analyze_file(write_gsd(tmp_path / "a.gsd", frames), tmp_path / "out")
    table = pd.read_parquet(tmp_path / "out" / "frames.parquet")
    for name, value in EXPECTED.items():
        assert table[name].to_numpy() == pytest.approx(value)
        assert summary[name] == {"mean": pytest.approx(value), "error": 0.0}
    assert table["n_clusters"].dtype == "int64"
