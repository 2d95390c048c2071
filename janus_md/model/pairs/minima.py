"""Minima of the energy of two equal bodies: in line, side by side, and over all arrangements.

Energies are those of two isolated bodies (:mod:`janus_md.model.pairs.energy`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import rowan

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable
from janus_md.model.pairs.energy import lowest, pair_energy, reach_of_beads
from janus_md.model.pairs.orientations import Turns, turned
from janus_md.model.pairs.sums import Rows, hashable
from janus_md.model.rotations import TURNED_OVER, UNTURNED, turn, turn_about_z

WALL = 10.0
"""Energy above which bodies overlap, kJ/mol. Shorter distances are unphysical, as charges may
coincide there."""

DISTANCES = 96
"""Number of distances at which an arrangement is tried."""

SPINS = 24
"""Rotations of each body about its own axis that are tried, per period of its symmetry."""

EVALUATIONS = 1e7
"""Approximate number of pairs of sites evaluated by the free search."""

STARTS = 8
"""Number of arrangements from which the free search minimises the energy."""

MIN_BINDING = 1e-6
"""Smallest binding energy that counts as a bond, kJ/mol."""


LOWEST = "lowest of all"
"""Name of the minimum over all arrangements."""


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
        Angles between the axis of the first body and the bond, between that of the second and the
        bond, and between the two axes, degrees.
    """

    arrangement: str
    energy: float
    distance: float
    angles: tuple[float, float, float]


