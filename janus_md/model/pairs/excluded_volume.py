"""Excluded volume of two rigid bodies of hard balls, averaged over their orientations.

Two bodies of given orientations overlap where a ball of one is closer to a ball of the other than
the sum of their radii. The displacements at which they overlap are therefore a union of balls
themselves: one for each pair of beads, at the difference of their places, with the sum of their
radii. Its mean volume over all orientations is the excluded volume, twice the second virial
coefficient of the hard bodies (Onsager, Ann. N. Y. Acad. Sci. 51, 627, 1949).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import rowan

from janus_md.common.arrays import FloatArray
from janus_md.model.body import RigidBody
from janus_md.model.pairs.orientations import turned
from janus_md.model.solid import balls_of, union

ANGLES = (16, 24)
"""Gauss-Legendre nodes in the cosine of the angle between the axes of bodies of revolution. The
difference of the two results is the error."""

MAX_ON_AXIS = 3
"""Largest number of balls of a body of revolution whose unions are integrated; the cost grows with
its fourth power."""

SETS = 16
"""Number of independent sets of quasi-random orientations."""

ACCURACY = 1e-3
"""Standard error, relative to the value, at which no more orientations are added."""

PAIRS = 10_000_000
"""Largest number of pairs of beads in all orientations."""

_BATCH = 500_000
"""Largest number of pairs of beads at once."""


@dataclass(frozen=True)
class ExcludedVolume:
    """Excluded volume of two bodies.

    Attributes
    ----------
    value : float
        Mean over all orientations, nm^3.
    error : float
        Error of the quadrature for up to three balls on an axis, standard error for other bodies,
        nm^3; 0 for one ball.
    """

    value: float
    error: float


def convex_excluded_volume(volume: float, surface: float, mean_radius: float) -> float:
    """Return the mean excluded volume of two equal convex bodies, nm^3.

    ``2 V + 2 S R``, where the mean radius R is the integral of the mean curvature over ``4 pi``:
    the radius of a ball, and ``a + L / 4`` for a spherocylinder of radius a and length ``L + 2 a``
    (Isihara, J. Chem. Phys. 18, 1446, 1950; Kihara, Rev. Mod. Phys. 25, 831, 1953).

    Parameters
    ----------
    volume, surface, mean_radius : float
        nm^3, nm^2 and nm.
    """
    return 2.0 * volume + 2.0 * surface * mean_radius


def excluded_volume(body: RigidBody, *, seed: int = 0) -> ExcludedVolume:
    """Return the excluded volume of two bodies of the same kind.

    One ball has a closed form. For two or three balls on an axis only the angle between the axes
    counts, and the volume of each union of balls is integrated over it. For other bodies,
    orientations are quasi-random, and the overlap along the line between the centres is exact.

    Parameters
    ----------
    body : RigidBody
        Beads are hard balls; sites without volume do not count.
    seed : int
        Of the quasi-random orientations.
    """
    places, radii = _exposed(body)
    if len(radii) == 0:
        return ExcludedVolume(0.0, 0.0)
    if len(radii) == 1:
        radius = float(radii[0])
        ball = 4.0 / 3.0 * math.pi * radius**3
        return ExcludedVolume(convex_excluded_volume(ball, 3.0 * ball / radius, radius), 0.0)
    on_axis = np.all(np.hypot(places[:, 0], places[:, 1]) < 1e-6)
    if on_axis and len(radii) <= MAX_ON_AXIS:
        coarse, fine = (_of_revolution(places[:, 2], radii, nodes) for nodes in ANGLES)
        return ExcludedVolume(fine, abs(fine - coarse))
    return _of_any(places, radii, seed)


def _exposed(body: RigidBody) -> tuple[FloatArray, FloatArray]:
    """Places and radii of the balls with a free surface.

    Equal bodies cannot contain each other, so that their surfaces intersect where they overlap; the
    balls inside do not count.
    """
    found = balls_of(body)
    if found is None:
        return np.zeros((0, 3)), np.zeros(0)
    places, radii = found
    free = union(places, radii).areas > 0.0
    return places[free], radii[free]


def _of_revolution(heights: FloatArray, radii: FloatArray, nodes: int) -> float:
    """Mean over the angle between the axes, nm^3."""
    cosines, weights = np.polynomial.legendre.leggauss(nodes)
    sums = np.add.outer(radii, radii).ravel()
    total = 0.0
    for cosine, weight in zip(cosines, weights, strict=True):
        axis = np.array([math.sqrt(1.0 - cosine**2), 0.0, cosine])
        upright = np.multiply.outer(heights, np.array([0.0, 0.0, 1.0]))
        centres = upright[:, None] - np.multiply.outer(heights, axis)[None]
        total += 0.5 * float(weight) * union(centres.reshape(-1, 3), sums).volume
    return total


def _of_any(places: FloatArray, radii: FloatArray, seed: int) -> ExcludedVolume:
    """Mean over independent sets of orientations, which are doubled until it is accurate enough."""
    from scipy.stats import qmc

    generators = np.random.SeedSequence(seed).spawn(SETS)
    sets = [qmc.Sobol(5, seed=np.random.default_rng(one)) for one in generators]
    means, count, power = np.zeros(SETS), 0, 5
    while True:
        added = 2**power
        values = np.array([_overlaps(one.random(added), places, radii).mean() for one in sets])
        means = (means * count + values * added) / (count + added)
        count += added
        value = float(means.mean())
        error = float(means.std(ddof=1)) / math.sqrt(SETS)
        power = int(math.log2(count))
        if error < ACCURACY * value or 2 * count * SETS * len(radii) ** 2 > PAIRS:
            return ExcludedVolume(value, error)


def _overlaps(numbers: FloatArray, places: FloatArray, radii: FloatArray) -> FloatArray:
    """Excluded volume along the line between the centres, times 4 pi, for each orientation.

    Parameters
    ----------
    numbers : ndarray, shape (M, 5)
        See :func:`~janus_md.model.pairs.orientations.turned`.
    places, radii : ndarray, shapes (N, 3) and (N,)
        Of the balls, nm.

    Returns
    -------
    ndarray, shape (M,)
        ``4 pi int r^2 dr`` over the distances r at which the bodies overlap, nm^3.
    """
    sums = np.add.outer(radii, radii).ravel()
    found = []
    for part in np.array_split(numbers, math.ceil(len(numbers) * len(sums) / _BATCH)):
        first, second = (
            np.einsum("mij,nj->mni", rowan.to_matrix(turns), places) for turns in turned(part)
        )
        centres = (first[:, :, None] - second[:, None]).reshape(len(part), -1, 3)
        across = sums**2 - centres[..., 0] ** 2 - centres[..., 1] ** 2
        half = np.sqrt(np.clip(across, 0.0, None))
        low = np.clip(centres[..., 2] - half, 0.0, None)
        high = np.clip(centres[..., 2] + half, 0.0, None)
        order = np.argsort(low, axis=1)
        low, high = (np.take_along_axis(one, order, axis=1) for one in (low, high))
        reached = np.maximum.accumulate(high, axis=1)
        before = np.concatenate([np.zeros((len(part), 1)), reached[:, :-1]], axis=1)
        begin = np.maximum(low, before)
        rest = np.clip(high**3 - begin**3, 0.0, None)
        found.append(4.0 * math.pi / 3.0 * rest.sum(axis=1))
    return np.concatenate(found)
