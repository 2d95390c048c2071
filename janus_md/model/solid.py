"""Solid bodies: volume, centre of mass, inertia and surface of the union of balls.

Each point of the union counts once, and the density is uniform. By the divergence theorem all
volume integrals follow from the exposed surface of the balls: with the outward normal ``n`` at the
point ``p`` and ``w = p . n dA``,

    V = 1/3 sum w,    V <p_i> = 1/4 sum w p_i,    V <p_i p_j> = 1/5 sum w p_i p_j

On a ball, the arcs of each circle of latitude that other balls cover have a closed form. The
integral over latitudes is split where such arcs appear, meet or end, and each piece is integrated
by Gauss-Legendre quadrature. The relative error is below 1e-7; for centres on a line it is that of
rounding (tests/model/test_solid.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janus_md.common.arrays import FloatArray
from janus_md.model.body import RigidBody

LATITUDES, LONGITUDES = 24, 12
"""Quadrature points on each piece of latitude and on each arc."""

_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Solid:
    """The union of balls.

    Attributes
    ----------
    volume : float
        nm^3.
    centre : ndarray, shape (3,)
        Centre of mass, nm.
    spread : ndarray, shape (3, 3)
        Mean of ``r_i r_j`` over the volume, with r from the centre of mass, nm^2.
    areas : ndarray, shape (B,)
        Exposed surface of each ball, nm^2.
    """

    volume: float
    centre: FloatArray
    spread: FloatArray
    areas: FloatArray

    def inertia(self, mass: float) -> FloatArray:
        """Tensor of inertia about the centre of mass, shape (3, 3), amu nm^2."""
        return mass * (np.trace(self.spread) * np.eye(3) - self.spread)


def union(centres: ArrayLike, radii: ArrayLike) -> Solid:
    """Integrate over the union of balls.

    A ball inside another one has no exposed surface. If balls coincide, the surface belongs to the
    first one.

    Parameters
    ----------
    centres : array_like, shape (B, 3)
        nm.
    radii : array_like, shape (B,)
        nm, above 0; B is at least 1.

    Returns
    -------
    Solid
        Volume, centre, second moments and surfaces.
    """
    places, sizes = np.asarray(centres, float).reshape(-1, 3), np.asarray(radii, float)
    return _union(places.tobytes(), sizes.tobytes())


@lru_cache(maxsize=64)  # a particle is checked, completed and built from the same beads
def _union(centres: bytes, radii: bytes) -> Solid:
    places, sizes = np.frombuffer(centres).reshape(-1, 3), np.frombuffer(radii)
    origin = places.mean(axis=0)
    turn = _upright(places - origin)
    places = (places - origin) @ turn.T
    areas = np.zeros(len(sizes))
    volume, first, second = 0.0, np.zeros(3), np.zeros((3, 3))
    for k, radius in enumerate(sizes):
        caps = _caps(k, places, sizes)
        if caps is None:
            continue
        normals, weights = _exposed(*caps)
        weights = weights * radius**2
        points = places[k] + radius * normals
        flux = weights * np.einsum("pi,pi->p", points, normals)
        areas[k] = weights.sum()
        volume += flux.sum() / 3.0
        first += flux @ points / 4.0
        second += np.einsum("p,pi,pj->ij", flux, points, points) / 5.0
    centre = first / volume
    spread = turn.T @ (second / volume - np.outer(centre, centre)) @ turn
    found = Solid(float(volume), origin + centre @ turn, spread, areas)
    for array in (found.centre, found.spread, found.areas):
        array.flags.writeable = False  # it is shared
    return found


def _upright(places: FloatArray) -> FloatArray:
    """Rotation of the longest extent of points to z; the rims of balls in line are then level."""
    axes = np.linalg.svd(places, full_matrices=True)[2][::-1]
    return np.asarray(axes * np.sign(np.linalg.det(axes)))


def solid_of(body: RigidBody) -> Solid | None:
    """Union of the beads of a body; None without beads.

    `areas` are those of the central particle and of the sites with a diameter, in this order.
    """
    beads = balls_of(body)
    return None if beads is None else union(*beads)


@lru_cache(maxsize=256)
def union_volume(body: RigidBody) -> float:
    """Volume of the union of a body's beads, nm^3; 0 for a body without beads."""
    found = solid_of(body)
    return 0.0 if found is None else found.volume


