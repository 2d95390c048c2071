"""Plane walls with the 9-3 potential, the same for NumPy and the engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import rowan
from numpy.typing import NDArray

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.environment import Poses

MINIMUM = 0.4 ** (1.0 / 6.0)
"""Distance of the minimum, sigma."""

ZERO_DISTANCE = (2.0 / 15.0) ** (1.0 / 6.0)
"""Distance at which the potential is 0 before it is shifted, sigma."""

CUTOFF = 2.5
"""Default cutoff, sigma."""

SIDES = {"lower": 1.0, "upper": -1.0}
"""Names of the walls, and the direction of their normals, which point to the bodies."""


@dataclass(frozen=True)
class Plane:
    """A wall. The energy of a bead at the distance z is eps [(2/15) (sigma/z)^9 - (sigma/z)^3].

    This is the integral of the 12-6 potential over a half space. It is shifted to 0 at the cutoff.

    Attributes
    ----------
    side : str
        ``lower`` or ``upper``.
    axis : int
        Direction of the normal: 0, 1 or 2.
    position : float
        Coordinate of the plane along the axis, nm.
    sigma, cutoff : float
        nm.
    epsilon : mapping
        eps by type of bead with volume, kJ/mol.
    """

    side: str
    axis: int
    position: float
    sigma: float
    cutoff: float
    epsilon: Mapping[str, float]

    @property
    def normal(self) -> FloatArray:
        """Unit vector from the wall to the bodies, shape (3,)."""
        return SIDES[self.side] * np.eye(3)[self.axis]

    def distances(self, places: FloatArray) -> FloatArray:
        """Distances of places (..., 3) from the plane, negative behind it, nm."""
        return np.asarray(SIDES[self.side] * (places[..., self.axis] - self.position))

    def energy(self, distances: FloatArray, epsilon: FloatArray) -> FloatArray:
        """Energy of beads at these distances, kJ/mol; infinite behind the wall."""
        inside = (distances > 0.0) & (distances < self.cutoff)
        z = np.where(inside, distances, self.cutoff)
        found = epsilon * (_shape(self.sigma / z) - _shape(np.array(self.sigma / self.cutoff)))
        return np.where(distances > 0.0, found, np.inf)

    def force(self, distances: FloatArray, epsilon: FloatArray) -> FloatArray:
        """Force on beads at these distances along the normal, kJ/mol/nm."""
        inside = (distances > 0.0) & (distances < self.cutoff)
        z = np.where(inside, distances, self.cutoff)
        ratio = self.sigma / z
        return np.asarray(inside * epsilon * (1.2 * ratio**9 - 3.0 * ratio**3) / z)


@dataclass(frozen=True)
class NearWall:
    """Beads of the bodies of one kind at one wall.

    Attributes
    ----------
    plane : Plane
        The wall.
    members : ndarray of int, shape (M,)
        Indices of the bodies.
    arms : ndarray, shape (M, S, 3)
        Positions of their beads relative to the centres, nm.
    distances : ndarray, shape (M, S)
        Distances of the beads from the plane, nm.
    epsilon : ndarray, shape (S,)
        eps of the beads, kJ/mol.
    """

    plane: Plane
    members: NDArray[np.intp]
    arms: FloatArray
    distances: FloatArray
    epsilon: FloatArray


def _shape(ratio: FloatArray) -> FloatArray:
    return np.asarray(2.0 / 15.0 * ratio**9 - ratio**3)


def planes_of(bodies: tuple[RigidBody, ...], parameters: Mapping[str, Any]) -> tuple[Plane, ...]:
    """Return the lower and the upper wall of the field ``walls``.

    Parameters
    ----------
    bodies : tuple of RigidBody
        All kinds.
    parameters : mapping
        Settings of the field, with the distance of the walls (``separation``, nm).
    """
    axis = "xyz".index(parameters["normal"])
    return tuple(
        Plane(
            side,
            axis,
            -0.5 * sign * float(parameters["separation"]),
            float(parameters[side]["sigma"]),
            _cutoff(parameters[side]),
            {
                t: float(_chosen(body, t, parameters[side]["kinds"], parameters[side]["epsilon"]))
                for body in bodies
                for t in walled_sites(body)[0]
            },
        )
        for side, sign in SIDES.items()
    )


def _cutoff(wall: Mapping[str, Any]) -> float:
    if wall["form"] == "repulsive":
        return float(MINIMUM * wall["sigma"])
    return float(CUTOFF * wall["sigma"] if wall["cutoff"] is None else wall["cutoff"])


def _chosen(body: RigidBody, kind: str, kinds: Mapping[str, float], default: float) -> float:
    """Energy of a type; the full name counts more than the kind alone."""
    return kinds.get(kind, kinds.get(kind.removeprefix(f"{body.name}."), default))


def walled_sites(body: RigidBody) -> tuple[list[str], FloatArray]:
    """Types (S,) and positions (S, 3), nm, of the beads with volume, the central one included."""
    sites = [(body.name, np.zeros(3)), *zip(body.types, body.positions, strict=True)]
    kept = [(t, x) for t, x in sites if body.diameters[t] > 0.0]
    return [t for t, _ in kept], np.array([x for _, x in kept]).reshape(-1, 3)


def near_walls(
    bodies: tuple[RigidBody, ...], placed: Poses, parameters: Mapping[str, Any]
) -> Iterator[NearWall]:
    """Yield the beads of each kind of body at each wall.

    Parameters
    ----------
    bodies : tuple of RigidBody
        All kinds.
    placed : tuple
        Kinds, centres and orientations of the bodies.
    parameters : mapping
        As of :func:`planes_of`.
    """
    kinds, positions, orientations = placed
    for kind, body in enumerate(bodies):
        types, sites = walled_sites(body)
        members = np.flatnonzero(kinds == kind)
        arms = rowan.rotate(orientations[members][:, None, :], sites[None, :, :])
        places = positions[members][:, None, :] + arms
        for plane in planes_of(bodies, parameters):
            epsilon = np.array([plane.epsilon[t] for t in types])
            yield NearWall(plane, members, arms, plane.distances(places), epsilon)


def heights(
    bodies: tuple[RigidBody, ...], placed: Poses, parameters: Mapping[str, Any]
) -> tuple[FloatArray, FloatArray, float]:
    """Return distances from the lower wall, and its sigma, nm.

    Parameters as of :func:`near_walls`.

    Returns
    -------
    centres, nearest : ndarray, shape (N,)
        Of the centre and of the nearest bead of each body.
    sigma : float
        Of the lower wall.
    """
    lower = planes_of(bodies, parameters)[0]
    nearest = np.full(len(placed[0]), np.inf)
    for near in near_walls(bodies, placed, parameters):
        if near.plane.side == lower.side:
            nearest[near.members] = near.distances.min(axis=1)
    return lower.distances(placed[1]), nearest, lower.sigma


def check_kinds(bodies: tuple[RigidBody, ...], parameters: Mapping[str, Any]) -> str:
    """Return which kind of a wall no body has, as the end of a sentence; else empty."""
    known = {
        name
        for body in bodies
        for t in walled_sites(body)[0]
        for name in (t, t.removeprefix(f"{body.name}."))
    }
    for side in SIDES:
        for kind in parameters[side]["kinds"]:
            if kind not in known:
                return (
                    f"names the kind {kind!r} ({side}.kinds), which no body has; allowed are "
                    f"{', '.join(sorted(known))}"
                )
    return ""
