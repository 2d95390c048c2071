"""Joining and unwrapping, in straight and tilted boxes; the frame of a body."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.analysis.aggregates.morphology.bodies import diameter_of, head_of, side_of
from janus_md.analysis.aggregates.morphology.graph import join
from janus_md.analysis.frames.neighbours import lengths, pairs_within
from janus_md.model.box import lattice_vectors, wrap
from tests.analysis.amphiphiles import S, amphiphile

TILTED = np.array([50.0, 45.0, 48.0, 0.3, -0.2, 0.4])


def joined(x, box, reach=1.2, owner=None):
    owner = np.arange(len(x)) if owner is None else owner
    lattice = lattice_vectors(box)
    return join(pairs_within(x, box, reach), x, owner, int(owner.max()) + 1, lattice), lattice


def test_unwrapped_chain_does_not_depend_on_body_order():
    """40 bodies along a line of random turns; each in any of the images, not in the box alone."""
    rng = np.random.default_rng(5)
    steps = rng.normal(size=(40, 3)) * 0.2 + [0.9, 0.1, 0.2]
    path = np.cumsum(steps, axis=0)
    lattice = lattice_vectors(TILTED)
    given = path + rng.integers(-3, 4, path.shape) @ lattice
    found, _ = joined(given, TILTED, reach=1.6)
    assert found.n.tolist() == [40]
    assert found.dims.tolist() == [0]
    unwrapped = given + found.offset @ lattice
    assert np.diff(unwrapped, axis=0) == pytest.approx(np.diff(path, axis=0))


@pytest.mark.parametrize(("rows", "dims"), [(1, 1), (12, 2)])
def test_what_spans_the_box(rows, dims):
    box = np.array([12.0, 12.0, 12.0, 0.25, 0.0, 0.0])
    i, j = (k.ravel() for k in np.meshgrid(np.arange(12), np.arange(rows)))
    x = wrap(np.stack([i + 0.25 * j, j, 0.0 * i], axis=1), lattice_vectors(box))[0]
    found, _ = joined(x, box)
    assert (found.n.tolist(), found.dims.tolist()) == ([12 * rows], [dims])


def test_body_bonded_to_its_own_image_spans_the_box():
    found, _ = joined(np.zeros((1, 3)), np.array([5.0, 5.0, 1.0, 0.0, 0.0, 0.0]))
    assert found.dims.tolist() == [1]


def test_sites_of_one_body_do_not_join_it_to_itself():
    """Bodies of two sites: 0 and 1 touch by one of them through the border, 2 is alone."""
    x = np.array([[5.5, 0, 0], [5.9, 0, 0], [6.9, 0, 0], [7.3, 0, 0], [0, 0, 0], [0.4, 0, 0]])
    owner = np.array([0, 0, 1, 1, 2, 2])
    found, lattice = joined(x, np.array([12.0, 12.0, 12.0, 0, 0, 0]), 1.1, owner)
    assert (found.n.tolist(), found.dims.tolist()) == ([2, 1], [0, 0])
    moved = x + (found.offset @ lattice)[owner]
    assert lengths(moved[2:3] - moved[1:2]) == pytest.approx([1.0])


def test_head_unit_and_side_of_a_body():
    body = amphiphile(0.40, 0.65).bodies[0]
    assert head_of(body, {"am.A"}).tolist() == [0.0, 0.0, 0.0]
    assert side_of(body, {"am.A"}) == 1.0
    moved = replace(body, positions=body.positions * [1.0, 1.0, -1.0] + [0.0, 0.0, 0.3])
    assert head_of(moved, {"am.A"}).tolist() == [0.0, 0.0, 0.3]
    assert side_of(moved, {"am.A"}) == -1.0
    assert side_of(body, {"am.J", "am.A"}) == 1.0


def test_diameter_of_a_body():
    """The core of an amphiphile; a lobe of a dumbbell; of a shell the sphere of its volume."""
    core = amphiphile(0.40, 0.65).bodies[0]
    assert diameter_of(core) == S
    lobes = replace(
        core, diameters={"am": 0.0, "am.J": 1.5, "am.A": 1.5}, volume=np.pi * 1.5**3 / 3
    )
    assert diameter_of(lobes) == 1.5
    shell = replace(
        core, diameters={"am": 0.0, "am.J": 0.5, "am.A": 0.5}, volume=np.pi * 3.0**3 / 6
    )
    assert diameter_of(shell) == pytest.approx(3.0, rel=1e-12)
    assert (
        diameter_of(replace(core, diameters=dict.fromkeys(core.diameters, 0.0), volume=0.0)) == 0.0
    )
