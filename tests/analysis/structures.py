"""Random worlds of wires with a known answer, for property-based tests.

A world is built wire by wire; wires keep more than the bond distance between them, except in
bundles, where they lie side by side. What is intended is then held against a search over all
pairs and 27 images, so that no accidental bond spoils the answer.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np

from janus_md.model.box import lattice_vectors
from tests.analysis.worlds import quaternions_along

DISTANCE, ANGLE = 2.1, 35.0
SHIFTS = np.array(list(itertools.product(range(-1, 2), repeat=3)))


@dataclass
class Wire:
    """Bodies in their intended order, unwrapped; bonds as (source, target, image)."""

    kind: str
    positions: np.ndarray
    axes: np.ndarray
    bonds: list[tuple[int, int, tuple[int, int, int]]]
    dims: int = 0
    winding: tuple[int, int, int] | None = (0, 0, 0)
    turn: float | None = None
    bundle: int = 1
    members: list[int] = field(default_factory=list)

    def __len__(self):
        return len(self.positions)


def unit(v):
    return np.asarray(v, float) / np.linalg.norm(v)


def random_rotation(rng):
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q *= np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else q * [1, 1, -1]


def tilted(rng, axis, largest):
    """Return a direction at most `largest` degrees from `axis`, often near the limit."""
    angle = np.deg2rad(largest * rng.choice([rng.uniform(0, 1), 0.999]))
    side = unit(np.cross(axis, rng.normal(size=3)))
    return np.cos(angle) * axis + np.sin(angle) * side


def chain(n):
    return [(k, k + 1, (0, 0, 0)) for k in range(n - 1)]


def straight(rng, lattice):
    n, d = int(rng.integers(1, 12)), rng.uniform(1.4, 2.09)
    e = unit(rng.normal(size=3))
    x = d * np.arange(n)[:, None] * e
    return [Wire("linear", x, np.tile(e, (n, 1)), chain(n), turn=rng.uniform(-np.pi, np.pi))]


def longer_than_the_box(rng, lattice):
    """Along a face diagonal and off it, so that the wire passes beside its own image."""
    e = unit(lattice[rng.integers(3)] + 0.29 * lattice[rng.integers(3)] + rng.normal(size=3))
    d = rng.uniform(1.7, 2.09)
    n = int(np.ceil(1.4 * np.linalg.norm(lattice, axis=1).max() / d))
    return [Wire("linear", d * np.arange(n)[:, None] * e, np.tile(e, (n, 1)), chain(n), turn=0.3)]


def noisy(rng, lattice):
    """Every length and angle anywhere within the criterion, up to its edge."""
    n = int(rng.integers(2, 9))
    x, u = [np.zeros(3)], [unit(rng.normal(size=3))]
    for _ in range(n - 1):
        e = tilted(rng, u[-1], ANGLE)
        x.append(x[-1] + e * rng.choice([rng.uniform(1.4, DISTANCE), 0.999 * DISTANCE]))
        u.append(tilted(rng, e, ANGLE))
    return [Wire("linear", np.array(x), np.array(u), chain(n))]


def helix(rng, lattice):
    n, hand = int(rng.integers(4, 14)), rng.choice([-1, 1])
    radius, rise = rng.uniform(0.4, 1.2), rng.uniform(1.4, 1.6)
    step = hand * np.deg2rad(rng.uniform(15, 40))
    t = step * np.arange(n)
    x = np.stack([radius * np.cos(t), radius * np.sin(t), rise * np.arange(n)], axis=1)
    u = np.stack([-radius * step * np.sin(t), radius * step * np.cos(t), np.full(n, rise)], axis=1)
    turned = random_rotation(rng)
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    return [Wire("linear", x @ turned.T, u @ turned.T, chain(n))]


def ring(rng, lattice):
    n, d = int(rng.integers(6, 15)), rng.uniform(1.5, 2.05)
    t = 2 * np.pi * np.arange(n) / n
    radius = 0.5 * d / np.sin(np.pi / n)
    x = radius * np.stack([np.cos(t), np.sin(t), 0 * t], axis=1)
    u = np.stack([-np.sin(t), np.cos(t), 0 * t], axis=1)
    turned = random_rotation(rng)
    return [Wire("ring", x @ turned.T, u @ turned.T, [*chain(n), (n - 1, 0, (0, 0, 0))])]


def branched(rng, lattice):
    """A trunk and two branches of unequal length; heads or tails meet at the fork."""
    trunk, left, right = rng.integers(1, 5), rng.integers(1, 4), rng.integers(1, 6)
    d, tilt, sign = rng.uniform(1.7, 2.0), np.deg2rad(30.0), rng.choice([-1, 1])
    e = np.array([0.0, 0.0, 1.0])
    up = np.array([np.sin(tilt), 0.0, np.cos(tilt)])
    down = up * [-1, 1, 1]
    parts = [
        -d * np.arange(trunk)[::-1, None] * e,
        d * np.arange(1, left + 1)[:, None] * up,
        d * np.arange(1, right + 1)[:, None] * down,
    ]
    x = np.concatenate(parts)
    u = sign * np.repeat([e, up, down], [trunk, left, right], axis=0)
    fork, split = trunk - 1, trunk + left
    links = [
        *((k, k + 1) for k in range(fork)),
        *((fork if k == trunk else k - 1, k) for k in range(trunk, split)),
        *((fork if k == split else k - 1, k) for k in range(split, len(x))),
    ]
    bonds = [(a, b, (0, 0, 0)) if sign > 0 else (b, a, (0, 0, 0)) for a, b in links]
    turned = random_rotation(rng)
    return [Wire("branched", x @ turned.T, u @ turned.T, bonds)]


def percolating(rng, lattice):
    """Along one lattice vector, with a wave in it."""
    axis, sign = int(rng.integers(3)), int(rng.choice([-1, 1]))
    a = lattice[axis]
    n = int(np.ceil(np.linalg.norm(a) / 1.85))
    wave = rng.uniform(0, 0.25) * np.sin(2 * np.pi * np.arange(n) / n + rng.uniform(0, 6))
    side = unit(np.cross(a, rng.normal(size=3)))
    x = np.arange(n)[:, None] / n * a + wave[:, None] * side
    u = np.tile(sign * unit(a), (n, 1))
    image = [0, 0, 0]
    image[axis] = sign
    last = (n - 1, 0) if sign > 0 else (0, n - 1)
    bonds = [(k, k + 1, (0, 0, 0)) if sign > 0 else (k + 1, k, (0, 0, 0)) for k in range(n - 1)]
    wire = Wire("percolating", x, u, [*bonds, (*last, tuple(image))], 1, tuple(image))
    return [wire]


def percolating_in_two_directions(rng, lattice):
    """Along a and along a + b (45 degrees apart in a cube), through one common body."""
    first, second = rng.permutation(3)[:2]
    a, b = lattice[first], lattice[first] + lattice[second]
    ea, eb = unit(a), unit(b)
    if ea @ eb < np.cos(np.deg2rad(66.0)) or ea @ eb > np.cos(np.deg2rad(40.0)):
        return []
    na, nb = (int(np.floor(np.linalg.norm(v) / 1.65)) for v in (a, b))
    x = np.concatenate([np.arange(na)[:, None] / na * a, np.arange(1, nb)[:, None] / nb * b])
    u = np.concatenate([np.tile(ea, (na, 1)), np.tile(eb, (nb - 1, 1))])
    u[0] = unit(ea + eb)
    along, across = np.zeros(3, int), np.zeros(3, int)
    along[first] = 1
    across[[first, second]] = 1
    bonds = [
        *chain(na),
        (na - 1, 0, tuple(along.tolist())),
        (0, na, (0, 0, 0)),
        *((k, k + 1, (0, 0, 0)) for k in range(na, na + nb - 2)),
        (na + nb - 2, 0, tuple(across.tolist())),
    ]
    return [Wire("percolating", x, u, bonds, 2, None)]


def bundle(rng, lattice):
    """Wires side by side, touching, parallel or antiparallel: each is a wire of its own."""
    d, across, count = rng.uniform(1.5, 2.0), rng.uniform(1.3, 1.8), int(rng.integers(2, 5))
    turned = random_rotation(rng)
    wires = []
    for k in range(count):
        n, sign = int(rng.integers(3, 7)), rng.choice([-1, 1])
        z = d * (np.arange(n) + 0.5 * (k % 2))
        place = [across * (k % 2), across * (k // 2) * 1.2]
        x = np.stack([np.full(n, place[0]), np.full(n, place[1]), z], axis=1)[::sign]
        u = np.tile([0.0, 0.0, float(sign)], (n, 1))
        wires.append(Wire("linear", x @ turned.T, u @ turned.T, chain(n), bundle=count))
    return wires


MAKERS = {
    "straight": straight,
    "longer than the box": longer_than_the_box,
    "noisy": noisy,
    "helix": helix,
    "ring": ring,
    "branched": branched,
    "percolating": percolating,
    "two directions": percolating_in_two_directions,
    "bundle": bundle,
}

BOXES = {
    "cube": [13.0, 13.0, 13.0, 0.0, 0.0, 0.0],
    "brick": [12.0, 15.0, 13.5, 0.0, 0.0, 0.0],
    "triclinic": [13.0, 13.0, 14.0, 0.2, -0.15, 0.25],
}


@dataclass
class World:
    box: np.ndarray
    wires: list[Wire]
    positions: np.ndarray
    orientations: np.ndarray
    hands: np.ndarray


def all_images(x, y, lattice):
    """Vectors from x to the images of y about the nearest one, (len(x), len(y), 27, 3), and which
    images they are: enough where the box is twice as wide as the bond distance.
    """
    straight = y[None] - x[:, None]
    nearest = -np.round(straight @ np.linalg.inv(lattice)).astype(int)
    images = nearest[:, :, None] + SHIFTS
    return (straight + nearest @ lattice)[:, :, None] + SHIFTS @ lattice, images


def reference_bonds(x, u, lattice):
    """Bonds by the words of the definition: every pair, every image."""
    r, images = all_images(x, x, lattice)
    length = np.linalg.norm(r, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        source = np.degrees(np.arccos(np.clip(np.einsum("iskd,id->isk", r, u) / length, -1, 1)))
        target = np.degrees(np.arccos(np.clip(np.einsum("iskd,sd->isk", r, u) / length, -1, 1)))
    bonded = (length < DISTANCE) & (length > 0) & (source < ANGLE) & (target < ANGLE)
    return {
        (int(i), int(j), tuple(images[i, j, k].tolist()))
        for i, j, k in zip(*np.nonzero(bonded), strict=True)
    }


def apart(x, others, lattice, least):
    vectors, _ = all_images(x, others, lattice)
    return bool(np.all(np.linalg.norm(vectors, axis=-1) > least))


def build_world(names, box_name, seed):
    """Place the named structures at random; those that find no room in ten tries are left out."""
    rng = np.random.default_rng(seed)
    box = np.array(BOXES[box_name])
    lattice = lattice_vectors(box)
    wires, placed = [], np.empty((0, 3))
    for name in names:
        for _ in range(10):
            made = MAKERS[name](rng, lattice)
            if not made:
                break
            origin = rng.uniform(-0.5, 0.5, 3) @ lattice
            for wire in made:
                wire.positions = wire.positions + origin
            x = np.concatenate([wire.positions for wire in made])
            u = np.concatenate([wire.axes for wire in made])
            if not apart(x, placed, lattice, DISTANCE) or not _as_intended(made, x, u, lattice):
                continue
            for wire in made:
                wire.members = list(range(len(placed), len(placed) + len(wire)))
                placed = np.concatenate([placed, wire.positions])
                wires.append(wire)
            break
    spin = np.concatenate(
        [rng.uniform(-3, 3) + (wire.turn or 0.0) * np.arange(len(wire)) for wire in wires]
        or [np.empty(0)]
    )
    axes = np.concatenate([wire.axes for wire in wires]) if wires else np.empty((0, 3))
    hands = rng.choice([-1, 1], len(placed))
    return World(box, wires, placed, quaternions_along(axes, spin), hands)


def _as_intended(made, x, u, lattice):
    begin = np.cumsum([0, *(len(wire) for wire in made)])
    intended = {
        (int(begin[k]) + i, int(begin[k]) + j, image)
        for k, wire in enumerate(made)
        for i, j, image in wire.bonds
    }
    return reference_bonds(x, u, lattice) == intended