def balls_of(body: RigidBody) -> tuple[FloatArray, FloatArray] | None:
    """Centres, shape (B, 3), and radii, shape (B,), of the balls of a body, nm; None without any.

    A central particle with a diameter comes first.
    """
    centres = np.vstack([np.zeros(3), body.positions])
    radii = 0.5 * np.array([body.diameters[t] for t in (body.name, *body.types)])
    return (centres[radii > 0], radii[radii > 0]) if np.any(radii > 0) else None


def principal_moments(positions: FloatArray, masses: FloatArray) -> FloatArray:
    """Moments of inertia of point masses whose coordinate axes are principal axes.

    Parameters
    ----------
    positions : ndarray, shape (S, 3)
        nm.
    masses : ndarray, shape (S,)
        amu.

    Returns
    -------
    ndarray, shape (3,)
        About x, y and z, amu nm^2.

    Raises
    ------
    ValueError
        If the centre of mass is not the origin or the axes are not principal axes.
    """
    total = float(masses.sum())
    tensor = float(np.sum(masses * np.sum(positions**2, axis=1))) * np.eye(3) - np.einsum(
        "s,si,sj->ij", masses, positions, positions
    )
    moments = np.diag(tensor).copy()
    if np.abs(masses @ positions).max() > 1e-9 * total:
        raise ValueError("the centre of mass of the sites is not the origin")
    if np.abs(tensor - np.diag(moments)).max() > 1e-9 * moments.max():
        raise ValueError("the coordinate axes are not the principal axes of the sites")
    return moments


