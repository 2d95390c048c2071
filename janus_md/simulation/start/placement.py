"""Initial positions of bodies: at random without overlap, or on a lattice."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import rowan
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable
from janus_md.model.pairs.beads import Beads, near_pairs, periodic_tree
from janus_md.model.system import IntArray
from janus_md.simulation.start.limits import Limits

MIN_CONTACT = 0.9
"""Smallest distance of beads in units of sigma; WCA is 7.7 kT there at room temperature."""

_MIN_TRIES = 512  # smallest number of tries per round, doubled after each round without success
_MAX_TRIES_PER_BODY = 8  # largest number of tries per round, for each body in the box
_MAX_FAILED_ROUNDS = 60  # successive rounds without success after which the box counts as full
_SWEEPS, _STEP = 5, 0.15  # hard-body moves after a round without success; step in nm and radians
_MAX_STALLED_ROUNDS = 600  # successive rounds on a lattice without fewer overlaps


def _tree(beads: Beads, edges: FloatArray, places: FloatArray) -> tuple[cKDTree, float]:
    """Tree of beads in the periodic box, and the largest of the smallest allowed distances."""
    return periodic_tree(places, edges), min(beads.sigma.max(), 0.499 * float(edges.min()))


def _clashes(
    beads: Beads, edges: FloatArray, kinds: IntArray, centres: FloatArray, orientations: FloatArray
) -> tuple[IntArray, IntArray]:
    """Pairs of bodies (lower, higher index) with beads that are too close."""
    x, types, owners = beads.of(kinds, centres, orientations)
    if len(x) == 0:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    a, b, squared = near_pairs(x, edges, beads.sigma.max())
    close = squared < beads.sigma[types[a], types[b]] ** 2
    close &= owners[a] != owners[b]
    first, second = owners[a[close]], owners[b[close]]
    return np.minimum(first, second), np.maximum(first, second)


_Bodies = tuple[IntArray, FloatArray, FloatArray]  # kinds, centres, orientations


def _free(beads: Beads, edges: FloatArray, tried: _Bodies, placed: _Bodies) -> NDArray[np.intp]:
    """Select the bodies of `tried` that are not too close to any body of `placed`."""
    (x, types, owners), (y, types_there, _) = beads.of(*tried), beads.of(*placed)
    free = np.ones(len(tried[0]), bool)
    if len(x) and len(y):
        tree, furthest = _tree(beads, edges, x)
        there, _ = _tree(beads, edges, y)
        near = tree.sparse_distance_matrix(there, furthest, output_type="ndarray")
        close = near["v"] < beads.sigma[types[near["i"]], types_there[near["j"]]]
        free[owners[near["i"][close]]] = False
    return np.flatnonzero(free)


def place_at_random(
    bodies: tuple[RigidBody, ...],
    kinds: IntArray,
    edges: float | FloatArray,
    pairs: PairTable,
    rng: np.random.Generator,
    limits: Limits | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Random sequential addition in a periodic box, with uniform orientations.

    Parameters
    ----------
    bodies : tuple of RigidBody
        The kinds.
    kinds : ndarray of int, shape (N,)
        Kind of each body.
    edges : float or ndarray, shape (3,)
        Edges of the box, nm; one number for a cube.
    pairs : dict
        Pair table; the distance of beads is at least :data:`MIN_CONTACT` times their sigma.
    rng : numpy.random.Generator
        Source of the random numbers.
    limits : Limits, optional
        Part of the box in which the bodies must be.

    Returns
    -------
    positions : ndarray, shape (N, 3)
        Centres in [-edge/2, edge/2), nm.
    orientations : ndarray, shape (N, 4)
        Unit quaternions.

    Raises
    ------
    JanusError
        If a body cannot be placed in many rounds of tries.
    """
    beads = Beads(bodies, pairs, MIN_CONTACT)
    edges, limits = _box(edges, limits)
    n = len(kinds)
    # Bodies already placed come first in these arrays, in the order of `order`.
    order = np.zeros(0, np.int32)
    x, q = np.zeros((0, 3)), np.zeros((0, 4))
    waiting = rng.permutation(n).astype(np.int32)
    barren, n_tries = 0, _MIN_TRIES
    while len(waiting):
        # The last bodies are difficult to place and get many tries per round.
        tries = np.tile(waiting, -(-n_tries // len(waiting)))
        new_x = (rng.random((len(tries), 3)) - 0.5) * limits.edges
        new_q = _random_quaternions(len(tries), rng)
        tried = (kinds[tries], new_x, new_q)
        free = _free(beads, edges, tried, (kinds[order], x, q))
        free = free[~limits.blocked((kinds[tries[free]], new_x[free], new_q[free]))]
        # One position for each body; of two overlapping bodies, the later one is removed.
        some = np.sort(free[np.unique(tries[free], return_index=True)[1]])
        _, later = _clashes(beads, edges, kinds[tries[some]], new_x[some], new_q[some])
        some = np.delete(some, np.unique(later))
        placed_some = len(some) > 0
        barren = 0 if placed_some else barren + 1
        order = np.concatenate([order, tries[some]])
        x, q = np.concatenate([x, new_x[some]]), np.concatenate([q, new_q[some]])
        waiting = np.setdiff1d(waiting, order)
        if not placed_some:  # move the placed bodies to make room
            n_tries = max(_MIN_TRIES, min(2 * n_tries, _MAX_TRIES_PER_BODY * n))
            x, q = _shuffle(beads, edges, kinds[order], x, q, rng, limits)
        if barren >= _MAX_FAILED_ROUNDS:
            raise JanusError(
                f"volume_fraction: {_fraction(bodies, kinds, limits):.3g} cannot be packed at "
                f"random: there is room for {len(order)} of {n} bodies; use a lower "
                "volume_fraction or start: lattice"
            )
    back = np.argsort(order)
    return x[back], q[back]


def _shuffle(
    beads: Beads,
    edges: FloatArray,
    kinds: IntArray,
    positions: FloatArray,
    orientations: FloatArray,
    rng: np.random.Generator,
    limits: Limits,
) -> tuple[FloatArray, FloatArray]:
    """Apply small hard-body moves and rotations; moves that lead to overlap are rejected."""
    for _ in range(_SWEEPS):
        moved = rng.random(len(kinds)) < 0.3
        steps = rng.normal(scale=_STEP, size=(len(kinds), 3))
        turns = np.column_stack([np.ones(len(kinds)), rng.normal(scale=_STEP, size=steps.shape)])
        turned = rowan.normalize(rowan.multiply(turns, orientations))
        moved &= ~limits.blocked((kinds, positions + steps, turned))
        while True:
            x = np.where(moved[:, None], positions + steps, positions)
            q = np.where(moved[:, None], turned, orientations)
            first, second = _clashes(beads, edges, kinds, x, q)
            if len(first) == 0:
                break
            moved[first] = moved[second] = False
        positions, orientations = x, q
    return positions - edges * np.rint(positions / edges), orientations


def place_on_lattice(
    bodies: tuple[RigidBody, ...],
    kinds: IntArray,
    edges: float | FloatArray,
    pairs: PairTable,
    rng: np.random.Generator,
    limits: Limits | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Lattice with random orientations, redrawn for bodies that overlap.

    It is simple cubic in a cube. Between walls it is compressed so that bodies fit in any
    orientation. Parameters, returns and errors as in
    :func:`place_at_random`.
    """
    beads = Beads(bodies, pairs, MIN_CONTACT)
    edges, limits = _box(edges, limits)
    n = len(kinds)
    cells = _cells(n, limits.edges)
    grid = np.stack(np.unravel_index(rng.permutation(int(np.prod(cells)))[:n], cells), axis=1)
    x = (grid + 0.5) * (limits.edges / cells) - 0.5 * limits.edges
    outermost = 0.5 * limits.edges * (1.0 - 1.0 / np.array(cells))
    too_far = outermost > 0.5 * limits.core
    x[:, too_far] *= (0.5 * limits.core / np.maximum(outermost, 1e-300))[too_far]
    q = _random_quaternions(n, rng)
    fewest, barren = n + 1, 0
    while True:
        first, second = _clashes(beads, edges, kinds, x, q)
        # It is enough to rotate one body of each pair, as the other one may fit already.
        bad = np.where(rng.random(len(first)) < 0.5, first, second)
        bad = np.union1d(bad, np.flatnonzero(limits.blocked((kinds, x, q))))
        if len(bad) == 0:
            return x, q
        fewest, barren = (len(bad), 0) if len(bad) < fewest else (fewest, barren + 1)
        if barren >= _MAX_STALLED_ROUNDS:
            raise JanusError(
                f"volume_fraction: {_fraction(bodies, kinds, limits):.3g} cannot be packed on a "
                f"lattice: {len(bad)} of {n} bodies overlap in all orientations tried; use a "
                "lower volume_fraction"
            )
        q[bad] = _random_quaternions(len(bad), rng)


def _cells(n: int, edges: FloatArray) -> tuple[int, int, int]:
    """Cells of a lattice of at least `n` sites along each edge, the shortest as long as possible.

    A cube has the same number along all edges.
    """
    if np.ptp(edges) == 0.0:
        side = round(np.ceil(n ** (1 / 3) - 1e-9))
        return side, side, side
    ideal = np.floor(edges / (edges.prod() / n) ** (1 / 3)).astype(int).tolist()
    xs, ys, zs = (range(max(1, k - 1), k + 3) for k in ideal)
    enough = [(x, y, z) for x, y, z in product(xs, ys, zs) if x * y * z >= n]
    return max(enough, key=lambda cells: (float((edges / cells).min()), -prod(cells)))


def _box(edges: float | FloatArray, limits: Limits | None) -> tuple[FloatArray, Limits]:
    """Edges of the periodic box, and the part of it for bodies: by default all of it."""
    edges = np.broadcast_to(np.asarray(edges, float), 3)
    return edges, limits or Limits(edges, edges)


def _fraction(bodies: tuple[RigidBody, ...], kinds: IntArray, limits: Limits) -> float:
    return float(np.array([body.volume for body in bodies])[kinds].sum() / limits.edges.prod())


def _random_quaternions(n: int, rng: np.random.Generator) -> FloatArray:
    """Orientations uniform over all rotations (Marsaglia: four normal numbers, normalised)."""
    q = rng.normal(size=(n, 4))
    return np.asarray(q / np.linalg.norm(q, axis=1, keepdims=True))
