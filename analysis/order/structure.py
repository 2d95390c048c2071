"""Structure: axial pair distribution, bond-orientational order and local density."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray, pairs_within
from janus_md.analysis.order.order import freud_system
from janus_md.model.body import FloatArray

BLOCK = 1 << 15
"""Pairs that are binned at a time, so that they fit into the cache of a core."""


@dataclass(frozen=True)
class AxialDistribution:
    """Pair distribution along and across the dipole of a body.

    Attributes
    ----------
    along, across : ndarray, shape (Z + 1,), (R + 1,)
        Bin edges along the dipole (negative behind the tail) and across it, nm.
    g : ndarray, shape (Z, R)
        Density of other centres over the mean density; tends to 1 at large distances.
    """

    along: FloatArray
    across: FloatArray
    g: FloatArray


def axial_distribution(
    positions: FloatArray, axes: FloatArray, box: FloatArray, reach: float = 6.0, width: float = 0.1
) -> AxialDistribution:
    """Compute the pair distribution along and across the dipole, averaged over the azimuth.

    Parameters
    ----------
    positions : ndarray, shape (N, 3)
        Centres, nm.
    axes : ndarray, shape (N, 3)
        Unit vectors of the dipoles.
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz.
    reach : float
        Range along and across the dipole, nm.
    width : float
        Bin width, nm.
    """
    pairs = pairs_within(positions, box, np.sqrt(2.0) * reach)
    z, rho = axial_edges(reach, width)
    shape = (len(z) - 1, len(rho) - 1)
    found = np.zeros(shape[0] * shape[1], dtype=np.int64)
    for begin in range(0, len(pairs.i), BLOCK):
        block = slice(begin, begin + BLOCK)
        vectors = pairs.vectors[block]
        square = np.einsum("ij,ij->i", vectors, vectors)
        for body, sign in ((pairs.i, 1.0), (pairs.j, -1.0)):
            along = sign * np.einsum("ij,ij->i", axes.take(body[block], axis=0), vectors)
            across = np.sqrt(np.maximum(square - along**2, 0.0))
            inside = np.flatnonzero((np.abs(along) <= z[-1]) & (across <= rho[-1]))
            row, column = _bins(along[inside], z), _bins(across[inside], rho)
            found += np.bincount(row * shape[1] + column, minlength=len(found))
    volume = np.pi * np.diff(rho**2)[None] * np.diff(z)[:, None]
    n = len(positions)
    density = n / float(np.prod(box[:3]))
    return AxialDistribution(z, rho, found.reshape(shape) / (n * density * volume))


def axial_edges(reach: float, width: float) -> tuple[FloatArray, FloatArray]:
    """Return the bin edges along the dipole and across it, nm, shapes (2 B + 1,) and (B + 1,)."""
    count = round(reach / width)
    return np.linspace(-reach, reach, 2 * count + 1), np.linspace(0.0, reach, count + 1)


def _bins(values: FloatArray, edges: FloatArray) -> IndexArray:
    """Return the bins of values between evenly spaced edges, as :func:`numpy.histogram` does.

    The last bin includes its upper edge. This is several times faster than a binary search.
    """
    count = len(edges) - 1
    upper = np.append(edges[1:-1], np.inf)
    bins = ((values - edges[0]) * (count / (edges[-1] - edges[0]))).astype(np.int64)
    np.minimum(bins, count - 1, out=bins)
    # The quotient is rounded.
    bins += values >= upper[bins]
    bins -= values < edges[bins]
    return bins


def bond_orientational_order(
    positions: FloatArray, box: FloatArray, degree: int = 6, neighbours: int = 12
) -> FloatArray:
    """Return Steinhardt's q_l of each body over its nearest neighbours, shape (N,), by freud.

    Steinhardt, Nelson and Ronchetti, Phys. Rev. B 28, 784, 1983. For 12 neighbours, q_6 is 0.575
    in a face-centred cubic crystal and about 0.29 for random positions.
    """
    import freud

    order = freud.order.Steinhardt(l=degree)
    order.compute(freud_system(positions, box), {"num_neighbors": neighbours})
    return np.asarray(order.particle_order, dtype=np.float64)


def local_density(positions: FloatArray, box: FloatArray, radius: float) -> FloatArray:
    """Return the density of other bodies within `radius` of each, 1/nm^3, shape (N,), by freud."""
    import freud

    density = freud.density.LocalDensity(r_max=radius, diameter=0.0)
    density.compute(freud_system(positions, box))
    return np.asarray(density.density, dtype=np.float64)
