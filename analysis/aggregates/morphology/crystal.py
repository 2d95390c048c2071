"""Crystalline bodies in aggregates, by freud's SolidLiquid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from janus_md.model.body import FloatArray
from janus_md.model.box import face_distances, lattice_vectors

DEGREE, ALIGNED, CONNECTIONS, RANGE = 6, 0.7, 7, 1.45
"""Degree of the spherical harmonics, least product of two neighbours' normalised vectors, least
number of neighbours so aligned, and range of neighbours in S."""

MAX_NEIGHBOURS = 20
"""Neighbours within that range at most: close-packed spheres have 12 to 14. Where a file of other
software is analysed with too large an S, hundreds are within the range, and their common neighbours
make their vectors alike in a liquid too."""


def solid(heads: FloatArray, box: FloatArray) -> NDArray[np.bool_] | None:
    """Tell which bodies are crystalline; None where the box is too small to tell.

    A body is crystalline where the bond orientations of at least 7 of at most 20 neighbours agree
    with its own
    (ten Wolde, Ruiz-Montero and Frenkel, J. Chem. Phys. 104, 9932, 1996).

    Parameters
    ----------
    heads : ndarray, shape (N, 3)
        In S.
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz, in S.
    """
    import freud

    if face_distances(lattice_vectors(box)).min() <= 2.0 * RANGE:
        return None
    space = freud.box.Box(*box)
    order = freud.order.SolidLiquid(l=DEGREE, q_threshold=ALIGNED, solid_threshold=CONNECTIONS)
    points = space.wrap(heads.astype(np.float32))
    order.compute((space, points), neighbors={"r_max": RANGE, "exclude_ii": True})
    few = np.asarray(order.nlist.neighbor_counts) <= MAX_NEIGHBOURS
    return np.asarray((np.asarray(order.num_connections) >= CONNECTIONS) & few)
