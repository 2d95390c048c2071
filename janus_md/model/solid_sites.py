"""Points that represent the surface and the volume of a body: sites for fields that act on both.

The solid is the union of the body's beads. All points of a kind of bead have the same area, all
points of the volume have the same volume, and their sums are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from janus_md.common.arrays import FloatArray
from janus_md.model.body import RigidBody
from janus_md.model.solid import solid_of
from janus_md.model.sphere_points import fibonacci

MAX_SITES = 5000
"""Largest number of points of a body."""

_FINE = 4.0  # spacing of the points over that of the samples that they are chosen from
_ROUNDS = 25
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class SolidSites:
    """A body with points of surface and volume.

    Attributes
    ----------
    body : RigidBody
        The body with additional sites without diameter and charge, of the types
        ``TYPE:surface`` for each type of bead, and ``NAME:volume``.
    areas : dict of str to float
        Area of a point of the surface by type, nm^2.
    volumes : dict of str to float
        Volume of a point of the volume by type, nm^3.
    """

    body: RigidBody
    areas: dict[str, float]
    volumes: dict[str, float]


def exposed_types(body: RigidBody) -> tuple[str, ...]:
    """Types of beads that are part of the surface of a body, in alphabetical order."""
    return tuple(sorted(_areas(body)))


def number_of_sites(body: RigidBody, spacing: float) -> int:
    """Number of points of :func:`with_sites`."""
    return sum(_count(area, spacing**2) for area in _areas(body).values()) + _count(
        _volume(body), spacing**3
    )


@lru_cache(maxsize=64)
def with_sites(body: RigidBody, spacing: float) -> SolidSites:
    """Return a body with points of its surface and volume; equal arguments give the same object.

    The points are centres of cells of about equal size (Lloyd, IEEE Trans. Inf. Theory 28, 129,
    1982), those of the surface moved onto it.

    Parameters
    ----------
    body : RigidBody
        A body with at least one bead.
    spacing : float
        Mean distance of the points, nm: one for each ``spacing^2`` and ``spacing^3``.
    """
    solid = solid_of(body)
    assert solid is not None
    centres, radii, types = _balls(body)
    places, kinds = list[FloatArray](), list[str]()
    areas = {}
    samples, owners = _surface(centres, radii, spacing / _FINE)
    for kind, area in sorted(_areas(body).items()):
        own = samples[np.array([types[k] == kind for k in owners], bool)]
        count = min(_count(area, spacing**2), len(own))
        points = _spread(own, count)
        points = own[_nearest(own, points)]
        areas[f"{kind}:surface"] = area / count
        places.append(points)
        kinds += [f"{kind}:surface"] * count
    samples = _inside(centres, radii, spacing / _FINE)
    count = min(_count(solid.volume, spacing**3), len(samples))
    points = _spread(samples, count)
    places.append(points + solid.centre - points.mean(axis=0))
    kinds += [f"{body.name}:volume"] * count
    positions = np.vstack([body.positions, *(np.round(one, 9) + 0.0 for one in places)])
    positions.flags.writeable = False
    added = replace(
        body,
        positions=positions,
        types=(*body.types, *kinds),
        charges=np.concatenate([body.charges, np.zeros(len(kinds))]),
        diameters=body.diameters | dict.fromkeys(kinds, 0.0),
    )
    return SolidSites(added, areas, {f"{body.name}:volume": solid.volume / count})


def _balls(body: RigidBody) -> tuple[FloatArray, FloatArray, list[str]]:
    """Centres, radii and types of the beads of a body."""
    centres, types = np.vstack([np.zeros(3), body.positions]), [body.name, *body.types]
    radii = 0.5 * np.array([body.diameters[kind] for kind in types])
    wide = np.flatnonzero(radii > 0.0)
    return centres[wide], radii[wide], [types[k] for k in wide]


def _areas(body: RigidBody) -> dict[str, float]:
    """Exposed area of each type of bead, nm^2."""
    solid = solid_of(body)
    if solid is None:
        return {}
    found: dict[str, float] = {}
    for kind, area in zip(_balls(body)[2], solid.areas.tolist(), strict=True):
        if area > _TINY:
            found[kind] = found.get(kind, 0.0) + area
    return found


def _volume(body: RigidBody) -> float:
    solid = solid_of(body)
    return 0.0 if solid is None else solid.volume


def _count(whole: float, share: float) -> int:
    return max(1, round(whole / share))


def _surface(
    centres: FloatArray, radii: FloatArray, spacing: float
) -> tuple[FloatArray, FloatArray]:
    """Samples of the surface of a union of balls, of equal area, and the ball of each."""
    points, owners = [], []
    for k, (centre, radius) in enumerate(zip(centres, radii, strict=True)):
        own = centre + radius * fibonacci(max(64, _count(4.0 * np.pi * radius**2, spacing**2)))
        apart = np.linalg.norm(own[:, None] - centres, axis=2) - radii
        apart[:, k] = 0.0
        own = own[np.all(apart > -_TINY, axis=1)]
        points.append(own)
        owners.append(np.full(len(own), k))
    return np.vstack(points), np.concatenate(owners)


def _inside(centres: FloatArray, radii: FloatArray, spacing: float) -> FloatArray:
    """Samples of the volume of a union of balls, on a cubic lattice."""
    low, high = (centres - radii[:, None]).min(axis=0), (centres + radii[:, None]).max(axis=0)
    numbers = np.maximum(8, np.ceil((high - low) / spacing)).astype(int)
    axes = [
        a + (np.arange(n) + 0.5) * (b - a) / n for a, b, n in zip(low, high, numbers, strict=True)
    ]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    within = np.zeros(len(grid), bool)
    for centre, radius in zip(centres, radii, strict=True):
        within |= np.einsum("pi,pi->p", grid - centre, grid - centre) < radius**2
    return grid[within]


def _spread(samples: FloatArray, count: int) -> FloatArray:
    """Centres of cells of about equal numbers of samples, shape (count, 3)."""
    points = samples[(np.arange(count) * len(samples)) // count]
    for _ in range(_ROUNDS):
        cell = _nearest(points, samples)
        size = np.bincount(cell, minlength=count)
        sums = np.stack([np.bincount(cell, one, minlength=count) for one in samples.T], axis=1)
        points = np.where(size[:, None] > 0, sums / np.maximum(size, 1)[:, None], points)
    return points


def _nearest(points: FloatArray, samples: FloatArray) -> FloatArray:
    """Index of the point nearest to each sample."""
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(points).query(samples)[1])
