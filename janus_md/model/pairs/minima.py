"""Lowest energies of two bodies: in named arrangements, and over all separations and turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import rowan

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable
from janus_md.model.pairs.energy import lowest, pair_energy, reach_of_beads
from janus_md.model.rotations import UNTURNED, turn_about_z

TURNED_OVER = np.array([0.0, 1.0, 0.0, 0.0])
"""Half a turn about x: the body looks along -z."""

ARRANGEMENTS = (
    "head to tail", "tops face each other", "bottoms face each other", "side by side, parallel",
    "side by side, antiparallel",
)  # fmt: skip
"""Arrangements of two bodies; the top of a body is its end at +z."""

ORIENTATIONS, DISTANCES, REFINED = 3000, 60, 12
"""Random relative orientations, distances of each, and how many of the best are refined."""

TURNS = 12
"""Turns of a body about its axis that are tried."""

SHALLOW = 1e-4
"""Share of the wall that a minimum must be deep."""

WALL = 20.0
"""Energy above which bodies count as overlapping, kT: what is inside is not looked at."""


@dataclass(frozen=True)
class PairMinimum:
    """A minimum of the energy of two bodies.

    Attributes
    ----------
    arrangement : str
        Name.
    energy : float
        kJ/mol.
    distance : float
        Of the centres of mass, nm.
    angles : tuple of 3 floats
        Angles between the axis of the first body and the bond, of the second and the bond, and
        between both axes, degrees.
    """

    arrangement: str
    energy: float
    distance: float
    angles: tuple[float, float, float]


def minima(
    body_a: RigidBody,
    body_b: RigidBody,
    *,
    relative_permittivity: float = 1.0,
    pairs: PairTable | None = None,
    kT: float = 2.479,
    seed: int = 1,
) -> list[PairMinimum]:
    """Return the minima of the named arrangements, and the lowest of all last.

    The named ones are optimised in the distance and in the turns of the bodies about their axes;
    one without attraction is left out. The lowest of all is looked for from random orientations, so
    that a narrow minimum of a rough body may be missed.

    Parameters
    ----------
    body_a, body_b : RigidBody
        The two kinds.
    relative_permittivity : float
        Of the medium.
    pairs : mapping, optional
        Pair table, as of :func:`janus_md.model.pairs.energy.pair_energy`.
    kT : float
        Thermal energy, for :data:`WALL`, kJ/mol.
    seed : int
        Of the random orientations.
    """
    furthest = max(1.2 * (body_a.reach + body_b.reach), reach_of_beads(body_a, body_b, pairs))

    def energy(r: FloatArray, q_a: FloatArray, q_b: FloatArray) -> FloatArray:
        found = pair_energy(
            body_a, body_b, r, q_a, q_b,
            relative_permittivity=relative_permittivity, pairs=pairs,
        )  # fmt: skip
        return np.asarray(np.minimum(found, 1e6))

    distances = np.linspace(furthest, 0.02 * furthest, 200)
    turns = [_turns_about_axis(body.symmetry) for body in (body_a, body_b)]
    mesh = np.stack(np.meshgrid(*turns, indexing="ij"), -1).reshape(-1, 2)
    named = [_arranged(name, energy, distances, mesh, WALL * kT) for name in ARRANGEMENTS]
    found = [one for one in named if one is not None]
    best = _lowest_of_all(energy, furthest, WALL * kT, np.random.default_rng(seed))
    if found:
        deepest = min(found, key=lambda one: one.energy)
        if deepest.energy < best.energy:
            best = PairMinimum("lowest of all", deepest.energy, deepest.distance, deepest.angles)
    return [*found, best]


Energy = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def _turns(name: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Direction of the bond, and orientations of both bodies."""
    x, z = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])
    ahead = np.array(UNTURNED)
    known: dict[str, tuple[FloatArray, FloatArray, FloatArray]] = {
        ARRANGEMENTS[0]: (z, ahead, ahead),
        ARRANGEMENTS[1]: (z, ahead, TURNED_OVER),
        ARRANGEMENTS[2]: (z, TURNED_OVER, ahead),
        ARRANGEMENTS[3]: (x, ahead, ahead),
        ARRANGEMENTS[4]: (x, ahead, TURNED_OVER),
    }
    return known[name]


def _arranged(
    name: str, energy: Energy, distances: FloatArray, mesh: FloatArray, wall: float
) -> PairMinimum | None:
    """Minimum of an arrangement over the distance and turns of both bodies about their axes."""
    bond, q_a, q_b = _turns(name)

    def of(points: FloatArray) -> FloatArray:
        r = points[:, :1] * bond
        first = rowan.multiply(q_a, turn_about_z(points[:, 1]))
        return energy(r, first, rowan.multiply(q_b, turn_about_z(points[:, 2])))

    grid = np.concatenate([np.column_stack([np.full(len(mesh), d), mesh]) for d in distances])
    u = of(grid).reshape(len(distances), len(mesh))
    outside = np.cumsum(u > wall, axis=0) == 0  # from outside to the first overlap
    if not outside.any():
        return None
    allowed = grid[outside.ravel()]
    best, point = lowest(of, allowed)
    if best > -SHALLOW * wall or point[0] > distances[0]:
        return None
    return PairMinimum(name, best, float(point[0]), _angles(bond, q_a, q_b))


def _turns_about_axis(symmetry: int) -> FloatArray:
    """Turns that are tried, in one period of an n-fold body; one turn for a body of revolution."""
    if symmetry == 0:
        return np.zeros(1)
    return np.linspace(0.0, 2.0 * np.pi / symmetry, TURNS, endpoint=False)


def _lowest_of_all(
    energy: Energy, furthest: float, wall: float, rng: np.random.Generator
) -> PairMinimum:
    """Lowest energy over distance and both orientations; the bond is along z."""
    z = np.array([0.0, 0.0, 1.0])
    turns = rng.normal(size=(2, ORIENTATIONS, 4))
    turns /= np.linalg.norm(turns, axis=2, keepdims=True)
    distances = np.linspace(furthest, 0.05 * furthest, DISTANCES)
    u = np.array([energy(np.tile(d * z, (ORIENTATIONS, 1)), *turns) for d in distances])
    u[np.cumsum(u > wall, axis=0) > 0] = np.inf
    nearest = np.argmin(u, axis=0)
    depth = u[nearest, np.arange(ORIENTATIONS)]

    def of(points: FloatArray) -> FloatArray:
        q_a, q_b = (rowan.normalize(points[:, k : k + 4]) for k in (1, 5))
        return energy(points[:, :1] * z, q_a, q_b)

    chosen = np.argsort(depth)[:REFINED]
    starts = np.column_stack([distances[nearest[chosen]], turns[0, chosen], turns[1, chosen]])
    best, point = min((lowest(of, one[None]) for one in starts), key=lambda pair: pair[0])
    for _ in range(6):  # Nelder and Mead's simplex may have shrunk too early
        again, point = lowest(of, point[None])
        if best - again < 1e-9:
            break
        best = again
    q_a, q_b = (rowan.normalize(point[k : k + 4]) for k in (1, 5))
    angles = _angles(z, q_a, q_b)
    return PairMinimum("lowest of all", best, float(point[0]), angles)


def _angles(bond: FloatArray, q_a: FloatArray, q_b: FloatArray) -> tuple[float, float, float]:
    a, b = (rowan.rotate(q, np.array([0.0, 0.0, 1.0])) for q in (q_a, q_b))
    cosines = np.clip([a @ bond, b @ bond, a @ b], -1.0, 1.0)
    first, second, between = np.degrees(np.arccos(cosines)).tolist()
    return first, second, between
