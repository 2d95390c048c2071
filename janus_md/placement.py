"""Where bodies stand at the start: at random without overlap, or on a lattice."""

from __future__ import annotations

import numpy as np
import rowan
from scipy.spatial import cKDTree

from janus_md.bodies import FloatArray, RigidBody
from janus_md.errors import JanusError
from janus_md.interactions import LennardJones
from janus_md.system import IntArray

PairTable = dict[tuple[str, str], LennardJones]

_STALLED = 60  # rounds in a row that place nobody; each round tries every body that is left


class _Beads:
    """Beads with a volume, of every kind of body, and the distances they must keep."""

    def __init__(self, bodies: tuple[RigidBody, ...], pairs: PairTable) -> None:
        names = sorted({t for pair in pairs for t in pair})
        number = {name: k for k, name in enumerate(names)}
        self.sigma = np.zeros((len(names), len(names)))
        for (a, b), row in pairs.items():
            self.sigma[number[a], number[b]] = self.sigma[number[b], number[a]] = row.sigma
        self.positions: list[FloatArray] = []
        self.types: list[IntArray] = []
        for body in bodies:
            sites = [(body.name, np.zeros(3)), *zip(body.types, body.positions, strict=True)]
            kept = [(number[t], x) for t, x in sites if t in number]
            self.types.append(np.array([t for t, _ in kept], np.int32))
            self.positions.append(np.array([x for _, x in kept]).reshape(-1, 3))

    def of(
        self, kinds: IntArray, centres: FloatArray, orientations: FloatArray
    ) -> tuple[FloatArray, IntArray, IntArray]:
        """Positions, types and owning bodies of the beads of many bodies."""
        xs, ts, owners = [np.zeros((0, 3))], [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
        for kind, (sites, types) in enumerate(zip(self.positions, self.types, strict=True)):
            who = np.flatnonzero(kinds == kind)
            turned = rowan.rotate(orientations[who][:, None, :], sites[None, :, :])
            xs.append((centres[who][:, None, :] + turned).reshape(-1, 3))
            ts.append(np.tile(types, len(who)))
            owners.append(np.repeat(who, len(sites)).astype(np.int32))
        return np.concatenate(xs), np.concatenate(ts), np.concatenate(owners)


def _clashes(
    beads: _Beads, length: float, kinds: IntArray, centres: FloatArray, orientations: FloatArray
) -> tuple[IntArray, IntArray]:
    """Pairs of bodies (lower, higher index) of which two beads come closer than sigma."""
    x, types, owners = beads.of(kinds, centres, orientations)
    if len(x) == 0:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    tree = cKDTree(np.mod(x, length), boxsize=length)
    pairs = tree.query_pairs(min(beads.sigma.max(), 0.499 * length), output_type="ndarray")
    a, b = pairs.T
    apart = x[a] - x[b]
    apart -= length * np.rint(apart / length)
    close = np.einsum("ij,ij->i", apart, apart) < beads.sigma[types[a], types[b]] ** 2
    close &= owners[a] != owners[b]
    first, second = owners[a[close]], owners[b[close]]
    return np.minimum(first, second), np.maximum(first, second)


def _first_come(clashes: tuple[IntArray, IntArray], n: int) -> np.ndarray:
    """Mask of the bodies that clash with no body before them."""
    stays = np.ones(n, bool)
    stays[clashes[1]] = False
    return stays


def place_at_random(
    bodies: tuple[RigidBody, ...],
    kinds: IntArray,
    length: float,
    pairs: PairTable,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Random sequential addition in a cubic periodic box, with uniform orientations.

    Parameters
    ----------
    bodies : tuple of RigidBody
        The kinds.
    kinds : ndarray of int, shape (N,)
        Kind of each body.
    length : float
        Edge of the box, nm.
    pairs : dict
        Pair table; beads keep at least their sigma.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    positions : ndarray, shape (N, 3)
        Centres in [-length/2, length/2), nm.
    orientations : ndarray, shape (N, 4)
        Unit quaternions.

    Raises
    ------
    JanusError
        Where no room is found for a body in many rounds of tries.
    """
    beads = _Beads(bodies, pairs)
    n = len(kinds)
    # Bodies already placed come first in these arrays, in the order of `order`.
    order = np.zeros(0, np.int32)
    x, q = np.zeros((0, 3)), np.zeros((0, 4))
    waiting = rng.permutation(n).astype(np.int32)
    barren = 0
    while len(waiting):
        new_x = (rng.random((len(waiting), 3)) - 0.5) * length
        new_q = _random_quaternions(len(waiting), rng)
        tried = np.concatenate([order, waiting])
        all_x, all_q = np.concatenate([x, new_x]), np.concatenate([q, new_q])
        stays = _first_come(_clashes(beads, length, kinds[tried], all_x, all_q), len(tried))
        barren = 0 if stays[len(order) :].any() else barren + 1
        order, x, q = tried[stays], all_x[stays], all_q[stays]
        waiting = tried[~stays]
        if barren >= _STALLED:
            raise JanusError(
                f"volume_fraction: random placement found room for {len(order)} of {n} bodies; "
                "use a lower volume_fraction or start: lattice"
            )
    back = np.argsort(order)
    return x[back], q[back]


def place_on_lattice(
    bodies: tuple[RigidBody, ...],
    kinds: IntArray,
    length: float,
    pairs: PairTable,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Simple cubic lattice with random orientations, drawn anew where beads overlap.

    Parameters, returns and errors as in :func:`place_at_random`.
    """
    beads = _Beads(bodies, pairs)
    n = len(kinds)
    side = round(np.ceil(n ** (1 / 3) - 1e-9))
    grid = np.stack(np.unravel_index(rng.permutation(side**3)[:n], (side,) * 3), axis=1)
    x = (grid + 0.5) * (length / side) - 0.5 * length
    q = _random_quaternions(n, rng)
    fewest, barren = n + 1, 0
    while True:
        first, second = _clashes(beads, length, kinds, x, q)
        # Turning one body of each pair is enough, and leaves the other where it fits.
        bad = np.unique(np.where(rng.random(len(first)) < 0.5, first, second))
        if len(bad) == 0:
            return x, q
        fewest, barren = (len(bad), 0) if len(bad) < fewest else (fewest, barren + 1)
        if barren >= 10 * _STALLED:
            raise JanusError(
                f"volume_fraction: on a lattice {len(bad)} of {n} bodies overlap whichever way "
                "they are turned; use a lower volume_fraction"
            )
        q[bad] = _random_quaternions(len(bad), rng)


def _random_quaternions(n: int, rng: np.random.Generator) -> FloatArray:
    """Orientations uniform over all rotations (Marsaglia: four normal numbers, normalised)."""
    q = rng.normal(size=(n, 4))
    return np.asarray(q / np.linalg.norm(q, axis=1, keepdims=True))
