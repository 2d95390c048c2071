"""Scattering: static structure factor and small-angle X-ray intensity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janus_md.analysis.frames.neighbours import lengths
from janus_md.analysis.series.averages import mean_and_error
from janus_md.model.body import FloatArray
from janus_md.model.box import inverse_lattice, lattice_vectors

Q_MAX = 6.0
"""Maximum wave number, 1/nm; the peak of neighbours in a wire is at 2 pi / 1.61 nm = 3.9 1/nm."""

Q_BINS = 60
"""Number of bins of the wave number before bins with few wave vectors are merged."""

MIN_VECTORS = 6
"""Minimum number of wave vectors in a bin, k and -k counted once; bins with fewer are merged with
the next. The standard deviation of the intensity at one wave vector equals its mean."""

LARGEST_SUM = 2e8
"""Number of bodies times wave vectors of one frame above which wave vectors are sampled."""

SAMPLED_SUM = 2e7
"""Number of bodies times wave vectors of one frame if wave vectors are sampled."""

MAX_VECTORS = 3_000_000
"""Number of reciprocal lattice points above which wave vectors are sampled, as in a large box with
few bodies."""

SAMPLED_VECTORS = 200_000
"""Maximum number of sampled wave vectors."""

CORE_RADIUS = 0.5
"""Radius of the metal core, nm. Its diameter is 0.82-1.17 nm by transmission electron microscopy
(Li et al., ACS Cent. Sci. 2022, 8, 1258)."""


@dataclass(frozen=True)
class StructureFactor:
    """S(q) of the centres, averaged over directions and frames.

    Attributes
    ----------
    q : ndarray, shape (Q,)
        Mean wave number of each bin, 1/nm.
    s : ndarray, shape (Q,)
        S(q); 1 for uncorrelated bodies.
    error : ndarray, shape (Q,)
        Standard error over the frames, and at least ``S / sqrt(M)`` for M wave vectors over all
        frames, because the intensity at one wave vector of many bodies is exponentially
        distributed.
    per_frame : ndarray, shape (frames, Q)
        S(q) of each frame; NaN if the box of a frame has no wave vector in the bin.
    """

    q: FloatArray
    s: FloatArray
    error: FloatArray
    per_frame: FloatArray

    def intensity(self, radius: float = CORE_RADIUS) -> FloatArray:
        """Return the intensity per body for uniform spheres; 1 at q = 0 for a single body.

        ``S(q) [3 (sin x - x cos x) / x^3]^2`` with x = q R (Rayleigh, 1911; Guinier and Fournet,
        "Small-Angle Scattering of X-Rays", 1955). The form factor and the structure factor
        separate because all spheres are identical.
        """
        return self.s * sphere_form_factor(self.q, radius)


def sphere_form_factor(q: FloatArray, radius: float = CORE_RADIUS) -> FloatArray:
    """Return the form factor of a uniform sphere, shape (Q,); 1 at q = 0."""
    x = np.maximum(q * radius, 1e-4)
    return np.asarray((3.0 * (np.sin(x) - x * np.cos(x)) / x**3) ** 2)


def structure_factor(
    frames: Sequence[tuple[FloatArray, FloatArray]],
    q_max: float = Q_MAX,
    bins: int = Q_BINS,
    least: int = MIN_VECTORS,
) -> StructureFactor:
    """Compute S(q), ``|sum_j exp(i k.r_j)|^2 / N`` averaged over the wave vectors of the box.

    Parameters
    ----------
    frames : sequence of (positions, box)
        Centres (N, 3) in nm and box (6,).
    q_max : float
        Maximum wave number, 1/nm.
    bins : int
        Number of bins from 0 to `q_max`; bins with too few wave vectors are merged with the next.
    least : int
        Minimum number of wave vectors in a bin, k and -k counted once.

    Returns
    -------
    StructureFactor
        Empty if the box is so small that it has no wave vector below `q_max`.
    """
    edges = np.linspace(0.0, q_max, bins + 1)
    return averaged([binned(positions, box, edges) for positions, box in frames], least)


def averaged(frames: Sequence[FloatArray], least: int = MIN_VECTORS) -> StructureFactor:
    """Average the results of :func:`binned` over frames.

    Parameters
    ----------
    frames : sequence of ndarray, shape (3, bins)
        At least one.
    least : int
        Minimum number of wave vectors in a bin, k and -k counted once.

    Returns
    -------
    StructureFactor
        Empty if there is no wave vector.
    """
    found = np.array(frames)
    count = found[:, 0].max(axis=0)
    if not count.any():
        none = np.zeros(0)
        return StructureFactor(none, none, none, np.zeros((len(frames), 0)))
    starts, held = [0], 0.0
    for k in range(len(count) - 1):
        held += count[k]
        if held >= least:
            starts.append(k + 1)
            held = 0.0
    if held + count[-1] < least and len(starts) > 1:
        starts.pop()
    vectors, wave_numbers, sums = np.add.reduceat(found, starts, axis=2).transpose(1, 0, 2)
    with np.errstate(invalid="ignore"):
        per_frame = sums / vectors
    seen = [mean_and_error(column)["error"] or 0.0 for column in per_frame.T]
    mean = np.nanmean(per_frame, axis=0)
    least_error = mean / np.sqrt(vectors.sum(axis=0))
    q = wave_numbers.sum(axis=0) / vectors.sum(axis=0)
    return StructureFactor(q, mean, np.maximum(seen, least_error), per_frame)


def binned(positions: FloatArray, box: FloatArray, edges: FloatArray) -> FloatArray:
    """Sum S(k) of one frame over the wave vectors in each bin.

    Parameters
    ----------
    positions : ndarray, shape (N, 3)
        Centres, nm.
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz.
    edges : ndarray, shape (bins + 1,)
        Edges of the bins of the wave number, evenly spaced from 0, 1/nm.

    Returns
    -------
    ndarray, shape (3, bins)
        Number of wave vectors, k and -k counted once, and sums of ``|k|`` and S.
    """
    lattice = lattice_vectors(box)
    vectors = abs(float(np.linalg.det(lattice))) * edges[-1] ** 3 / (12.0 * np.pi**2)
    most = np.floor(edges[-1] * lengths(lattice) / (2.0 * np.pi))
    looked_at = (most[0] + 1.0) * float(np.prod(2.0 * most[1:] + 1.0))
    if vectors * len(positions) > LARGEST_SUM or looked_at > MAX_VECTORS:
        return _sampled(positions, box, edges)
    # exp(i k.r) is a product of three factors, one for each reciprocal vector, so the sum over the
    # bodies is a matrix product.
    fractions = positions.astype(np.float64) @ inverse_lattice(lattice)
    first, second, third = (
        np.exp(2j * np.pi * np.outer(np.arange(-n, n + 1), fractions[:, axis]))
        for axis, n in enumerate(most.astype(int))
    )
    total = np.zeros((3, len(edges) - 1))
    for factor, plane in zip(first[len(first) // 2 :], _planes(*box.tolist(), *edges), strict=True):
        amplitude = ((second * factor) @ third.T)[plane.use]
        s = (amplitude.real**2 + amplitude.imag**2) / len(positions)
        total[:2] += plane.vectors
        total[2] += plane.share * np.bincount(plane.bins, s, len(edges) - 1)
    return total


class _Plane(NamedTuple):
    """Wave vectors k with one component along the first reciprocal vector.

    Attributes
    ----------
    use : ndarray of bool
        Which of those on the grid of the other two components are in a bin.
    bins : ndarray of int
        Bin of each of these.
    share : float
        How much they count: 0.5 in the plane that contains both k and -k.
    vectors : ndarray, shape (2, bins)
        Their number in each bin, and the sums of their lengths, times `share`.
    """

    use: NDArray[np.bool_]
    bins: NDArray[np.intp]
    share: float
    vectors: FloatArray


@lru_cache(maxsize=1)
def _planes(*box_and_edges: float) -> list[_Plane]:
    """Planes of wave vectors of a box (six numbers) and edges of bins, kept for the next frame."""
    box, edges = np.array(box_and_edges[:6]), np.array(box_and_edges[6:])
    lattice = lattice_vectors(box)
    inverse = inverse_lattice(lattice)
    most = np.floor(edges[-1] * lengths(lattice) / (2.0 * np.pi)).astype(int)
    grid = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in most[1:]), indexing="ij"), axis=-1)
    found = []
    for h in range(most[0] + 1):  # the other half is -k
        k = 2.0 * np.pi * (h * inverse[:, 0] + grid @ inverse[:, 1:].T)
        length = np.sqrt(np.einsum("...i,...i->...", k, k))
        # The plane h = 0 contains both k and -k. k = 0 is forward scattering, without structure.
        use = (length > 0.0) & (length < edges[-1])
        bins = np.searchsorted(edges, length[use], side="right") - 1
        share = 0.5 if h == 0 else 1.0
        vectors = [np.bincount(bins, of, len(edges) - 1) for of in (None, length[use])]
        found.append(_Plane(use, bins, share, share * np.array(vectors, float)))
    return found


def _sampled(positions: FloatArray, box: FloatArray, edges: FloatArray) -> FloatArray:
    """Compute :func:`binned` for random wave vectors, uniformly distributed in q."""
    lattice, rng = lattice_vectors(box), np.random.default_rng(len(positions))
    most = min(int(SAMPLED_SUM / len(positions)), SAMPLED_VECTORS)
    drawn = rng.normal(size=(most, 3))
    drawn *= (rng.uniform(0.0, edges[-1], most) / lengths(drawn))[:, None]
    whole = np.unique(np.rint(drawn @ lattice.T / (2.0 * np.pi)), axis=0)
    inverse = inverse_lattice(lattice)
    length = lengths(2.0 * np.pi * whole @ inverse.T)
    use = (length > 0.0) & (length < edges[-1])
    whole, length = whole[use], length[use]
    fractions = (positions.astype(np.float64) @ inverse).T
    s = np.zeros(len(whole))
    block = max(1, 1_000_000 // len(positions))
    for begin in range(0, len(whole), block):
        phase = whole[begin : begin + block] @ fractions
        turn = (2.0 * np.pi * (phase - np.rint(phase))).astype(np.float32)
        amplitudes = (np.cos(turn).sum(axis=1, dtype=float), np.sin(turn).sum(axis=1, dtype=float))
        s[begin : begin + block] = amplitudes[0] ** 2 + amplitudes[1] ** 2
    bin_of = np.searchsorted(edges, length, side="right") - 1
    weights = (np.ones_like(s), length, s / len(positions))
    return np.array([np.bincount(bin_of, w, len(edges) - 1) for w in weights])


def wire_form_factor(centres: FloatArray, q: FloatArray) -> FloatArray:
    """Return the form factor of one unwrapped wire by the Debye formula, shape (Q,).

    ``P(q) = sum_ij sin(q r_ij) / (q r_ij) / n^2`` (Debye, Ann. Phys. 351, 809, 1915). At lengths
    between its radius of gyration and its thickness, a straight wire has ``P ~ pi / (q L)``. The
    slope -1 distinguishes a wire from a coil (-2) and a compact cluster (-3, -4).
    """
    difference = centres[:, None] - centres[None]
    distance = np.sqrt(np.einsum("ijk,ijk->ij", difference, difference))
    phase = q[:, None] * distance[np.triu_indices(len(centres), 1)]
    pairs = np.sinc(phase / np.pi).sum(axis=1)
    return np.asarray((len(centres) + 2.0 * pairs) / len(centres) ** 2)


def small_angle_slope(q: FloatArray, intensity: FloatArray, low: float, high: float) -> float:
    """Return the exponent of the intensity between two wave numbers, by a log-log fit.

    Raises
    ------
    ValueError
        If there are fewer than 3 wave numbers in the range.
    """
    use = (q >= low) & (q <= high) & (intensity > 0.0)
    if np.count_nonzero(use) < 3:
        raise ValueError(f"fewer than 3 wave numbers are between {low} and {high} 1/nm")
    return float(np.polyfit(np.log(q[use]), np.log(intensity[use]), 1)[0])
