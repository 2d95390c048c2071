"""Bonds in time: hysteresis, and the lifetime of bonds that break at a known rate."""

import numpy as np
import pytest

from janus_md.analysis.aggregates.bonds import body_axes, projections, select_bonds
from janus_md.analysis.frames.neighbours import pairs_within
from janus_md.analysis.series.lifetimes import BondHistory, Links, bond_keys, breaking, table
from janus_md.model.body import BondCriterion

CRITERION = BondCriterion(2.0, 35.0)
BOX = np.array([20.0, 20.0, 20.0, 0.0, 0.0, 0.0])


def links_at(distance, frame, angle=0.0):
    """Two bodies at a distance, the second tilted."""
    x = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, distance]])
    half = np.deg2rad(angle) / 2
    axes = body_axes(np.array([[1.0, 0, 0, 0], [np.cos(half), np.sin(half), 0, 0]]))
    pairs = pairs_within(x, BOX, 2.9)
    along = projections(pairs, axes)
    tags = np.array([7, 3])
    keys = [
        bond_keys(select_bonds(pairs, along, c), tags) for c in (CRITERION, breaking(CRITERION))
    ]
    return Links(frame, 10 * frame, 2, *keys)


def history_of(states):
    history = BondHistory(0)
    rows = [history.add(links_at(d, frame, a)) for frame, (d, a) in enumerate(states)]
    rows.append(history.finish())
    return [
        tuple(int(row[name][k]) for name in ("i", "j", "made", "broken"))
        for row in rows
        for k in range(len(row["i"]))
    ]


def test_fluctuation_about_the_criterion_is_one_bond():
    states = [
        (2.1, 0),
        (1.95, 0),
        (2.05, 0),
        (1.95, 0),
        (2.15, 0),
        (1.9, 40.0),
        (2.25, 0),
        (2.1, 0),
    ]
    assert history_of(states) == [(7, 3, 1, 6)]
    assert history_of([*states, (1.9, 0)]) == [(7, 3, 1, 6), (7, 3, 8, -1)]


def test_bond_breaks_by_angle():
    assert history_of([(1.8, 0.0), (1.8, 44.0), (1.8, 46.0), (1.8, 36.0)]) == [(7, 3, 0, 2)]


def test_mean_lifetime_of_bonds_that_break_at_a_constant_rate():
    """Each of 500 bonds breaks with probability p a frame and is made anew: mean 1/p frames."""
    rng = np.random.default_rng(8)
    p, frames = 0.02, 400
    history = BondHistory(100)
    serial = np.arange(500, dtype=np.int64)
    for frame in range(frames):
        dies = rng.random(500) < p
        # A new bond after each break, under a number of its own.
        serial = np.where(dies, serial + 500, serial)
        keys = np.unique((serial << 32) | 1)
        history.add(Links(frame, 50 * frame, 2, keys, keys))
    mean, error = history.lifetime()
    assert abs(mean - 50 / p) < 4 * error
    assert error == pytest.approx(mean / np.sqrt(history.broken))
    assert history.broken == pytest.approx(500 * p * 299, rel=0.1)


def test_no_lifetime_without_breaks():
    history = BondHistory(0)
    for frame in range(3):
        history.add(links_at(1.8, frame))
    assert history.lifetime() is None


def test_changing_number_of_bodies_is_refused():
    history = BondHistory(0)
    none = np.empty(0, dtype=np.int64)
    history.add(Links(0, 0, 5, none, none))
    with pytest.raises(ValueError, match="from 5 to 4 at frame 1"):
        history.add(Links(1, 1, 4, none, none))


def test_unbroken_bonds_are_null_in_the_table():
    history = BondHistory(0)
    history.add(links_at(1.8, 0))
    assert table(history.finish()).to_pylist() == [{"i": 7, "j": 3, "made": 0, "broken": None}]
