"""Two-bead amphiphiles, and structures of them that are known; lengths in S, the head's diameter.

A structure is the places of the heads and the axes u from head to attractive bead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

import numpy as np

from janus_md.analysis.aggregates.contacts import cluster_criterion
from janus_md.analysis.aggregates.criterion import DEFAULT_CRITERION
from janus_md.analysis.frames.source import Frame
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.analysis.pipeline.settings import Settings
from janus_md.model.body import RigidBody
from janus_md.model.interactions.table import Interactions, lennard_jones, wca
from tests.analysis.worlds import described, quaternions_along

S = 2.0
"""Diameter of the head, nm."""


def amphiphile(distance=0.40, size=0.65, cutoff=1.8):
    """Setup of bodies with a core J and a bead A at +z, which attracts its like."""
    known = described({"am": ""}, permittivity=None)
    wide = {"am.J": S, "am.A": size * S}
    body = RigidBody(
        name="am",
        model="sphere",
        positions=np.array([[0.0, 0.0, 0.0], [0.0, 0.0, distance * S]]),
        types=("am.J", "am.A"),
        charges=np.zeros(2),
        diameters={"am": 0.0, **wide},
        mass=3000.0,
        inertia=np.array([1200.0, 1200.0, 1200.0]),
        hydrodynamic_radius=1.0,
        volume=4.2,
        bond=known.bodies[0].bond,
        symmetry=0,
    )
    pairs = {
        (a, b): (wca(0.5 * (wide[a] + wide[b])),)
        for a, b in combinations_with_replacement(sorted(wide), 2)
    }
    pairs["am.A", "am.A"] = (lennard_jones(14.874, size * S, cutoff * size * S),)
    return replace(known, bodies=(body,), counts=(1,), interactions=Interactions(pairs, None))


@dataclass(frozen=True)
class Structure:
    """Heads (S), axes, edges of the box (S), and the (distance, size) of the attractive bead."""

    heads: np.ndarray
    axes: np.ndarray
    box: tuple[float, float, float] = (30.0, 30.0, 30.0)
    model: tuple[float, float] = (0.40, 0.65)

    def context(self, shift=(0.0, 0.0, 0.0), noise=0.0, rng=None):
        """Frame of it: moved by `shift`, heads off by `noise` (S), axes by 2.5 times that."""
        x, u = self.heads + np.asarray(shift), self.axes
        if noise:
            x = x + rng.normal(scale=noise, size=x.shape)
            u = u + rng.normal(scale=2.5 * noise, size=u.shape)
        edges = np.asarray(self.box)
        x = S * (x - edges * np.floor(x / edges + 0.5))
        box = np.concatenate([S * edges, np.zeros(3)])
        n, setup = len(x), amphiphile(*self.model)
        frame = Frame(
            0, 0, box, x, quaternions_along(u), ("am",), np.zeros(n, np.int64), np.arange(n)
        )
        criterion = cluster_criterion(setup, ("am",))
        return FrameContext(frame, Settings(DEFAULT_CRITERION, clusters=criterion), setup)


def fibonacci(n):
    """n directions spread evenly over the sphere."""
    k = np.arange(n) + 0.5
    z, angle = 1.0 - 2.0 * k / n, np.pi * (1.0 + 5.0**0.5) * k
    r = np.sqrt(1.0 - z * z)
    return np.stack([r * np.cos(angle), r * np.sin(angle), z], axis=1)


def random_axes(n, seed=0):
    u = np.random.default_rng(seed).normal(size=(n, 3))
    return u / np.linalg.norm(u, axis=1, keepdims=True)


def monomers():
    """27 on a lattice, far apart."""
    x = np.stack(np.meshgrid(*[np.arange(3) * 10.0 - 10.0] * 3), axis=-1).reshape(-1, 3)
    return Structure(x, random_axes(27))


def oligomers():
    """Three pairs with their attractive beads together, and a triangle of three."""
    pair = np.array([[-0.85, 0.0, 0.0], [0.85, 0.0, 0.0]])
    angle = 2.0 * np.pi * np.arange(3) / 3.0
    three = 0.95 * np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=1)
    pieces = [(pair, at) for at in ([-8.0, 0, 0], [0, 8.0, 0], [8.0, 8.0, 3.0])]
    pieces.append((three, [8.0, -8.0, 0.0]))
    x = np.concatenate([piece + np.array(at) for piece, at in pieces])
    u = np.concatenate([-piece / np.linalg.norm(piece[0]) for piece, _ in pieces])
    return Structure(x, u, model=(0.40, 1.00))


def micelle(n=12, radius=1.15):
    r = fibonacci(n)
    return Structure(radius * r, -r)


def vesicle(inner=3.3, model=(0.40, 0.95)):
    """Two leaves with heads at `inner` and further out; numbers that fill both."""
    d, a = model[0], 1.12 * model[1]
    outer = inner + 2.0 * d + 0.87 * a
    head = 0.866 * 1.04**2
    n_in = min(4 * np.pi * inner**2 / head, 4 * np.pi * (inner + d) ** 2 / (0.866 * a**2))
    widest = max(a, 1.04 * (outer - d) / outer)
    n_out = 4 * np.pi * (outer - d) ** 2 / (0.866 * widest**2)
    r_in, r_out = fibonacci(int(n_in)), fibonacci(int(n_out))
    x = np.concatenate([inner * r_in, outer * r_out])
    return Structure(x, np.concatenate([r_in, -r_out]), model=model)


def _bilayer(x, y, model):
    """Two leaves of heads above and below z = 0."""
    height = model[0] + 0.5 * 0.87 * 1.12 * model[1]
    z = np.full(len(x), height)
    heads = np.concatenate([np.stack([x, y, z], axis=1), np.stack([x, y, -z], axis=1)])
    return heads, np.repeat([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]], len(x), axis=0)


def disc(radius=5.0, model=(0.50, 1.00)):
    """Bilayer of two hexagonal leaves."""
    a = 1.1
    i, j = (k.ravel() for k in np.meshgrid(np.arange(-9, 10), np.arange(-9, 10)))
    x, y = a * (i + 0.5 * j), a * np.sqrt(0.75) * j
    kept = x * x + y * y <= radius**2
    heads, u = _bilayer(x[kept], y[kept], model)
    return Structure(heads, u, model=model)


def sheet_through_the_box(model=(0.50, 1.00)):
    a, n, rows = 1.1, 10, 12
    i, j = (k.ravel() for k in np.meshgrid(np.arange(n), np.arange(rows)))
    x, y = a * (i + 0.5 * (j % 2)), a * np.sqrt(0.75) * j
    heads, u = _bilayer(x, y, model)
    return Structure(heads, u, (n * a, rows * a * np.sqrt(0.75), 12.0), model)


def _tube(centres, first, second, model=(0.25, 0.80), around=5):
    """Rings of bodies about the points of a line, every other one turned by half a step."""
    radius = model[0] + 1.1 * model[1] / (2.0 * np.sin(np.pi / around))
    angle = 2.0 * np.pi * (np.arange(around)[None] + 0.5 * (np.arange(len(centres)) % 2)[:, None])
    angle = angle / around
    r = np.cos(angle)[..., None] * first[:, None] + np.sin(angle)[..., None] * second[:, None]
    return (centres[:, None] + radius * r).reshape(-1, 3), -r.reshape(-1, 3)


def _straight(n, axis, spacing=0.9, begin=0.0):
    one, first, second = np.roll(np.eye(3), -axis, axis=0)
    centres = (begin + spacing * np.arange(n))[:, None] * one
    return _tube(centres, np.tile(first, (n, 1)), np.tile(second, (n, 1)))


def worm(n=14):
    x, u = _straight(n, 2, begin=-0.45 * n)
    return Structure(x, u, model=(0.25, 0.80))


def bent_worm(n=18, turn=150.0):
    """Along an arc of `turn` degrees."""
    angle = np.deg2rad(turn) * np.linspace(-0.5, 0.5, n)
    radius = 0.9 * n / np.deg2rad(turn)
    out = np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=1)
    x, u = _tube(radius * out, out, np.tile([0.0, 0.0, 1.0], (n, 1)))
    return Structure(x, u, model=(0.25, 0.80))


def string(n=16):
    """Head to tail in a line, all pointing the same way."""
    x = np.zeros((n, 3))
    x[:, 2] = 0.9 * (np.arange(n) - 0.5 * n)
    return Structure(x, np.tile([0.0, 0.0, 1.0], (n, 1)), model=(0.40, 1.00))


def network(rings=15):
    """Three worms through the box along its edges, which meet in one place."""
    edge = 0.9 * rings
    parts = [_straight(rings, axis) for axis in range(3)]
    x, u = (np.concatenate(one) for one in zip(*parts, strict=True))
    return Structure(x, u, (edge,) * 3, (0.25, 0.80))


def crystal(radius=4.0, spacing=1.1):
    """Ball cut from a face-centred cubic lattice; the bodies point anywhere."""
    i = np.stack(np.meshgrid(*[np.arange(-8, 9)] * 3), axis=-1).reshape(-1, 3)
    x = spacing / np.sqrt(2.0) * i[i.sum(axis=1) % 2 == 0]
    x = x[np.linalg.norm(x, axis=1) <= radius]
    return Structure(x, random_axes(len(x)), model=(0.40, 1.00))


def crystal_in_the_whole_box(cells=5, spacing=1.1):
    cell = spacing * np.sqrt(2.0)
    i = np.stack(np.meshgrid(*[np.arange(2 * cells)] * 3), axis=-1).reshape(-1, 3)
    x = 0.5 * cell * i[i.sum(axis=1) % 2 == 0]
    return Structure(x, random_axes(len(x)), (cells * cell,) * 3, (0.40, 1.00))


def random_cluster(n=80, radius=2.8):
    """Heads at random in a ball, none closer than 0.85 to another; they point anywhere."""
    rng, x = np.random.default_rng(3), []
    while len(x) < n:
        at = rng.uniform(-radius, radius, 3)
        if at @ at <= radius**2 and all(np.linalg.norm(at - one) >= 0.85 for one in x):
            x.append(at)
    return Structure(np.array(x), random_axes(n, 4), model=(0.40, 1.00))


def branched_worm(n=18, side=7):
    """A straight worm along z with a branch along x from its middle."""
    main, u = _straight(n, 2, begin=-0.45 * n)
    branch, v = _straight(side, 0, begin=1.9)
    return Structure(np.concatenate([main, branch]), np.concatenate([u, v]), model=(0.25, 0.80))
