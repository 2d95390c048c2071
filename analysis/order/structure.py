"""Structure: axial pair distribution, bond-orientational order and local density."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from janus_md.analysis.frames.neighbours import pairs_within
from janus_md.analysis.order.order import freud_system
from janus_md.model.body import FloatArray


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
    body = np.concatenate([pairs.i, pairs.j])
    vectors = np.concatenate([pairs.vectors, -pairs.vectors])
    along = np.einsum("ij,ij->i", axes[body], vectors)
    square = np.einsum("ij,ij->i", vectors, vectors) - along**2
    count = round(reach / width)
    z = np.linspace(-reach, reach, 2 * count + 1)
    rho = np.linspace(0.0, reach, count + 1)
    found, _, _ = np.histogram2d(along, np.sqrt(np.maximum(square, 0.0)), bins=(z, rho))
    volume = np.pi * np.diff(rho**2)[None] * np.diff(z)[:, None]
    n = len(positions)
    density = n / float(np.prod(box[:3]))
    return AxialDistribution(z, rho, found / (n * density * volume))


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
