"""Number of bodies that overlap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from janus_md.common.arrays import expanded
from janus_md.model.body import FloatArray
from janus_md.model.pairs.beads import Beads, periodic_tree, squared_distances
from janus_md.model.setup import Setup
from janus_md.model.system import IntArray, System

_AT_ONCE = 20_000  # pairs of bodies, which bounds the memory


def count_overlaps(system: System, share: float) -> int:
    """Count the pairs of bodies with beads closer than `share` times their sigma.

    The count is 0 for a box that is not orthogonal, which no protocol creates.
    """
    if system.box[3:].any():
        return 0
    beads = Beads(system.bodies, system.interactions.pairs, share)
    edges = system.box[:3]
    reach = [np.linalg.norm(x, axis=1).max(initial=-np.inf) for x in beads.positions]
    longest = 2.0 * max(reach) + beads.sigma.max(initial=0.0)
    if not longest > 0.0:
        return 0
    pairs = periodic_tree(system.positions, edges).query_pairs(longest, output_type="ndarray")
    count = 0
    for begin in range(0, len(pairs), _AT_ONCE):
        count += _overlapping(system, beads, np.array(reach), pairs[begin : begin + _AT_ONCE])
    return count


def _overlapping(system: System, beads: Beads, reach: FloatArray, pairs: NDArray[np.intp]) -> int:
    """Count the pairs of `pairs` with beads that are too close.

    Only beads are compared that are within reach of the other body of their pair.
    """
    bodies, members = np.unique(pairs, return_inverse=True)
    members = members.reshape(pairs.shape)
    kinds, centres = system.kinds[bodies], system.positions[bodies]
    x, types, owners = beads.of(kinds, centres, system.orientations[bodies])
    order = np.argsort(owners, kind="stable")
    x, types = x[order], types[order]
    counts = np.bincount(owners, minlength=len(bodies))
    first = np.cumsum(counts) - counts
    edges = system.box[:3]

    def facing(
        own: NDArray[np.intp], other: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        pair, bead = np.repeat(np.arange(len(own)), counts[own]), expanded(first[own], counts[own])
        limit = reach[kinds[other]] + beads.sigma.max()
        squared = squared_distances(x[bead] - centres[other[pair]], edges)
        near = squared <= limit[pair] ** 2
        return pair[near], bead[near]

    pair_a, bead_a = facing(members[:, 0], members[:, 1])
    pair_b, bead_b = facing(members[:, 1], members[:, 0])
    per_pair = np.bincount(pair_b, minlength=len(pairs))
    begin = np.cumsum(per_pair) - per_pair
    partners = per_pair[pair_a]
    a, b = np.repeat(bead_a, partners), bead_b[expanded(begin[pair_a], partners)]
    squared = squared_distances(x[a] - x[b], edges)
    close = squared < beads.sigma[types[a], types[b]] ** 2
    return len(np.unique(np.repeat(pair_a, partners)[close]))


def overlaps_in(
    setup: Setup, kinds: IntArray, positions: FloatArray, orientations: FloatArray, share: float
) -> int:
    """Count the overlaps, as of :func:`count_overlaps`, of bodies placed in the box of a setup."""
    system = System(
        bodies=setup.bodies,
        kinds=kinds,
        box=setup.box.copy(),
        positions=positions,
        orientations=orientations,
        interactions=setup.interactions,
    )
    return count_overlaps(system, share)
