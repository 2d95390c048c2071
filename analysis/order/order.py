"""Order parameters of a frame: nematic and polar order, radial distribution."""

from __future__ import annotations

import atexit
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.frames.neighbours import pairs_within
from janus_md.model.body import FloatArray
from janus_md.model.box import face_distances, lattice_vectors, wrap

RDF_RANGE = 8.0
"""Range of the radial distribution function, nm."""

RDF_BIN = 0.02
"""Bin width of the radial distribution function, nm."""

FEW_BODIES = 2_000
"""Up to this number, all pairs are binned at once. For more bodies freud counts them without a list
of pairs; the construction of its counter takes 0.15 s."""


def nematic_order(axes: FloatArray) -> float:
    """Return the largest eigenvalue of the Q tensor of the dipole axes, computed by freud.

    ``Q = <3 u u - 1> / 2``. The value is 1 for parallel axes and of order ``N**-0.5``, not 0, in an
    isotropic frame of N bodies (Eppenga and Frenkel, Mol. Phys. 52, 1303, 1984).
    """
    import freud

    return float(freud.order.Nematic().compute(axes.astype(np.float32)).order)


def polar_order(axes: FloatArray, bonds: Bonds) -> float:
    """Return the mean of ``u_i . u_j`` over the bonds; NaN without bonds."""
    if len(bonds) == 0:
        return float("nan")
    return float(np.einsum("ij,ij->i", axes[bonds.source], axes[bonds.target]).mean())


def freud_system(positions: FloatArray, box: FloatArray) -> tuple[Any, NDArray[np.float32]]:
    """Return a freud box for (Lx, Ly, Lz, xy, xz, yz), and the positions wrapped into it.

    Freud assumes that all points are inside the box; it silently misses neighbours of others.
    """
    import freud

    inside, _ = wrap(positions, lattice_vectors(box))
    return freud.box.Box(*(float(value) for value in box)), inside.astype(np.float32)


@lru_cache(maxsize=1)
def _pair_counter(bins: int, r_max: float) -> Any:
    """Return a cached freud RDF."""
    import freud

    return freud.density.RDF(bins=bins, r_max=r_max)


# nanobind warns about objects that exist when the interpreter exits
atexit.register(_pair_counter.cache_clear)


class RadialDistribution:
    """Radial distribution function g(r) of the centres, averaged over frames.

    Counts are integers, so partial results can be added in any order.

    Parameters
    ----------
    r_max : float
        Range.
    bins : int, optional
        Number of bins; by default, bins of width :data:`RDF_BIN`.
    """

    def __init__(self, r_max: float, bins: int | None = None) -> None:
        self.edges = np.linspace(0.0, r_max, (bins or round(r_max / RDF_BIN)) + 1)
        self.counts = np.zeros(len(self.edges) - 1)
        self.expected = 0.0  # sum over frames of N * N / V

    @classmethod
    def for_box(cls, box: FloatArray, unit: float = 1.0) -> RadialDistribution:
        """Return one up to half the smallest distance of opposite faces or :data:`RDF_RANGE`.

        `unit` multiplies the range and the bin width, which are constants in nm.
        """
        half = 0.499 * float(face_distances(lattice_vectors(box)).min()) / unit
        bins = max(int(min(half, RDF_RANGE) / RDF_BIN), 1)
        return cls(bins * RDF_BIN * unit, bins)

    def add(self, positions: FloatArray, box: FloatArray) -> None:
        """Add the pairs of a frame."""
        bins, r_max = len(self.counts), float(self.edges[-1])
        if len(positions) <= FEW_BODIES:
            distances = pairs_within(positions, box, r_max).distances
            self.counts += 2.0 * np.histogram(distances, bins, (0.0, r_max))[0]
        else:
            rdf = _pair_counter(bins, r_max)
            rdf.compute(freud_system(positions, box))
            self.counts += rdf.bin_counts
        self.expected += len(positions) ** 2 / float(np.prod(box[:3]))

    def merge(self, other: RadialDistribution) -> None:
        """Add the counts of `other`."""
        self.counts += other.counts
        self.expected += other.expected

    @property
    def radii(self) -> FloatArray:
        """Centres of the bins, nm."""
        return np.asarray(0.5 * (self.edges[1:] + self.edges[:-1]))

    @property
    def values(self) -> FloatArray:
        """g(r), shape (bins,): number of pairs over the number in an ideal gas."""
        shells = 4.0 / 3.0 * np.pi * np.diff(self.edges**3)
        return np.asarray(self.counts / (shells * self.expected))