def minima(
    body: RigidBody, *, relative_permittivity: float = 1.0, pairs: PairTable | None = None
) -> list[PairMinimum]:
    """Return the minima of two equal bodies in named arrangements, and the lowest of all last.

    In the named arrangements the axes are fixed: both along the bond (head to tail), with the tops
    (ends at +z) or bottoms facing each other, or both normal to the bond. The distance and the
    rotations of the bodies about their axes are optimised. For the lowest of all, everything is
    free. That search starts from quasi-random orientations, so it may miss a narrow minimum of a
    rough body. Arrangements that do not bind are left out.

    Parameters
    ----------
    body : RigidBody
        The body.
    relative_permittivity : float
        Of the medium.
    pairs : mapping, optional
        Pair table, as of :func:`~janus_md.model.pairs.energy.pair_energy`.
    """

    def energy(r: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
        return pair_energy(
            body, body, r, first, second,
            relative_permittivity=relative_permittivity, pairs=pairs,
        )  # fmt: skip

    furthest = max(2.4 * body.reach, reach_of_beads(body, body, pairs))
    in_line, across = (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)
    named = [
        _arranged(name, body, energy, furthest, along, first, second)
        for name, along, first, second in (
            ("head to tail", in_line, UNTURNED, UNTURNED),
            ("tops face each other", in_line, UNTURNED, TURNED_OVER),
            ("bottoms face each other", in_line, TURNED_OVER, UNTURNED),
            ("side by side, parallel", across, UNTURNED, UNTURNED),
            ("side by side, antiparallel", across, UNTURNED, TURNED_OVER),
        )
    ]
    bound = [one for one in named if one is not None]
    free = _free(body, body, energy, furthest)
    best = min([*bound, *filter(None, [free])], key=lambda one: one.energy, default=None)
    return [*bound, *([] if best is None else [replace(best, arrangement=LOWEST)])]


Energy = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def _arranged(
    name: str,
    body: RigidBody,
    energy: Energy,
    furthest: float,
    along: tuple[float, float, float],
    first: tuple[float, ...],
    second: tuple[float, ...],
) -> PairMinimum | None:
    """Lowest energy over distance and spins with fixed axes."""
    period = 2.0 * np.pi / max(body.symmetry, 1)
    round_body = body.symmetry == 0
    spins = np.zeros(1) if round_body else np.linspace(0.0, period, SPINS, endpoint=False)
    # the energy of bodies in line does not depend on a common rotation
    both = np.zeros(1) if along[2] == 1.0 else spins

    def placed(points: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        r = points[:, :1] * np.array(along)
        a = rowan.multiply(first, turn_about_z(points[:, 1]))
        b = rowan.multiply(second, turn_about_z(points[:, 2]))
        return r, a, b

    distances = np.linspace(0.05 * furthest, furthest, DISTANCES)
    grid = np.stack(np.meshgrid(distances, both, spins, indexing="ij"), -1)
    values = energy(*placed(grid.reshape(-1, 3))).reshape(DISTANCES, -1)
    outside = _outside(values)
    points = grid.reshape(DISTANCES, -1, 3)[outside]
    if len(points) == 0:
        return None
    used = [0] if round_body else [0, 1, 2] if len(both) > 1 else [0, 2]
    base = np.zeros(3)

    def of_used(some: FloatArray) -> FloatArray:
        every = np.tile(base, (len(some), 1))
        every[:, used] = some
        return energy(*placed(every))

    best, where = lowest(of_used, points[:, used])
    base[used] = where
    return _minimum(name, best, *(one[0] for one in placed(base[None])))


def _outside(values: FloatArray) -> np.ndarray:
    """Mask of the distances outside the outermost wall; distances ascend along the first axis."""
    wall = values > WALL
    return np.asarray(np.cumsum(wall[::-1], axis=0)[::-1] == 0)


def lowest_energy(
    first: RigidBody,
    second: RigidBody,
    *,
    relative_permittivity: float = 1.0,
    pairs: PairTable | None = None,
) -> float:
    """Lowest energy of two bodies over all arrangements, kJ/mol; 0 if they do not bind.

    The search starts from quasi-random orientations, so it may miss a narrow minimum of a rough
    body.

    Parameters
    ----------
    first, second : RigidBody
        The two bodies.
    relative_permittivity : float
        Of the medium.
    pairs : mapping, optional
        Pair table, as of :func:`~janus_md.model.pairs.energy.pair_energy`.
    """
    return _lowest_energy(first, second, relative_permittivity, hashable(pairs))


@lru_cache(maxsize=256)
def _lowest_energy(
    first: RigidBody, second: RigidBody, relative_permittivity: float, rows: Rows | None
) -> float:
    pairs = None if rows is None else dict(rows)

    def energy(r: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
        return pair_energy(
            first, second, r, a, b, relative_permittivity=relative_permittivity, pairs=pairs
        )

    furthest = max(1.2 * (first.reach + second.reach), reach_of_beads(first, second, pairs))
    found = _free(first, second, energy, furthest)
    return 0.0 if found is None else found.energy


def _free(
    body_a: RigidBody, body_b: RigidBody, energy: Energy, furthest: float
) -> PairMinimum | None:
    """Lowest energy over all arrangements: quasi-random orientations, then local minimisation."""
    from scipy.stats import qmc

    dimensions = 3 if body_a.symmetry == body_b.symmetry == 0 else 5
    sites = (1 + len(body_a.types)) * (1 + len(body_b.types))
    power = int(np.clip(math.log2(EVALUATIONS / (DISTANCES * sites)), 8, 12))
    orientations: Turns = turned(qmc.Sobol(dimensions, seed=0).random_base2(power))
    distances = np.linspace(0.05 * furthest, furthest, DISTANCES)
    count = 2**power
    r = np.zeros((DISTANCES, count, 3))
    r[..., 2] = distances[:, None]
    a, b = (np.broadcast_to(one, (DISTANCES, count, 4)).reshape(-1, 4) for one in orientations)
    values = energy(r.reshape(-1, 3), a, b).reshape(DISTANCES, count)
    values = np.where(_outside(values), values, np.inf)
    at = values.argmin(axis=0)
    depth = values[at, np.arange(count)]
    found = [
        _downhill(energy, float(distances[at[k]]), orientations[0][k], orientations[1][k])
        for k in np.argsort(depth)[:STARTS]
        if np.isfinite(depth[k])
    ]
    return None if not found else _minimum(LOWEST, *min(found, key=lambda one: one[0]))


def _downhill(
    energy: Energy, distance: float, first: FloatArray, second: FloatArray
) -> tuple[float, FloatArray, FloatArray, FloatArray]:
    """Lowest energy near a start, with the separation and the two orientations."""
    from scipy.optimize import minimize

    def placed(x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        return x[:3], first, rowan.multiply(turn(x[3:]), second)

    def height(x: FloatArray) -> float:
        return float(energy(*placed(x))[0])

    start = np.array([0.0, 0.0, distance, 0.0, 0.0, 0.0])
    near = minimize(height, start, method="BFGS", options={"gtol": 1e-6})
    options = {"xatol": 1e-7, "fatol": 1e-9, "maxiter": 1200}
    found = minimize(height, near.x, method="Nelder-Mead", options=options)
    return (float(found.fun), *placed(found.x))


def _minimum(
    name: str, energy: float, r: FloatArray, first: FloatArray, second: FloatArray
) -> PairMinimum | None:
    if energy > -MIN_BINDING:
        return None
    distance = float(np.linalg.norm(r))
    a, b = (rowan.to_matrix(q)[:, 2] for q in (first, second))
    cosines = np.clip([a @ r / distance, b @ r / distance, a @ b], -1.0, 1.0)
    to_first, to_second, between = np.degrees(np.arccos(cosines)).tolist()
    return PairMinimum(name, energy, distance, (to_first, to_second, between))
