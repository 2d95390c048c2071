"""Order of a whole frame: nematic and polar order, neighbours, radial distribution."""

from __future__ import annotations

import atexit
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.model.body import FloatArray
from janus_md.model.box import face_distances, lattice_vectors, wrap

RDF_RANGE = 8.0
"""Largest distance of the radial distribution function, nm."""

RDF_BIN = 0.02
"""Width of its bins, nm."""


def nematic_order(axes: FloatArray) -> float:
    """Largest eigenvalue of the Q tensor of the dipole axes, by freud.

    ``Q = <3 u u - 1> / 2``: 1 for parallel axes. In an isotropic frame of N bodies it is not 0 but
    of order ``N**-0.5`` (Eppenga and Frenkel, Mol. Phys. 52, 1303, 1984).
    """
    import freud

    return float(freud.order.Nematic().compute(axes.astype(np.float32)).order)


def polar_order(axes: FloatArray, bonds: Bonds) -> float:
    """Mean of ``u_i . u_j`` over the bonds; NaN without bonds."""
    if len(bonds) == 0:
        return float("nan")
    return float(np.einsum("ij,ij->i", axes[bonds.source], axes[bonds.target]).mean())


def freud_system(positions: FloatArray, box: FloatArray) -> tuple[Any, NDArray[np.float32]]:
    """Freud's box for (Lx, Ly, Lz, xy, xz, yz), and the positions moved into it.

    Freud takes points for inside: of those that lie outside it misses neighbours without a word.
    """
    import freud

    inside, _ = wrap(positions, lattice_vectors(box))
    return freud.box.Box(*(float(value) for value in box)), inside.astype(np.float32)


@lru_cache(maxsize=1)
def _pair_counter(bins: int, r_max: float) -> Any:
    """Freud's RDF, kept because making one takes longer than counting a small frame."""
    import freud

    return freud.density.RDF(bins=bins, r_max=r_max)


# nanobind complains of objects that outlive the interpreter
atexit.register(_pair_counter.cache_clear)


class RadialDistribution:
    """g(r) of the centres, counted by freud and averaged over frames.

    Counts are whole numbers, so parts can be counted anywhere and added in any order.

    Parameters
    ----------
    r_max : float
        How far it reaches.
    bins : int, optional
        Without it, as many as are :data:`RDF_BIN` wide.
    """

    def __init__(self, r_max: float, bins: int | None = None) -> None:
        self.edges = np.linspace(0.0, r_max, (bins or round(r_max / RDF_BIN)) + 1)
        self.counts = np.zeros(len(self.edges) - 1)
        self.expected = 0.0  # sum over frames of N * N / V

    @classmethod
    def for_box(cls, box: FloatArray, unit: float = 1.0) -> RadialDistribution:
        """As far as half the smallest distance of opposite faces, at most :data:`RDF_RANGE`.

        `unit` scales the range, which is fixed in nm.
        """
        half = 0.499 * float(face_distances(lattice_vectors(box)).min()) / unit
        bins = max(int(min(half, RDF_RANGE) / RDF_BIN), 1)
        return cls(bins * RDF_BIN * unit, bins)

    def add(self, positions: FloatArray, box: FloatArray) -> None:
        """Count the pairs of a frame."""
        rdf = _pair_counter(len(self.counts), float(self.edges[-1]))
        rdf.compute(freud_system(positions, box))
        self.counts += rdf.bin_counts
        self.expected += len(positions) ** 2 / float(np.prod(box[:3]))

    def merge(self, other: RadialDistribution) -> None:
        """Add what `other` has counted."""
        self.counts += other.counts
        self.expected += other.expected

    @property
    def radii(self) -> FloatArray:
        """Middles of the bins, nm."""
        return np.asarray(0.5 * (self.edges[1:] + self.edges[:-1]))

    @property
    def values(self) -> FloatArray:
        """g(r), shape (bins,); pairs counted over pairs expected without any order."""
        shells = 4.0 / 3.0 * np.pi * np.diff(self.edges**3)
        return np.asarray(self.counts / (shells * self.expected))
