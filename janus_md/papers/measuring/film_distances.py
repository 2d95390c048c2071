"""Distances of neighbours in a film: of the first shell, and in a synthetic micrograph.

A micrograph shows particles, not bonds. Its distances are therefore those of all neighbours, and
they are projections.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from janus_md.analysis.frames.neighbours import pairs_within
from janus_md.analysis.order.scattering import CORE_RADIUS
from janus_md.analysis.pictures.micrograph import Microscope, micrograph, section
from janus_md.model.body import FloatArray

SHELL_NM = 2.4
"""Largest distance of bodies in the first shell, nm. The mean depends on it: without gaps between
shells there are pairs at any larger distance."""

RESPONSE = 0.5
"""Smallest response of a particle, in units of that of one core alone."""


def shell_distances(positions: FloatArray, box: FloatArray) -> FloatArray:
    """Distances of all pairs closer than :data:`SHELL_NM`, shape (P,), nm."""
    return pairs_within(positions, box, SHELL_NM).distances


def find_particles(image: FloatArray, scope: Microscope) -> FloatArray:
    """Find the cores in a micrograph with periodic edges, shape (M, 2), nm from its corner.

    They are the maxima of the Laplacian of Gaussian of the width of a core (T. Lindeberg, Int. J.
    Comput. Vis. 30, 79, 1998), above :data:`RESPONSE` times the response to one core. Cores that
    hide each other count once.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
        Electrons on each pixel.
    scope : Microscope
        The parameters of its imaging model.
    """
    from scipy.ndimage import maximum_filter

    response = _response(image, scope)
    width = 2 * int(CORE_RADIUS / scope.pixel_nm) + 1
    top = maximum_filter(response, width, mode="wrap")
    row, column = np.nonzero((response == top) & (response > RESPONSE * _of_one_core(scope)))
    return np.asarray((np.column_stack([column, row]) + 0.5) * scope.pixel_nm, dtype=np.float64)


def micrograph_distances(positions: FloatArray, box: FloatArray) -> FloatArray:
    """Distance of each particle in a micrograph to the nearest other one, shape (M,), nm.

    The micrograph is of a section with noise, as in the figures. It is periodic, so that particles
    at the edge have all their neighbours.

    Raises
    ------
    ValueError
        If the box is not rectangular.
    """
    from scipy.spatial import cKDTree

    if np.any(box[3:]):
        raise ValueError("distances in a micrograph need a rectangular box")
    scope = Microscope()
    inside, _ = section(positions, box)
    image = micrograph(inside, box, scope)
    found = find_particles(image, scope)
    if len(found) < 2:
        return np.zeros(0)
    edges = np.array(image.shape[::-1]) * scope.pixel_nm
    distances, _ = cKDTree(found, boxsize=edges).query(found, k=2)
    return np.asarray(distances[:, 1])


def _response(image: FloatArray, scope: Microscope) -> FloatArray:
    from scipy.ndimage import gaussian_laplace

    width = CORE_RADIUS / np.sqrt(2.0) / scope.pixel_nm
    return np.asarray(gaussian_laplace(image, width, mode="wrap"))


@lru_cache(maxsize=4)
def _of_one_core(scope: Microscope) -> float:
    """Largest response to one core, without noise."""
    edge = 100.0 * scope.pixel_nm
    box = np.array([edge, edge, edge, 0.0, 0.0, 0.0])
    return float(_response(micrograph(np.zeros((1, 3)), box, scope, seed=None), scope).max())
