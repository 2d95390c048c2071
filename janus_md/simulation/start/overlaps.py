"""Number of bodies that overlap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from janus_md.common.arrays import expanded
from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable
from janus_md.model.pairs.beads import Beads, periodic_tree, squared_distances
from janus_md.model.setup import Setup
from janus_md.model.system import IntArray, System

_AT_ONCE = 20_000  # pairs of bodies, which bounds the memory


class Overlaps:
    """Search of overlaps in states of the same kinds of bodies.

    Parameters
    ----------
    bodies : tuple of RigidBody
        The kinds.
    pairs : mapping
        Pair table.
    share : float
        Beads overlap that are closer than this share of their sigma.
    """

    def __init__(self, bodies: tuple[RigidBody, ...], pairs: PairTable, share: float) -> None:
        self._beads = beads = Beads(bodies, pairs, share)
        self._reach = np.array(
            [np.linalg.norm(x, axis=1).max(initial=-np.inf) for x in beads.positions]
        )
        self._longest = 2.0 * float(self._reach.max()) + float(beads.sigma.max(initial=0.0))

    def count(self, system: System) -> int:
        """Return the number of pairs of bodies that overlap.

        It is 0 for a box that is not orthogonal, which no protocol creates.
        """
        if system.box[3:].any() or not self._longest > 0.0:
            return 0
        tree = periodic_tree(system.positions, system.box[:3])
        pairs = tree.query_pairs(self._longest, output_type="ndarray")
        parts = (pairs[k : k + _AT_ONCE] for k in range(0, len(pairs), _AT_ONCE))
        return sum(_overlapping(system, self._beads, self._reach, part) for part in parts)


def count_overlaps(system: System, share: float) -> int:
    """Count the pairs of bodies with beads closer than `share` times their sigma."""
    return Overlaps(system.bodies, system.interactions.pairs, share).count(system)


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