def _caps(k: int, places: FloatArray, sizes: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Parts of ball k that other balls cover: axes (C, 3), cosines of the half angles (C,).

    None if it is covered completely.
    """
    vectors = places - places[k]
    distances = np.linalg.norm(vectors, axis=1)
    axes, cosines = [], []
    for j, distance in enumerate(distances):
        if j == k or distance >= sizes[k] + sizes[j]:
            continue
        if distance <= sizes[j] - sizes[k] + _TINY and (sizes[j] - sizes[k] > _TINY or j < k):
            return None
        if distance <= abs(sizes[j] - sizes[k]) + _TINY:  # the other ball is inside this one
            continue
        axes.append(vectors[j] / distance)
        cosines.append((sizes[k] ** 2 + distance**2 - sizes[j] ** 2) / (2.0 * sizes[k] * distance))
    return _outermost(np.reshape(axes, (-1, 3)), np.asarray(cosines))


def _outermost(axes: FloatArray, cosines: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Remove the caps that lie inside another one."""
    if len(axes) < 2:
        return axes, cosines
    half = np.arccos(np.clip(cosines, -1.0, 1.0))
    apart = np.arccos(np.clip(axes @ axes.T, -1.0, 1.0))
    within = apart + half[:, None] <= half - _TINY  # row inside column
    kept = ~within.any(axis=1)
    return axes[kept], cosines[kept]


def _exposed(axes: FloatArray, cosines: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Quadrature of the unit sphere outside caps: points (P, 3) and weights (P,)."""
    nodes, weights = np.polynomial.legendre.leggauss(LATITUDES)
    # cubic substitution, which removes the square roots at the ends of a piece
    steps, shares = 0.5 * nodes * (3.0 - nodes**2), 1.5 * weights * (1.0 - nodes**2)
    cuts = _cuts(axes, cosines)
    middle, half = 0.5 * (cuts[1:] + cuts[:-1]), 0.5 * (cuts[1:] - cuts[:-1])
    latitude = (middle[:, None] + half[:, None] * steps).ravel()
    share = (half[:, None] * shares).ravel()
    low, high, open_ = _arcs(latitude, axes, cosines)
    row, arc = np.nonzero(open_)
    low, high = low[row, arc], high[row, arc]
    nodes, weights = np.polynomial.legendre.leggauss(LONGITUDES)
    longitude = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * nodes
    area = (share[row] * 0.5 * (high - low))[:, None] * weights
    height = np.broadcast_to(latitude[row, None], longitude.shape)
    across = np.sqrt(1.0 - height**2)
    points = np.stack([across * np.cos(longitude), across * np.sin(longitude), height], axis=-1)
    return points.reshape(-1, 3), area.ravel()


def _cuts(axes: FloatArray, cosines: FloatArray) -> FloatArray:
    """Sorted heights on the unit sphere at which the number of covered arcs changes."""
    edges = []
    for axis, cosine in zip(axes, cosines, strict=True):
        across = np.hypot(axis[0], axis[1])
        uphill = np.array([-axis[2] * axis[0], -axis[2] * axis[1], across**2])
        length = np.linalg.norm(uphill)
        if length < _TINY:  # the rim is a circle of latitude
            edges.append(cosine * axis)
            continue
        sine = np.sqrt(max(0.0, 1.0 - cosine**2))
        edges += [cosine * axis + sign * sine * uphill / length for sign in (1.0, -1.0)]
    edges += list(_crossings(axes, cosines))
    if not edges:
        return np.array([-1.0, 0.0, 1.0])
    points = np.array(edges)
    exposed = np.all(points @ axes.T <= cosines + 1e-9, axis=1)
    heights = np.clip(points[exposed][:, 2], -1.0, 1.0)
    return np.unique(np.concatenate([[-1.0, 0.0, 1.0], heights]))


def _crossings(axes: FloatArray, cosines: FloatArray) -> FloatArray:
    """Points where the rims of two caps cross, shape (P, 3)."""
    first, second = np.triu_indices(len(axes), 1)
    normal = np.cross(axes[first], axes[second]).reshape(-1, 3)
    square = np.einsum("pi,pi->p", normal, normal)
    met = square > _TINY
    first, second, normal, square = first[met], second[met], normal[met], square[met]
    one, two, c, d = axes[first], axes[second], cosines[first], cosines[second]
    dot = np.einsum("pi,pi->p", one, two)
    along = ((c - dot * d) / square)[:, None] * one + ((d - dot * c) / square)[:, None] * two
    rest = (1.0 - np.einsum("pi,pi->p", along, along)) / square
    met = rest >= 0.0
    step = np.sqrt(rest[met])[:, None] * normal[met]
    return np.concatenate([along[met] + step, along[met] - step])


def _arcs(
    latitude: FloatArray, axes: FloatArray, cosines: FloatArray
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Arcs of circles of latitude between the rims of caps: ends, and whether they are exposed.

    All arrays have the shape (heights, arcs).
    """
    count = len(axes)
    if count == 0:
        ends = np.broadcast_to([-np.pi, np.pi], (len(latitude), 2))
        return ends[:, :1], ends[:, 1:], np.ones((len(latitude), 1), bool)
    across = np.sqrt(1.0 - latitude**2)[:, None] * np.hypot(axes[:, 0], axes[:, 1])
    along = cosines - latitude[:, None] * axes[:, 2]  # covered where across cos(...) exceeds it
    rimmed = np.abs(along) < across
    ratio = np.divide(along, across, out=np.ones_like(along), where=rimmed)
    half = np.arccos(np.clip(ratio, -1.0, 1.0))
    towards = np.arctan2(axes[:, 1], axes[:, 0])
    ends = np.concatenate([towards - half, towards + half], axis=1)
    ends = np.where(np.tile(rimmed, 2), np.mod(ends + np.pi, 2.0 * np.pi) - np.pi, np.pi)
    edge = np.full((len(latitude), 1), np.pi)
    ends = np.concatenate([-edge, np.sort(ends, axis=1), edge], axis=1)
    low, high = ends[:, :-1], ends[:, 1:]
    middle = 0.5 * (low + high)
    open_ = high > low
    for k in range(count):
        open_ &= across[:, k, None] * np.cos(middle - towards[k]) <= along[:, k, None]
    return low, high, open_
