"""Known structures are recognised: without and with noise, and across the periodic boundaries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.analysis.aggregates.morphology.kinds import KINDS
from tests.analysis import amphiphiles as known

STRUCTURES = {
    "monomers": ("monomer", known.monomers),
    "oligomers": ("oligomer", known.oligomers),
    "micelle of 12": ("micelle", known.micelle),
    "micelle of 20": ("micelle", lambda: known.micelle(20, 1.4)),
    "vesicle of 420": ("vesicle", known.vesicle),
    "vesicle of 733": ("vesicle", lambda: known.vesicle(4.6)),
    "vesicle without inside": ("filled_vesicle", lambda: known.vesicle(1.0)),
    "disc": ("sheet", known.disc),
    "sheet through the box": ("sheet", known.sheet_through_the_box),
    "straight worm": ("worm", known.worm),
    "bent worm": ("worm", known.bent_worm),
    "worm with a branch": ("worm", known.branched_worm),
    "string": ("string", known.string),
    "network": ("network", known.network),
    "crystal": ("crystal", known.crystal),
    "crystal in the whole box": ("crystal", known.crystal_in_the_whole_box),
    "cluster at random": ("cluster", known.random_cluster),
}

NOISE = 0.10
"""Of the heads, per component, in S; that of the axes is 2.5 times it."""

LESS = {"crystal": 0.05}
"""Most bodies of a small crystal are at its surface, where few neighbours agree."""


def shares(context):
    found = context.aggregates
    return {kind: found.share(kind) for kind in KINDS if found.share(kind)}


@pytest.mark.parametrize("name", STRUCTURES)
def test_without_noise_and_across_the_boundaries(name):
    kind, make = STRUCTURES[name]
    structure, rng = make(), np.random.default_rng(1)
    first = structure.context()
    assert shares(first) == {kind: pytest.approx(1.0)}
    for _ in range(3):
        moved = structure.context(shift=rng.uniform(-30.0, 30.0, 3))
        assert shares(moved) == {kind: pytest.approx(1.0)}
        again = moved.aggregates
        assert again.n.tolist() == first.aggregates.n.tolist()
        if not again.measures["dims"].any():
            for key, values in first.aggregates.measures.items():
                if key != "cavity":  # its grid begins with the structure, up to rounding
                    assert again.measures[key] == pytest.approx(values, abs=1e-6, nan_ok=True), key


@pytest.mark.parametrize("name", STRUCTURES)
def test_with_noise(name):
    """At least nine tenths of the bodies, as single bodies may leave the aggregate."""
    kind, make = STRUCTURES[name]
    structure = make()
    for seed in range(5):
        rng = np.random.default_rng(seed)
        found = shares(structure.context(noise=LESS.get(name, NOISE), rng=rng))
        assert found.get(kind, 0.0) > 0.9, (seed, found)


def test_shares_of_crystalline_bodies():
    """In a periodic face-centred cubic crystal all, also with noise; in no other structure any."""
    rng = np.random.default_rng(4)

    def solid(name, noise):
        found = STRUCTURES[name][1]().context(noise=noise, rng=rng).aggregates.measures["solid"]
        return float(np.nanmax(found))

    assert [solid("crystal in the whole box", noise) for noise in (0.0, 0.05)] == [1.0, 1.0]
    assert 0.75 < solid("crystal", 0.05) < 0.92
    for name in ("disc", "sheet through the box", "vesicle of 420", "straight worm", "network"):
        assert [solid(name, noise) for noise in (0.0, NOISE)] == [0.0, 0.0], name


def test_measures_are_rotation_invariant():
    structure = known.bent_worm()
    turn, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))
    turn *= np.linalg.det(turn)
    turned = replace(structure, heads=structure.heads @ turn.T, axes=structure.axes @ turn.T)
    before, after = (one.context().aggregates.measures for one in (structure, turned))
    for key, values in before.items():
        assert after[key] == pytest.approx(values, rel=1e-9, abs=1e-9, nan_ok=True), key


@pytest.mark.parametrize("name", ["disc", "vesicle of 420", "micelle of 20", "straight worm"])
def test_random_orientations_give_no_ordered_kind(name):
    """With random axes at the same positions, kinds that depend on directions are not found."""
    structure = STRUCTURES[name][1]()
    mixed = replace(
        structure, axes=known.random_axes(len(structure.heads)), model=(structure.model[0], 1.0)
    )
    kinds = set(shares(mixed.context()))
    assert not kinds & {"sheet", "vesicle", "filled_vesicle", "micelle", "string"}


def test_several_in_one_frame():
    """Each is named by itself, and the members are theirs."""
    parts = [(known.micelle(), [-8.0, 0, 0]), (known.micelle(20, 1.4), [8.0, 8.0, 8.0])]
    heads = np.concatenate([part.heads + np.array(at) for part, at in parts] + [[[0.0, -9.0, 0.0]]])
    axes = np.concatenate([part.axes for part, _ in parts] + [[[0.0, 0.0, 1.0]]])
    order = np.random.default_rng(0).permutation(33)
    found = known.Structure(heads[order], axes[order]).context().aggregates
    assert sorted(found.n) == [1, 12, 20]
    members, start = found.members()
    for begin, n in zip(start, found.n, strict=True):
        own = order[members[begin : begin + n]]
        assert {0 if k < 12 else 1 if k < 32 else 2 for k in own} == {[12, 20, 1].index(n)}
    assert found.share("micelle") == pytest.approx(32 / 33)
